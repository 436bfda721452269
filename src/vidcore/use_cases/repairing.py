"""Mending what a check of the platform has found, as far as nothing is lost by it.

Each repair looks once more at the record, held, before it changes anything.
"""

from datetime import datetime
from uuid import UUID

import attrs

from vidcore.checkup import (
    FindingKind,
    StoredFile,
    VideoFiles,
    check_expiry,
    check_quota,
    same_standing,
)
from vidcore.errors import (
    FileFormatNotSupportedError,
    NotFoundError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.lifecycle import Status
from vidcore.media import Storyboard, storyboard_of
from vidcore.mending import mend_video
from vidcore.ports.clock import Clock
from vidcore.ports.inventory import MediaInventory
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.storage import Draft, MediaStore, Published, UploadArea
from vidcore.ports.store import Store
from vidcore.ports.transcoding import Transcoder
from vidcore.uploads import Upload
from vidcore.users import User
from vidcore.videos import Video

PICTURES = frozenset(
    {
        FindingKind.THUMBNAIL_MISSING,
        FindingKind.STORYBOARD_MISSING,
        FindingKind.STORYBOARD_UNUSABLE,
    }
)


@attrs.frozen(kw_only=True)
class RemakePictures:
    """Take the pictures of a completed video from its media once more."""

    store: Store
    media: MediaStore
    inventory: MediaInventory
    transcoder: Transcoder

    async def __call__(self, seen: Video, kind: FindingKind) -> str | None:
        """Take the picture that a finding is about, and say so; None if it cannot be done.

        Raises ServiceUnavailableError.
        """
        draft = None if seen.media is None else await self.inventory.redraft(seen.media)
        if seen.media is None or draft is None:
            return None
        try:
            board = await self._take(seen, self.media.locate(seen.media), draft, kind)
            published = await self.media.publish(draft)
        except (VideoProcessingError, FileFormatNotSupportedError):
            return None  # the media is at fault, or gone: that is a finding of its own
        except ServiceUnavailableError:
            if await self.inventory.size(seen.media) is None:
                return None  # the video was deleted meanwhile
            raise
        finally:
            for picture in (draft.thumbnail, draft.storyboard):
                await self.inventory.erase(picture)
        return await self._record(seen, published, board)

    async def _take(
        self, seen: Video, source: str, draft: Draft, kind: FindingKind
    ) -> Storyboard | None:
        """Give the layout of the storyboard, if that is what was taken; a thumbnail has to be there too."""
        info = await self.transcoder.probe(source)
        if not await self.inventory.size(seen.thumbnail or ""):
            await self.transcoder.thumbnail(source, draft.thumbnail, info)
        stream = info.main_video
        if kind is FindingKind.THUMBNAIL_MISSING or stream is None:
            return None
        board = storyboard_of(
            duration=info.duration or 0.0, width=stream.width, height=stream.height
        )
        await self.transcoder.storyboard(source, draft.storyboard, board)
        if seen.storyboard is not None:
            await self.inventory.erase(seen.storyboard)  # or it would stay in the new one's place
        return board

    async def _record(
        self, seen: Video, published: Published, board: Storyboard | None
    ) -> str | None:
        async with self.store.write() as uow:
            try:
                video = await uow.videos.get(seen.id)
            except NotFoundError:
                video = None
            if video is not None and same_standing(video, seen):
                remade = attrs.evolve(video, thumbnail=published.thumbnail)
                if board is not None:
                    remade = attrs.evolve(
                        remade, storyboard=published.storyboard, storyboard_layout=board
                    )
                await uow.videos.save(remade)
                await uow.commit()
                return "It was made again from the published file."
        if video is None:
            pictures = (published.thumbnail, published.storyboard)
            await self.media.remove(seen.id, [place for place in pictures if place is not None])
        return None


@attrs.frozen(kw_only=True)
class Repair:
    """Mend single findings; each method says what it did, or gives None if nothing could be done.

    They raise ServiceUnavailableError.
    """

    store: Store
    uploads: UploadArea
    inventory: MediaInventory
    queue: ProcessingQueue
    pictures: RemakePictures
    clock: Clock

    async def video(self, seen: Video, kind: FindingKind, files: VideoFiles) -> str | None:
        """Mend a video whose files were seen, or its record."""
        if kind in PICTURES:
            return await self.pictures(seen, kind)
        async with self.store.write() as uow:
            try:
                video = await uow.videos.get(seen.id)
            except NotFoundError:
                return None
            mended = mend_video(video, kind, files, self.clock.now())
            if mended is None or not same_standing(video, seen):
                return None
            await uow.videos.save(mended.video)
            if mended.video.status is Status.PENDING:
                await self.queue.enlist(uow, mended.video)
            await uow.commit()
        return mended.repaired

    async def file(self, file: StoredFile) -> str | None:
        """Remove a draft that nobody goes on with; keep anything else, where it is in nobody's way."""
        if file.is_draft:
            await self.inventory.erase(file.location)
            return "It was removed."
        kept = await self.inventory.set_aside(file.location)
        return None if kept is None else f"It was moved to {kept}."

    async def bytes_of_nobody(self, name: str) -> str:
        """Remove bytes of the upload area."""
        await self.uploads.discard(name)
        return "They were removed."

    async def upload(self, seen: Upload, on_disk: int) -> str | None:
        """Forget an upload that is over, and remove its bytes."""
        async with self.store.write() as uow:
            try:
                upload = await uow.uploads.get(seen.id)
            except NotFoundError:
                return None
            if check_expiry(upload, on_disk, self.clock.now()) is None:
                return None
            await uow.uploads.remove(upload.id)
            await uow.commit()
        await self.uploads.discard(str(upload.id))
        return "It was removed with its bytes."

    async def quota(self, user_id: UUID, at_least: int, week: datetime) -> str | None:
        """Count what has been accepted for sure."""
        async with self.store.write() as uow:
            try:
                user: User = await uow.users.get(user_id)
            except NotFoundError:
                return None
            now = self.clock.now()
            if check_quota(user, at_least, week=week, now=now) is None:
                return None
            await uow.users.save(user.counted(at_least, now))
            await uow.commit()
        return f"{at_least} bytes count now."
