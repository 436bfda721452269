import asyncio
from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import LeaseLostError
from vidcore.signatures import verify_webhook
from vidcore.testing.examples import MICROSECOND, NOW, example_delivery
from vidcore.testing.memory_deliveries import InMemoryReceivers
from vidcore.use_cases.delivering import DeliverNext
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.webhooks import (
    BACK_OFF,
    LEASE,
    TRIES_MAX,
    Delivery,
    DeliveryStatus,
    WebhookAnswer,
    pause_after,
)

KEY = b"k" * 32
WAITING = example_delivery(1)
URL = WAITING.url
DOWN = WebhookAnswer(status=503, text="503 Service Unavailable")


@pytest.fixture
def receivers() -> InMemoryReceivers:
    return InMemoryReceivers()


@pytest.fixture
def deliver(platform: MemoryPlatform, receivers: InMemoryReceivers) -> DeliverNext:
    return DeliverNext(store=platform.store, sender=receivers, clock=platform.clock, key=KEY)


async def remember(platform: MemoryPlatform, *deliveries: Delivery) -> None:
    async with platform.store.write() as work:
        for delivery in deliveries:
            await work.deliveries.add(delivery)
        await work.commit()


async def stored(platform: MemoryPlatform) -> Delivery:
    async with platform.store.read() as work:
        return await work.deliveries.get(WAITING.id)


async def test_what_waits_is_sent_once_signed_and_under_its_id(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING)

    delivered = await deliver(URL)
    assert await deliver(URL) is None

    (sent,) = receivers.sent
    assert (sent.url, sent.body) == (URL, WAITING.payload.encode())
    assert sent.headers["webhook-id"] == str(WAITING.id)
    assert verify_webhook(KEY, sent.headers, sent.body, now=NOW)
    assert delivered == await stored(platform)
    assert delivered.status is DeliveryStatus.DELIVERED
    assert delivered.answer == "204 No Content"


def test_the_key_is_not_shown_in_a_log(deliver: DeliverNext) -> None:
    assert "kkk" not in repr(deliver)


async def test_what_others_have_to_be_told_is_left_alone(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING)

    assert await deliver("https://other.example/") is None
    assert receivers.sent == []


async def test_a_receiver_that_is_down_gets_it_after_a_pause_with_a_fresh_timestamp(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING)
    receivers.answers = [DOWN]

    await deliver(URL)
    platform.clock.advance(BACK_OFF - MICROSECOND)
    assert await deliver(URL) is None
    platform.clock.advance(MICROSECOND)
    delivered = await deliver(URL)

    assert delivered is not None
    assert delivered.status is DeliveryStatus.DELIVERED
    first, second = receivers.sent
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert verify_webhook(KEY, second.headers, second.body, now=platform.clock.now())
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


async def test_a_receiver_that_stays_down_is_given_up_after_all_tries(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING)
    receivers.answers = [DOWN] * TRIES_MAX

    for attempt in range(1, TRIES_MAX + 1):
        assert await deliver(URL) is not None
        platform.clock.advance(pause_after(attempt))

    assert len(receivers.sent) == TRIES_MAX
    assert (await stored(platform)).status is DeliveryStatus.GIVEN_UP
    assert await deliver(URL) is None


async def test_a_killed_worker_leaves_it_to_be_sent_again(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING.claimed(NOW))

    assert await deliver(URL) is None
    platform.clock.advance(LEASE)
    delivered = await deliver(URL)

    assert delivered is not None
    assert delivered.attempt == 2
    assert len(receivers.sent) == 1


async def test_what_was_broken_off_in_every_try_is_given_up_unsent(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, attrs.evolve(WAITING, attempt=TRIES_MAX))

    given_up = await deliver(URL)

    assert given_up is not None
    assert given_up.status is DeliveryStatus.GIVEN_UP
    assert receivers.sent == []
    assert await stored(platform) == given_up


@pytest.mark.parametrize("gone", [True, False])
async def test_a_worker_that_is_overtaken_while_it_sends_changes_nothing(
    platform: MemoryPlatform, *, gone: bool
) -> None:
    class Overtaken(InMemoryReceivers):
        async def send(self, *_: object) -> WebhookAnswer:
            async with platform.store.write() as work:
                if gone:
                    later = NOW + timedelta(days=99)
                    await work.deliveries.forget(delivered_before=later, others_before=later)
                else:
                    claimed = await work.deliveries.get(WAITING.id)
                    await work.deliveries.save(claimed.claimed(NOW))
                await work.commit()
            return DOWN

    await remember(platform, WAITING)
    deliver = DeliverNext(store=platform.store, sender=Overtaken(), clock=platform.clock, key=KEY)

    with pytest.raises(LeaseLostError):
        await deliver(URL)

    assert len(platform.remembered().deliveries) == (0 if gone else 1)
    if not gone:
        assert (await stored(platform)).attempt == 2


async def test_one_that_another_took_after_a_look_is_not_sent_twice(
    platform: MemoryPlatform, receivers: InMemoryReceivers, deliver: DeliverNext
) -> None:
    await remember(platform, WAITING)
    async with platform.store.write():  # holds up both, which have looked already
        both = [asyncio.create_task(deliver(URL)) for _ in range(2)]
        while len(platform.store._writing._waiters or ()) < len(both):
            await asyncio.sleep(0)
    results = await asyncio.gather(*both)

    assert len(receivers.sent) == 1
    assert results.count(None) == 1


async def test_the_schedule_forgets_what_was_told_long_ago(platform: MemoryPlatform) -> None:
    week, month = timedelta(days=7), timedelta(days=30)
    done = example_delivery(2, status=DeliveryStatus.DELIVERED)
    given_up = example_delivery(3, status=DeliveryStatus.GIVEN_UP)
    await remember(platform, done, given_up)
    tidy_up = platform.make(TidyUp)

    platform.clock.advance(week)
    await tidy_up()
    assert set(platform.remembered().deliveries) == {done.id, given_up.id}
    platform.clock.advance(MICROSECOND)
    await tidy_up()
    assert set(platform.remembered().deliveries) == {given_up.id}
    platform.clock.set(NOW + month)
    await tidy_up()
    assert set(platform.remembered().deliveries) == {given_up.id}
    platform.clock.advance(MICROSECOND)
    await tidy_up()

    assert platform.remembered().deliveries == {}
