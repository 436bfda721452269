"""What brings pending videos to workers.

The claim on the video itself is the truth; this only says that it is worth looking for one.
"""

from abc import abstractmethod
from datetime import timedelta
from typing import Protocol
from uuid import UUID


class ProcessingQueue(Protocol):
    """Wakes workers."""

    @abstractmethod
    async def announce(self, video_id: UUID) -> None:
        """Say that a video has become pending, after that was committed."""
        ...

    @abstractmethod
    async def cancel(self, video_id: UUID) -> None:
        """Say that a video is gone, so that work on it may stop at once."""
        ...

    @abstractmethod
    async def wait(self, at_most: timedelta) -> None:
        """Return when a video was announced since the last call, or after `at_most`."""
        ...
