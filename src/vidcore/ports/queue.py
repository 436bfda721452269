"""What brings pending videos to workers.

The claim on the video itself is the truth; this only says when it is worth looking for one.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from vidcore.ports.store import UnitOfWork
from vidcore.videos import Video

Attempt = Callable[[], Awaitable[bool]]


class ProcessingQueue(Protocol):
    """Has workers look for videos."""

    @abstractmethod
    async def enlist(self, uow: UnitOfWork, video: Video) -> None:
        """Have workers look for a pending video from its `ready_at` on, once `uow` is committed.

        Unless it is committed, nothing comes of it. Raises ServiceUnavailableError.
        """
        ...

    @abstractmethod
    async def announce(self, video_id: UUID) -> None:
        """Say that a video has become pending, after that was committed: workers here look at once."""
        ...

    @abstractmethod
    async def cancel(self, video_id: UUID) -> None:
        """Say that a video is gone, so that work on it here stops at once."""
        ...

    @abstractmethod
    def on_cancel(
        self, video_id: UUID, callback: Callable[[], object]
    ) -> AbstractContextManager[None]:
        """Have `callback` called by each `cancel` of the video, until the block is left.

        It must not raise: it stands for others' callbacks too.
        """
        ...

    @abstractmethod
    async def run(self, attempt: Attempt, *, concurrency: int) -> None:
        """Call `attempt` whenever a video may be pending, and now and then anyway, until cancelled.

        At most `concurrency` calls go on at once; `attempt` raises nothing, and says whether there was
        a video to work on, after which it is called again. Cancelled, this cancels the calls that go on
        and returns when they have ended.
        """
        ...
