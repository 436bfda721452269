"""The embedded queue: no announcement is lost, and a cancelled video's workers hear of it."""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters_jobs.bell import Bell
from adapters_jobs.embedded import EmbeddedQueue
from vidcore.testing.identity import numbered_id
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.queue_contract import Bench, ProcessingQueueContract, running

VIDEO, OTHER = numbered_id(1), numbered_id(2)
LONG, NOT_AT_ALL = timedelta(minutes=10), timedelta()


@pytest.fixture
def queue() -> EmbeddedQueue:
    return EmbeddedQueue()


class TestEmbeddedQueue(ProcessingQueueContract):
    @pytest.fixture
    def queue(self) -> EmbeddedQueue:
        return EmbeddedQueue(poll=timedelta(milliseconds=5))

    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore()


async def settle() -> None:
    """Let everything run that can run without waiting for a clock."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_announcement_wakes_all_workers_that_wait(queue: EmbeddedQueue) -> None:
    workers = [asyncio.create_task(queue.wait(LONG)) for _ in range(3)]
    await settle()

    await queue.announce(VIDEO)

    async with asyncio.timeout(10):
        await asyncio.gather(*workers)


async def test_an_announcement_before_the_wait_is_not_lost_and_counts_once(
    queue: EmbeddedQueue,
) -> None:
    await queue.announce(VIDEO)
    await queue.announce(OTHER)

    async with asyncio.timeout(10):
        await queue.wait(LONG)
    second = asyncio.create_task(queue.wait(LONG))
    await settle()

    assert not second.done()
    second.cancel()


async def test_a_wait_ends_after_its_time(queue: EmbeddedQueue) -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()

    await queue.wait(timedelta(milliseconds=30))
    await queue.wait(NOT_AT_ALL)

    assert 0.03 <= loop.time() - begin < 5


async def test_a_cancelled_wait_takes_no_announcement_with_it(queue: EmbeddedQueue) -> None:
    worker = asyncio.create_task(queue.wait(LONG))
    await settle()
    await queue.announce(VIDEO)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker

    async with asyncio.timeout(10):
        await queue.wait(LONG)


async def test_an_announcement_while_workers_wake_is_seen_by_one_of_them(
    queue: EmbeddedQueue,
) -> None:
    pending: list[int] = []
    taken: list[int] = []

    async def work() -> None:
        while len(taken) < 200:
            if pending:
                taken.append(pending.pop())
                await asyncio.sleep(0)
            else:
                await queue.wait(LONG)
        await queue.announce(VIDEO)  # so that the others end too

    workers = [asyncio.create_task(work()) for _ in range(3)]
    for number in range(200):
        pending.append(number)
        await queue.announce(VIDEO)
        if number % 3 == 0:
            await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await asyncio.gather(*workers)
    assert sorted(taken) == list(range(200))


async def test_a_task_can_be_cancelled_and_leaves_its_registration(queue: EmbeddedQueue) -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        with queue.on_cancel(VIDEO, task.cancel):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await settle()

    await queue.cancel(VIDEO)

    with pytest.raises(asyncio.CancelledError):
        await working
    assert not queue.cancellations


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


async def test_a_bell_wakes_the_worker_of_another_process(pipe: tuple[int, int]) -> None:
    serving, working = EmbeddedQueue(poll=LONG), EmbeddedQueue(poll=LONG)
    serving.share(Bell(*pipe))
    working.share(Bell(*pipe))
    bench = Bench()
    async with running(working, bench):
        await bench.until(lambda: bench.calls == 1)

        bench.waiting = 1
        await serving.announce(VIDEO)

        await bench.until(lambda: bench.done == 1)


async def test_a_bell_that_was_rung_while_nobody_worked_is_heard_later(
    pipe: tuple[int, int],
) -> None:
    serving, working = EmbeddedQueue(poll=LONG), EmbeddedQueue(poll=LONG)
    serving.share(Bell(*pipe))
    working.share(Bell(*pipe))
    for _ in range(100_000):  # more than a pipe holds
        await serving.announce(VIDEO)
    bench = Bench()
    async with running(working, bench):
        await bench.until(lambda: bench.calls >= 2)


async def test_a_ring_that_another_process_takes_away_is_heard_all_the_same(
    pipe: tuple[int, int],
) -> None:
    bell, heard = Bell(*pipe), asyncio.Event()
    with bell.heard(heard.set):
        bell.ring()
        asyncio.get_running_loop().call_soon(os.read, pipe[0], 1)  # before this one reads
        await settle()

    assert heard.is_set()


async def test_an_attempt_that_fails_ends_all_and_is_told(queue: EmbeddedQueue) -> None:
    begun = 0

    async def attempt() -> bool:
        nonlocal begun
        begun += 1
        if begun == 2:
            raise ZeroDivisionError("a bug")
        await asyncio.Event().wait()
        return True

    async with asyncio.timeout(10):
        with pytest.raises(ZeroDivisionError):
            await queue.run(attempt, concurrency=3)

    assert begun == 3
