"""The queue inside one process: an event wakes its workers, and nothing is kept.

A worker in another process finds the same videos by looking when its wait is over.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

from vidcore.ports.queue import ProcessingQueue


class EmbeddedQueue(ProcessingQueue):
    """Wakes the workers of this process. All calls come from one event loop."""

    def __init__(self) -> None:
        self._announced = asyncio.Event()
        self._on_cancel: dict[UUID, list[Callable[[], object]]] = {}

    async def announce(self, video_id: UUID) -> None:  # noqa: ARG002 - all may look for any video
        """Wake all workers that wait, or else the next that is about to."""
        self._announced.set()

    async def cancel(self, video_id: UUID) -> None:
        """Call what running workers have registered for the video."""
        for callback in tuple(self._on_cancel.get(video_id, ())):
            callback()

    async def wait(self, at_most: timedelta) -> None:
        """Return when a video was announced and no worker has woken since, or after `at_most`.

        A wait that is cancelled takes no announcement with it.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._announced.wait()
        # Whoever returns goes to look, and sees all that was announced up to here.
        self._announced.clear()

    @contextmanager
    def on_cancel(self, video_id: UUID, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called by each `cancel` of the video, until the block is left.

        It must not raise: it stands for others' callbacks too.
        """
        callbacks = self._on_cancel.setdefault(video_id, [])
        callbacks.append(callback)
        try:
            yield
        finally:
            callbacks.remove(callback)
            if not callbacks:
                del self._on_cancel[video_id]
