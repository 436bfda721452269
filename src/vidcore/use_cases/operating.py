"""What whoever runs the platform wants to know of it at every moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from vidcore.paces import Tally
from vidcore.ports.clock import Clock
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.ports.store import Backlog, Store


@attrs.frozen(kw_only=True)
class Operations:
    """The platform at one moment, whichever process is asked; sizes in bytes.

    `temporary_bytes` are of uploads under way, and of what is not processed yet. The free bytes are of
    the disks of uploads, and of videos that are published from now on.
    """

    now: datetime
    backlog: Backlog
    tallies: Sequence[Tally]
    temporary_bytes: int
    free_for_uploads_bytes: int
    free_for_videos_bytes: int

    @property
    def oldest_waiting(self) -> timedelta:
        """Give how long the video that has been ready for longest has waited; 0 if none does."""
        since = self.backlog.ready_since
        return timedelta() if since is None else max(timedelta(), self.now - since)


@attrs.frozen(kw_only=True)
class ShowOperations:
    """Look at the store and the disks."""

    store: Store
    uploads: UploadArea
    media: MediaStore
    clock: Clock

    async def __call__(self) -> Operations:
        """Look now. Raises ServiceUnavailableError if the store or a disk is out of reach."""
        now = self.clock.now()
        async with self.store.read() as uow:
            backlog = await uow.books.backlog(now)
            tallies = await uow.tallies.listing()
            config = await uow.config.find()
        root = None if config is None else config.video_storage_path
        return Operations(
            now=now,
            backlog=backlog,
            tallies=tallies,
            temporary_bytes=await self.uploads.used_bytes(),
            free_for_uploads_bytes=await self.uploads.free_bytes(),
            free_for_videos_bytes=await self.media.free_bytes(root),
        )
