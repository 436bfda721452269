"""What every store promises of deliveries to webhooks."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given

from vidcore.errors import NotFoundError
from vidcore.ports.store import Store
from vidcore.testing import strategies
from vidcore.testing.examples import MICROSECOND, NOBODY, NOW, example_delivery
from vidcore.testing.round_trip_contract import any_examples
from vidcore.webhooks import Delivery, DeliveryStatus

URL = example_delivery(1).url
OTHER = "https://example.org/other?token=ä"
PATIENCE = 30.0  # seconds after which a store that should have let the next in has failed


async def remember_deliveries(store: Store, *deliveries: Delivery) -> None:
    """Add the deliveries, and commit."""
    async with store.write() as work:
        for delivery in deliveries:
            await work.deliveries.add(delivery)
        await work.commit()


class DeliveriesContract:
    """Give a fixture `store`: a Store that is empty."""

    @any_examples
    @given(delivery=strategies.deliveries())
    async def test_any_delivery_comes_back(self, store: Store, delivery: Delivery) -> None:
        """As it was."""
        async with store.write() as work:
            await work.deliveries.add(delivery)

            assert await work.deliveries.get(delivery.id) == delivery

    async def test_a_delivery_is_saved_alone(self, store: Store) -> None:
        """The others stay as they are."""
        waiting, other = example_delivery(1), example_delivery(2)
        await remember_deliveries(store, waiting, other)

        async with store.write() as work:
            await work.deliveries.save(waiting.claimed(NOW))
            await work.commit()

        async with store.read() as work:
            assert await work.deliveries.get(waiting.id) == waiting.claimed(NOW)
            assert await work.deliveries.get(other.id) == other

    async def test_an_unknown_delivery_is_not_found(self, store: Store) -> None:
        """Neither to be got nor saved."""
        async with store.write() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.deliveries.get(NOBODY)
            with pytest.raises(NotFoundError):
                await work.deliveries.save(example_delivery(1))
        assert missing.value.key == NOBODY

    async def test_what_waits_longest_for_an_address_is_claimed_next(self, store: Store) -> None:
        """By the moment it was ready, then by id; from that very moment on."""
        ready = NOW - timedelta(hours=1)
        first = example_delivery(5, ready_at=ready)
        await remember_deliveries(
            store,
            example_delivery(1, url=OTHER, ready_at=ready - MICROSECOND),
            example_delivery(2, ready_at=ready, status=DeliveryStatus.DELIVERED),
            example_delivery(3, ready_at=ready, status=DeliveryStatus.GIVEN_UP),
            example_delivery(4, ready_at=ready + MICROSECOND),
            example_delivery(6, ready_at=ready),
            first,
        )

        async with store.read() as work:
            assert await work.deliveries.next_claimable(URL, ready - MICROSECOND) is None
            assert await work.deliveries.next_claimable(URL, ready) == first
            assert await work.deliveries.next_claimable(URL, NOW) == first
            assert await work.deliveries.next_claimable("https://example.org", NOW) is None

    async def test_workers_at_once_claim_different_deliveries(self, store: Store) -> None:
        """And each delivery is claimed by one."""
        await remember_deliveries(store, *(example_delivery(number) for number in range(1, 5)))

        async def claim() -> Delivery | None:
            async with store.write() as work:
                waiting = await work.deliveries.next_claimable(URL, NOW)
                if waiting is None:
                    return None
                await asyncio.sleep(0.01)  # others look, before the change that follows
                await work.deliveries.save(waiting.claimed(NOW))
                await work.commit()
                return waiting

        async with asyncio.timeout(PATIENCE):
            claimed = await asyncio.gather(*(claim() for _ in range(6)))

        ids = [delivery.id for delivery in claimed if delivery is not None]
        assert sorted(ids) == [example_delivery(number).id for number in range(1, 5)]

    async def test_what_is_delivered_is_forgotten_sooner_than_the_rest(self, store: Store) -> None:
        """By the moment at which it was made; one made at the very moment stays."""
        week, month = NOW - timedelta(days=7), NOW - timedelta(days=30)
        done = DeliveryStatus.DELIVERED
        kept = [
            example_delivery(1, status=done, created_at=week),
            example_delivery(2, status=DeliveryStatus.GIVEN_UP, created_at=month),
            example_delivery(3, created_at=month),
        ]
        over = [
            example_delivery(4, status=done, created_at=week - MICROSECOND),
            example_delivery(5, status=DeliveryStatus.GIVEN_UP, created_at=month - MICROSECOND),
            example_delivery(6, created_at=month - MICROSECOND),
        ]
        await remember_deliveries(store, *kept, *over)

        async with store.write() as work:
            times = await work.deliveries.forget(delivered_before=week, others_before=month)
            await work.commit()

        assert times == len(over)
        async with store.read() as work:
            for delivery in kept:
                assert await work.deliveries.get(delivery.id) == delivery
            for delivery in over:
                with pytest.raises(NotFoundError):
                    await work.deliveries.get(delivery.id)
