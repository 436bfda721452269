"""What every processing queue promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.store import Store
from vidcore.testing.examples import example_user, example_video
from vidcore.testing.identity import numbered_id

PATIENCE = 30.0  # seconds after which a queue that should have woken has failed
VIDEO, OTHER = numbered_id(11), numbered_id(12)


class Bench:
    """A worker of which only the number of its attempts matters, and what there is to do."""

    def __init__(self) -> None:
        self.waiting = 0
        self.calls = 0
        self.running = 0
        self.most = 0
        self.done = 0
        self.broken_off = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def attempt(self) -> bool:
        """Do one piece of work, if there is any."""
        self.calls += 1
        if not self.waiting:
            return False
        self.waiting -= 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        finally:
            self.running -= 1
        self.done += 1
        return True

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110 - a queue may know nothing of this loop's events
                await asyncio.sleep(0.002)


@asynccontextmanager
async def running(
    queue: ProcessingQueue, bench: Bench, concurrency: int = 1
) -> AsyncIterator[None]:
    """Let the queue run, and end it."""
    work = asyncio.create_task(queue.run(bench.attempt, concurrency=concurrency))
    try:
        yield
        assert not work.done(), work
    finally:
        work.cancel()
        await asyncio.wait([work], timeout=PATIENCE)
    assert work.done()


async def enlist(store: Store, queue: ProcessingQueue, number: int, *, commit: bool = True) -> UUID:
    """Add a pending video, and enlist it in the same unit of work."""
    user = example_user(number)
    video = example_video(number + 1, user)
    async with store.write() as uow:
        await uow.users.add(user)
        await uow.videos.add(video)
        await queue.enlist(uow, video)
        if commit:
            await uow.commit()
    return video.id


class ProcessingQueueContract:
    """Give two fixtures: `queue`, a ProcessingQueue to which nothing was said, and its `store`."""

    async def test_what_is_enlisted_and_announced_is_looked_for(
        self, queue: ProcessingQueue, store: Store
    ) -> None:
        """Soon, by workers that have nothing to do."""
        bench = Bench()
        async with running(queue, bench):
            await asyncio.sleep(0)
            bench.waiting = 1
            await queue.announce(await enlist(store, queue, 1))
            await bench.until(lambda: bench.done == 1)

    async def test_what_was_enlisted_before_the_worker_came_is_looked_for(
        self, queue: ProcessingQueue, store: Store
    ) -> None:
        """Nothing has to be said again."""
        bench = Bench()
        bench.waiting = 3
        for number in (1, 3, 5):
            await enlist(store, queue, number)

        async with running(queue, bench):
            await bench.until(lambda: bench.done == 3)

    async def test_what_was_never_enlisted_is_found_all_the_same(
        self, queue: ProcessingQueue
    ) -> None:
        """A lost worker's video, say: the claim is the truth."""
        bench = Bench()
        async with running(queue, bench):
            await asyncio.sleep(0)
            bench.waiting = 2
            await bench.until(lambda: bench.done == 2)

    async def test_no_more_go_on_at_once_than_is_allowed(
        self, queue: ProcessingQueue, store: Store
    ) -> None:
        """And as many as are allowed do."""
        bench = Bench()
        bench.waiting = 5
        bench.gate.clear()
        for number in (1, 3, 5, 7, 9):
            await queue.announce(await enlist(store, queue, number))

        async with running(queue, bench, concurrency=2):
            await bench.until(lambda: bench.running == 2)
            bench.gate.set()
            await bench.until(lambda: bench.done == 5)

        assert bench.most == 2

    async def test_what_goes_on_is_broken_off_and_ended_before_the_end(
        self, queue: ProcessingQueue, store: Store
    ) -> None:
        """So that it can be handed back."""
        bench = Bench()
        bench.waiting = 2
        bench.gate.clear()
        for number in (1, 3):
            await enlist(store, queue, number)

        async with running(queue, bench, concurrency=2):
            await bench.until(lambda: bench.running == 2)

        assert (bench.running, bench.broken_off, bench.done) == (0, 2, 0)

    async def test_what_was_not_committed_is_no_fault(
        self, queue: ProcessingQueue, store: Store
    ) -> None:
        """The worker looks in vain, or not at all."""
        await enlist(store, queue, 1, commit=False)
        bench = Bench()

        async with running(queue, bench):
            bench.waiting = 1
            await queue.announce(await enlist(store, queue, 3))
            await bench.until(lambda: bench.done == 1)

    async def test_who_works_on_a_video_hears_that_it_is_gone(self, queue: ProcessingQueue) -> None:
        """And nobody else; not before, nor after the work."""
        called: list[str] = []
        await queue.cancel(VIDEO)
        with queue.on_cancel(VIDEO, lambda: called.append("long")):
            with (
                queue.on_cancel(VIDEO, lambda: called.append("short")),
                queue.on_cancel(OTHER, lambda: called.append("other")),
            ):
                await queue.cancel(VIDEO)
            await queue.cancel(VIDEO)
        await queue.cancel(VIDEO)

        assert called == ["long", "short", "long"]
