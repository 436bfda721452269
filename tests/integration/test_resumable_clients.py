"""Clients of tus that others wrote, over lines that break and against a service that dies."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiotus
import attrs
import pytest
from aiotus import RetryConfiguration
from tusclient.client import TusClient

from tests.integration.behind_a_line import BehindALine, padded_mp4
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.running import PASSWORD, Client, RunningService

MIB = 1 << 20
SIZE = 20 * MIB


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return padded_mp4(tmp_path_factory.mktemp("source") / "first steps.mp4", SIZE)


@attrs.define(kw_only=True)
class Scene(BehindALine):
    """A service behind a line, and a member with a file to upload."""

    member: Client

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.member.token}"}

    async def assert_all_came(self, file: Path) -> None:
        """Assert that there is one video, of exactly these bytes, and that it is processed."""
        page = (await self.member("GET", "/api/videos?status=pending&page_size=100")).json["items"]
        page += (await self.member("GET", "/api/videos")).json["items"]
        (path,) = {f"/api/videos/{video['id']}" for video in page}
        await self.member.wait_for(path, lambda video: video["processing_status"] == "completed")
        with sqlite3.connect(self.service.folder / "vidcore.db") as database:
            (row,) = database.execute("SELECT sha256 FROM videos").fetchall()
            (held,) = database.execute("SELECT sum(reserved_bytes) FROM uploads").fetchone()
        database.close()
        assert row == (hashlib.sha256(file.read_bytes()).hexdigest(),)
        assert held == 0
        me = (await self.member("GET", "/api/auth/me")).json
        assert me["weekly_upload_bytes"] == SIZE
        assert self.arrived == 0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with CuttingProxy() as line:
        database = f"sqlite:///{tmp_path / 'vidcore.db'}"
        service = RunningService(tmp_path, database, VIDCORE_PUBLIC_URL=line.url)
        async with service:
            line.upstream = int(service.url.rpartition(":")[2])
            member = Client(line.url)
            await member.log_in("admin", PASSWORD)
            yield Scene(service=service, line=line, member=member)


def with_tuspy(scene: Scene, file: Path, **options: Any) -> Callable[[], None]:
    client = TusClient(f"{scene.line.url}/api/uploads", headers=scene.headers)

    def upload() -> None:
        with file.open("rb") as content:
            client.uploader(
                file_stream=content,
                metadata={"filename": file.name},
                retries=300,
                retry_delay=0.2,
                **options,
            ).upload()

    return upload


async def with_aiotus(scene: Scene, file: Path) -> None:
    with file.open("rb") as content:
        address = await aiotus.upload(
            f"{scene.line.url}/api/uploads",
            content,
            metadata={"filename": file.name.encode(), "title": b"First steps"},
            headers=scene.headers,
            config=RetryConfiguration(retry_attempts=300, max_retry_period_seconds=0.2),
            chunksize=MIB,
        )
    assert address is not None


async def test_tuspy_sends_a_file_over_a_line_that_breaks(scene: Scene, mp4: Path) -> None:
    scene.line.cut_after = 3_000_000

    await asyncio.to_thread(with_tuspy(scene, mp4, chunk_size=8 * MIB))

    assert scene.line.cuts >= 6
    scene.line.cut_after = None
    await scene.assert_all_came(mp4)


async def test_tuspy_sends_checked_parts_over_a_line_that_breaks(scene: Scene, mp4: Path) -> None:
    scene.line.cut_after = 3_000_000

    upload = with_tuspy(scene, mp4, chunk_size=2_000_000, upload_checksum=True)
    await asyncio.to_thread(upload)

    scene.line.cut_after = None
    await scene.assert_all_came(mp4)


async def test_aiotus_sends_a_file_over_a_line_that_breaks(scene: Scene, mp4: Path) -> None:
    scene.line.cut_after = 3_000_000

    await with_aiotus(scene, mp4)

    assert scene.line.cuts >= 6
    scene.line.cut_after = None
    await scene.assert_all_came(mp4)


@pytest.mark.parametrize("client", ["tuspy", "aiotus"])
async def test_an_upload_outlives_the_service_that_it_was_sent_to(
    scene: Scene, mp4: Path, client: str
) -> None:
    scene.line.cut_after = 3_000_000
    sending: asyncio.Future[None] = asyncio.ensure_future(
        asyncio.to_thread(with_tuspy(scene, mp4, chunk_size=8 * MIB))
        if client == "tuspy"
        else with_aiotus(scene, mp4)
    )
    for share in (0.25, 0.6):
        async with asyncio.timeout(60):
            while scene.arrived < share * SIZE:
                assert not sending.done()
                await asyncio.sleep(0.01)
        await scene.service.kill()
        await scene.start()

    await sending

    scene.line.cut_after = None
    await scene.assert_all_came(mp4)
