"""The worker of webhooks: a loop for each address, that outlives whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters_jobs import webhooks
from adapters_jobs.webhooks import WebhookWorker
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_delivery
from vidcore.testing.memory_deliveries import InMemoryReceivers
from vidcore.testing.memory_store import InMemoryStore
from vidcore.use_cases.delivering import DeliverNext
from vidcore.webhooks import Delivery, DeliveryStatus, WebhookAnswer

SOON = timedelta(milliseconds=10)
SLOW = "https://slow.example/secret-path"
QUICK = "https://quick.example/"


class Receivers(InMemoryReceivers):
    """One of them hangs until `gate` is open; `fault` is raised once."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.fault: Exception | None = None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        if url == SLOW:
            await self.gate.wait()
        return await super().send(url, headers, body)


class Platform:
    def __init__(self) -> None:
        self.store = InMemoryStore()
        self.clock = FixedClock(NOW)
        self.receivers = Receivers()
        deliver = DeliverNext(
            store=self.store, sender=self.receivers, clock=self.clock, key=b"k" * 32
        )
        self.worker = WebhookWorker(deliver=deliver, urls=[SLOW, QUICK], poll=SOON)

    async def add(self, *deliveries: Delivery) -> None:
        async with self.store.write() as work:
            for delivery in deliveries:
                await work.deliveries.add(delivery)
            await work.commit()

    async def status(self, delivery: Delivery) -> DeliveryStatus:
        async with self.store.read() as work:
            return (await work.deliveries.get(delivery.id)).status

    async def until_delivered(self, *deliveries: Delivery) -> None:
        async with asyncio.timeout(30):
            for delivery in deliveries:
                while await self.status(delivery) is not DeliveryStatus.DELIVERED:
                    await asyncio.sleep(0.005)


@pytest.fixture
async def platform(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    monkeypatch.setattr(webhooks, "PAUSE", 0.01)
    platform = Platform()
    platform.worker.start()
    yield platform
    await platform.worker.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_slow_receiver_delays_no_other(platform: Platform) -> None:
    slow = [example_delivery(number, url=SLOW) for number in (1, 2)]
    quick = [example_delivery(number, url=QUICK) for number in (3, 4, 5)]

    await platform.add(*slow, *quick)
    await platform.until_delivered(*quick)

    assert {await platform.status(each) for each in slow} == {DeliveryStatus.PENDING}
    platform.receivers.gate.set()
    await platform.until_delivered(*slow)


async def test_each_is_sent_once_and_in_turn(platform: Platform) -> None:
    quick = [example_delivery(number, url=QUICK) for number in range(1, 8)]

    await platform.add(*quick)
    await platform.until_delivered(*quick)

    sent = [each.headers["webhook-id"] for each in platform.receivers.sent]
    assert sent == [str(each.id) for each in quick]


async def test_it_outlives_a_database_out_of_reach(platform: Platform) -> None:
    platform.store.reachable = False
    with capture_logs() as logs:
        await until(lambda: any(each["event"] == "webhooks wait" for each in logs))
    platform.store.reachable = True
    delivery = example_delivery(1, url=QUICK)

    await platform.add(delivery)
    await platform.until_delivered(delivery)


async def test_it_outlives_a_fault_and_the_lease_mends_it(platform: Platform) -> None:
    platform.receivers.fault = RuntimeError("a bug")
    delivery = example_delivery(1, url=QUICK)
    with capture_logs() as logs:
        await platform.add(delivery)
        await until(lambda: any(each["event"] == "webhook failed" for each in logs))

    platform.clock.advance(timedelta(minutes=1))

    await platform.until_delivered(delivery)


async def test_a_worker_that_is_overtaken_goes_on(platform: Platform) -> None:
    overtaken, next_one = (example_delivery(number, url=SLOW) for number in (1, 2))
    with capture_logs() as logs:
        await platform.add(overtaken)
        async with platform.store.read() as work:
            assert await work.deliveries.get(overtaken.id) == overtaken
        await until_claimed(platform, overtaken)
        async with platform.store.write() as work:
            claimed = await work.deliveries.get(overtaken.id)
            await work.deliveries.save(claimed.claimed(NOW))
            await work.commit()
        platform.receivers.gate.set()
        await platform.add(next_one)
        await platform.until_delivered(next_one)

    assert any("has lost its claim" in str(each.get("reason")) for each in logs)
    assert await platform.status(overtaken) is DeliveryStatus.PENDING


async def until_claimed(platform: Platform, delivery: Delivery) -> None:
    async with asyncio.timeout(30):
        while True:
            async with platform.store.read() as work:
                if (await work.deliveries.get(delivery.id)).attempt:
                    return
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("status", "event"),
    [(204, "webhook delivered"), (500, "webhook comes later"), (410, "webhook given up")],
)
async def test_the_log_says_what_came_of_it_and_keeps_secrets(
    platform: Platform, status: int, event: str
) -> None:
    platform.receivers.gate.set()
    platform.receivers.answers = [WebhookAnswer(status=status, text=f"{status}")]
    with capture_logs() as logs:
        await platform.add(example_delivery(1, url=SLOW))
        await until(lambda: bool(logs))

    assert logs[0]["event"] == event
    assert (logs[0]["host"], logs[0]["answer"]) == ("slow.example", f"{status}")
    assert "secret-path" not in str(logs)


async def test_a_stop_breaks_off_what_is_sent(platform: Platform) -> None:
    delivery = example_delivery(1, url=SLOW)
    await platform.add(delivery)
    await until_claimed(platform, delivery)

    async with asyncio.timeout(5):
        await platform.worker.stop()
        await platform.worker.stop()

    assert await platform.status(delivery) is DeliveryStatus.PENDING
