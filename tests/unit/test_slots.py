"""Slots: attempts that outlive whoever asked for them, never more at once than there is room for."""

import asyncio

import pytest

from adapters_jobs.slots import Slots
from vidcore.testing.queue_contract import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.waiting = 3
    bench.gate.clear()
    return bench


async def test_an_attempt_outlives_who_asked_and_keeps_its_slot(bench: Bench) -> None:
    slots = Slots(bench.attempt, 1)
    first = asyncio.create_task(slots.attempt())
    await bench.until(lambda: bench.running == 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(slots.attempt())
    await asyncio.sleep(0)

    assert not slots.free
    bench.gate.set()
    assert await second
    assert slots.free
    assert (bench.done, bench.most, bench.broken_off) == (2, 1, 0)


async def test_the_close_breaks_off_what_goes_on_and_begins_nothing_more(bench: Bench) -> None:
    slots = Slots(bench.attempt, 2)
    asked = [asyncio.create_task(slots.attempt()) for _ in range(3)]
    await bench.until(lambda: bench.running == 2)

    await slots.close()

    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2 + [bool]
    assert outcomes[2] is False
    assert (bench.running, bench.broken_off, bench.done) == (0, 2, 0)


async def test_an_attempt_that_is_broken_off_before_its_first_step_gives_its_slot_back(
    bench: Bench,
) -> None:
    slots = Slots(bench.attempt, 1)
    asked = asyncio.create_task(slots.attempt())
    await asyncio.sleep(0)

    await slots.close()

    assert slots.free
    assert bench.calls == 0
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_nothing_has_to_go_on_for_a_close(bench: Bench) -> None:
    slots = Slots(bench.attempt, 1)

    await slots.close()

    assert not await slots.attempt()
    assert bench.calls == 0
