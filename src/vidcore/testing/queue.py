"""A queue that wakes the workers of one event loop."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from vidcore.ports.queue import ProcessingQueue


class InMemoryQueue(ProcessingQueue):
    """Wakes whoever waits; `announced` and `cancelled` keep what was said, in its order."""

    def __init__(self) -> None:
        self.announced: list[UUID] = []
        self.cancelled: list[UUID] = []
        self._news = asyncio.Event()

    async def announce(self, video_id: UUID) -> None:
        """Note that a video has become pending, and wake those who wait."""
        self.announced.append(video_id)
        self._news.set()

    async def cancel(self, video_id: UUID) -> None:
        """Note that a video is gone."""
        self.cancelled.append(video_id)

    async def wait(self, at_most: timedelta) -> None:
        """Return when a video was announced since the last call, or after `at_most`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._news.wait()
        self._news.clear()
