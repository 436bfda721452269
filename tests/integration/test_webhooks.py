"""Webhooks of the whole service: a process, a database, and a receiver on loopback."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web

from adapters_db.deliveries import delivery_from_row
from adapters_db.store import SqlStore
from adapters_db.tables import webhook_deliveries
from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.receiving_webhooks import PATIENCE, SECRET, Receiver, receiving
from tests.integration.running import PASSWORD, Client, RunningService, register
from vidcore.webhooks import LEASE, Delivery, DeliveryStatus

ADDRESSES = ("stream_url", "thumbnail_url", "storyboard_url", "play_url")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that have to be encoded."""
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2")
    encoder = ("-c:v", "mpeg4", "-g", "5")
    subprocess.run([find_ffmpeg().path, "-v", "error", *source, *encoder, str(path)], check=True)
    return path


def telling(receiver: Receiver, folder: Path, url: str, **changed: str) -> RunningService:
    settings = {
        "VIDCORE_WEBHOOK_URLS": receiver.url,
        "VIDCORE_WEBHOOK_SECRET": SECRET,
        "VIDCORE_WEBHOOK_ALLOW_PRIVATE": "true",
        "VIDCORE_FFMPEG_PRESET": "ultrafast",
    }
    return RunningService(folder, url, **(settings | changed))


@asynccontextmanager
async def service_that_runs(service: RunningService) -> AsyncIterator[None]:
    """Stop a service that was started with arguments."""
    try:
        yield
    finally:
        await service.stop()


async def administrator(service: RunningService) -> Client:
    admin = Client(service.url)
    await admin.log_in("admin", PASSWORD)
    return admin


class Ledger:
    """The deliveries, through the back door of the service's database."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def deliveries(self) -> list[Delivery]:
        query = sa.select(webhook_deliveries).order_by(webhook_deliveries.c.id)
        async with self._store.engines.read.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [delivery_from_row(row) for row in rows]

    async def until(self, holds: Callable[[Delivery], bool]) -> Delivery:
        """Wait until something is so of the only delivery, and give it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.deliveries()
                if len(found) == 1 and holds(found[0]):
                    return found[0]
                await asyncio.sleep(0.05)

    async def end_waits(self) -> None:
        """Let pauses and leases have ended already."""
        past = webhook_deliveries.c.created_at
        async with self._store.engines.write.begin() as connection:
            await connection.execute(webhook_deliveries.update().values(ready_at=past))


def is_delivered(delivery: Delivery) -> bool:
    return delivery.status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_a_receiver_is_told_once_of_everything_that_happens(
    empty_database_url: str, tmp_path: Path, receiver: Receiver, clip: Path, processes: str
) -> None:
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    service = telling(receiver, tmp_path, empty_database_url)
    await service.start("--processes", processes)
    async with service_that_runs(service):
        admin = await administrator(service)
        ann = await register(admin, "ann")
        (registered,) = await receiver.until(1)
        good = (await ann.upload(clip, title="Good")).json
        (_, completed) = await receiver.until(2)
        bad = (await ann.upload(broken, title="Broken off")).json
        (*_, failed) = await receiver.until(3)

        shown = (await admin("GET", f"/api/videos/{good['id']}")).json
        listed = (await admin("GET", "/api/users?q=ann")).json["items"][0]

    assert registered.verified["type"] == "user.registered"
    assert registered.verified["data"] == listed | {"weekly_upload_bytes": 0}
    assert completed.verified["type"] == "video.completed"
    assert completed.verified["data"] == shown | dict.fromkeys(ADDRESSES)
    assert failed.verified["type"] == "video.failed"
    assert failed.verified["data"]["id"] == bad["id"]
    assert failed.verified["data"]["error_message"]
    assert len({each.id for each in receiver.received}) == len(receiver.received) == 3
    assert SECRET not in service.log


@pytest.fixture
def ledger(make_store: Callable[[str], SqlStore], empty_database_url: str) -> Ledger:
    return Ledger(make_store(empty_database_url))


async def test_a_receiver_that_was_down_is_told_when_it_is_back(
    empty_database_url: str, tmp_path: Path, ledger: Ledger
) -> None:
    async with receiving() as gone:
        pass
    async with telling(gone, tmp_path, empty_database_url) as service:
        await register(await administrator(service), "ann")
        later = await ledger.until(lambda each: each.answer is not None)
        assert later.status is DeliveryStatus.PENDING
        assert "ClientConnector" in (later.answer or "")

        async with receiving(gone.port) as back:
            back.status = 500
            await ledger.end_waits()
            (first,) = await back.until(1)
            await ledger.until(lambda each: (each.answer or "").startswith("500"))
            back.status = 204
            await ledger.end_waits()
            (_, second) = await back.until(2)
            delivered = await ledger.until(is_delivered)

    assert first.id == second.id == str(later.id)
    assert first.body == second.body
    assert second.verified["data"]["username"] == "ann"
    assert delivered.attempt == 3


async def test_a_receiver_that_hangs_delays_no_video(
    empty_database_url: str, tmp_path: Path, receiver: Receiver, clip: Path
) -> None:
    receiver.answer = receiver.hang
    async with telling(receiver, tmp_path, empty_database_url) as service:
        admin = await administrator(service)
        await register(admin, "ann")
        await receiver.until(1)

        accepted = await admin.upload(clip, title="Meanwhile")
        path = accepted.headers["Location"]
        await admin.wait_for(path, lambda v: v["processing_status"] == "completed", seconds=13)

        assert len(receiver.received) == 1


async def test_a_kill_after_the_sending_has_it_sent_again_under_the_same_id(
    empty_database_url: str, tmp_path: Path, receiver: Receiver, ledger: Ledger
) -> None:
    service = telling(receiver, tmp_path, empty_database_url)

    async def kill(_: web.Request) -> web.Response:
        await service.kill()
        return web.Response()

    async with service:
        receiver.answer = kill
        await register(await administrator(service), "ann")
        await receiver.until(1)
        # The kill is awaited by the handler; the claim it leaves behind is seen here.
        left = await ledger.until(lambda each: each.attempt == 1)
        assert (left.status, left.answer) == (DeliveryStatus.PENDING, None)
        assert left.ready_at > left.created_at + LEASE - LEASE / 10
        receiver.answer = None

        await ledger.end_waits()
        await service.start()
        (first, second) = await receiver.until(2)
        delivered = await ledger.until(is_delivered)

    assert first.id == second.id == str(delivered.id)
    assert first.body == second.body
    assert second.verified["type"] == "user.registered"
    assert delivered.attempt == 2


async def test_a_private_address_is_told_nothing_unless_that_is_allowed(
    tmp_path: Path, receiver: Receiver, make_store: Callable[[str], SqlStore]
) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    ledger = Ledger(make_store(url))
    refusing = {"VIDCORE_WEBHOOK_ALLOW_PRIVATE": "false"}
    async with telling(receiver, tmp_path, url, **refusing) as service:
        await register(await administrator(service), "ann")
        refused = await ledger.until(lambda each: each.answer is not None)
        await service.stop()

    assert refused.status is DeliveryStatus.PENDING
    assert "no public address" in (refused.answer or "")
    assert receiver.received == []
    assert "no public address" in service.log
    async with telling(receiver, tmp_path, url):
        await ledger.end_waits()
        await receiver.until(1)


async def test_without_addresses_nothing_is_kept(
    tmp_path: Path, make_store: Callable[[str], SqlStore]
) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    async with RunningService(tmp_path, url) as service:
        await register(await administrator(service), "ann")

        assert await Ledger(make_store(url)).deliveries() == []


async def test_workers_beside_the_service_deliver_each_once(
    empty_database_url: str, tmp_path: Path, receiver: Receiver, ledger: Ledger
) -> None:
    service = telling(receiver, tmp_path, empty_database_url)
    await service.start("--no-worker")
    async with service_that_runs(service):
        admin = await administrator(service)
        for number in range(8):
            await register(admin, f"member-{number}")
        assert receiver.received == []

        async with service.beside("worker"), service.beside("worker"):
            await receiver.until(8)
            async with asyncio.timeout(PATIENCE):
                while not all(map(is_delivered, await ledger.deliveries())):
                    await asyncio.sleep(0.05)

    assert len({each.id for each in receiver.received}) == len(receiver.received) == 8
    assert {each.attempt for each in await ledger.deliveries()} == {1}
