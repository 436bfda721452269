"""The queue inside one process: an event wakes its workers, and nothing is kept.

Workers of another process of the same parent are woken by a bell; any others find the same videos by
looking when their wait is over.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from adapters_jobs.bell import Bell
from adapters_jobs.cancellations import Cancellations
from vidcore.ports.queue import Attempt, ProcessingQueue
from vidcore.ports.store import UnitOfWork
from vidcore.videos import Video

POLL: Final = timedelta(seconds=2)  # how late a back-off or a lost worker's video may be noticed


class EmbeddedQueue(ProcessingQueue):
    """Wakes the workers of this process. All calls come from one event loop.

    Without an announcement they look after each `poll`.
    """

    def __init__(self, *, poll: timedelta = POLL) -> None:
        self.cancellations = Cancellations()
        self._poll = poll
        self._announced = asyncio.Event()
        self._bell: Bell | None = None

    def share(self, bell: Bell) -> None:
        """Let the bell wake whoever works at the other end of it, and this process's own workers."""
        self._bell = bell

    async def enlist(self, uow: UnitOfWork, video: Video) -> None:
        """Do nothing: the row is all that has to be kept, and workers look at rows."""

    async def announce(self, video_id: UUID) -> None:  # noqa: ARG002 - all may look for any video
        """Wake all workers that wait, or else the next that is about to."""
        self._announced.set()
        if self._bell is not None:
            self._bell.ring()

    async def cancel(self, video_id: UUID) -> None:
        """Call what running workers have registered for the video."""
        self.cancellations.call(video_id)

    def on_cancel(
        self, video_id: UUID, callback: Callable[[], object]
    ) -> AbstractContextManager[None]:
        """Have `callback` called by each `cancel` of the video, until the block is left."""
        return self.cancellations.registered(video_id, callback)

    async def run(self, attempt: Attempt, *, concurrency: int) -> None:
        """Call `attempt` in `concurrency` loops, each waiting where there was nothing to do."""
        loops = [asyncio.create_task(self._loop(attempt)) for _ in range(concurrency)]
        try:
            with nullcontext() if self._bell is None else self._bell.heard(self._announced.set):
                await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Each once: a second cancellation would tear off what is being handed back.
            for loop in loops:
                loop.cancel()
            await asyncio.wait(loops)
        for loop in loops:
            if not loop.cancelled():
                loop.result()

    async def _loop(self, attempt: Attempt) -> None:
        while True:
            if not await attempt():
                await self.wait(self._poll)

    async def wait(self, at_most: timedelta) -> None:
        """Return when a video was announced and no worker has woken since, or after `at_most`.

        A wait that is cancelled takes no announcement with it.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._announced.wait()
        # Whoever returns goes to look, and sees all that was announced up to here.
        self._announced.clear()
