"""Removing what belongs to a video once its record is gone: a file without a record hurts nobody."""

import attrs

from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class RemoveFiles:
    """Stop work on a video that is gone from the store, and remove its files."""

    uploads: UploadArea
    media: MediaStore
    queue: ProcessingQueue

    async def __call__(self, video: Video) -> None:
        """Remove source and published files. What is gone already is fine."""
        await self.queue.cancel(video.id)
        if video.source is not None:
            await self.uploads.discard(video.source)
        published = (video.media, video.thumbnail, video.storyboard)
        await self.media.remove(video.id, [place for place in published if place is not None])
