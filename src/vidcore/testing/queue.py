"""A queue that remembers what was said, and has attempts made in one event loop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from vidcore.ports.queue import Attempt, ProcessingQueue
from vidcore.ports.store import UnitOfWork
from vidcore.videos import Video


class InMemoryQueue(ProcessingQueue):
    """`enlisted`, `announced` and `cancelled` keep what was said, in its order; `run` looks often.

    What was enlisted in a unit of work that was not committed is kept too: a test compares.
    """

    def __init__(self) -> None:
        self.enlisted: list[UUID] = []
        self.announced: list[UUID] = []
        self.cancelled: list[UUID] = []
        self._callbacks: dict[UUID, list[Callable[[], object]]] = {}
        self._news = asyncio.Event()

    async def enlist(self, uow: UnitOfWork, video: Video) -> None:  # noqa: ARG002 - rows are looked at
        """Note that a video is going to be pending."""
        self.enlisted.append(video.id)

    async def announce(self, video_id: UUID) -> None:
        """Note that a video has become pending, and have attempts made."""
        self.announced.append(video_id)
        self._news.set()

    async def cancel(self, video_id: UUID) -> None:
        """Note that a video is gone, and call whoever works on it."""
        self.cancelled.append(video_id)
        for callback in tuple(self._callbacks.get(video_id, ())):
            callback()

    @contextmanager
    def on_cancel(self, video_id: UUID, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called by each `cancel` of the video, until the block is left."""
        callbacks = self._callbacks.setdefault(video_id, [])
        callbacks.append(callback)
        try:
            yield
        finally:
            callbacks.remove(callback)

    async def run(self, attempt: Attempt, *, concurrency: int) -> None:
        """Make attempts until cancelled, and then end those that go on."""
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(self._loop(attempt))

    async def _loop(self, attempt: Attempt) -> None:
        while True:
            if not await attempt():
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await self._news.wait()
                self._news.clear()
