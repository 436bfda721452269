"""An upload that may break off: begun, taken up again, looked at, and in the end a pending video.

How much of it has arrived is nowhere written down: it is what lies on disk, so that no crash can make
the two differ. The bytes go from the adapter that has the socket straight to the UploadArea.
"""

from uuid import UUID

import attrs

from vidcore.details import VideoDetails
from vidcore.errors import (
    FileFormatNotSupportedError,
    NotFoundError,
    UnknownReferenceError,
    UploadIncompleteError,
)
from vidcore.media import check_filename
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource
from vidcore.ports.storage import UploadArea
from vidcore.ports.store import Store, UnitOfWork
from vidcore.uploads import Upload, UploadProgress, check_fingerprint, check_size
from vidcore.use_cases.recognizing import own_account
from vidcore.use_cases.uploading import (
    AbandonUpload,
    AdmitUpload,
    CheckedContent,
    FinishUpload,
    check_category,
)
from vidcore.users import User


@attrs.frozen(kw_only=True)
class BeginResumable:
    """Hold the quota for a file that may come in many parts, or find the upload that it began."""

    store: Store
    uploads: UploadArea
    admit: AdmitUpload
    ids: IdSource
    clock: Clock

    async def __call__(
        self,
        *,
        actor: User,
        filename: str,
        size_bytes: int,
        details: VideoDetails,
        fingerprint: str | None = None,
    ) -> UploadProgress:
        """Give the upload of the whole file; a live one with this fingerprint and size goes on.

        Raises FileFormatNotSupportedError for its name, InvalidValueError, UnknownReferenceError, and
        what AdmitUpload raises.
        """
        name, size = check_filename(filename), check_size(size_bytes)
        known_by = check_fingerprint(fingerprint)
        async with self.store.write() as uow:
            user = await own_account(uow, actor.id)
            await check_category(uow, details)
            upload = await self._begun_before(uow, user, known_by, size)
            if upload is None:
                admission = await self.admit.decide(uow, user, at_least=size, at_most=size)
                upload = Upload.begin(
                    id=self.ids.new(),
                    user_id=user.id,
                    filename=name,
                    details=details,
                    size_bytes=size,
                    fingerprint=known_by,
                    reserved_bytes=admission.reserved_bytes,
                    resumable=True,
                    now=self.clock.now(),
                )
                await uow.uploads.add(upload)
            else:
                upload = upload.retold(name, details, self.clock.now())
                await uow.uploads.save(upload)
            await uow.commit()
        on_disk = await self.uploads.size(str(upload.id))
        return upload.progress(user, on_disk=on_disk, now=self.clock.now())

    async def _begun_before(
        self, uow: UnitOfWork, user: User, fingerprint: str | None, size: int
    ) -> Upload | None:
        if fingerprint is None:
            return None
        unfinished = await uow.uploads.unfinished(user.id, self.clock.now())
        return next((each for each in unfinished if each.is_same_file(fingerprint, size)), None)


@attrs.frozen(kw_only=True)
class ShowUpload:
    """Find out how far a resumable upload has come."""

    store: Store
    uploads: UploadArea
    clock: Clock

    async def __call__(self, *, actor: User, upload_id: UUID) -> UploadProgress:
        """Give the progress. Raises NotFoundError for any upload but one's own resumable ones."""
        async with self.store.read() as uow:
            upload = await uow.uploads.get(upload_id)
        on_disk = await self.uploads.size(str(upload_id))
        return upload.progress(actor, on_disk=on_disk, now=self.clock.now())


@attrs.frozen(kw_only=True)
class ListUploads:
    """List what a member can go on with."""

    store: Store
    uploads: UploadArea
    clock: Clock

    async def __call__(self, *, actor: User) -> list[UploadProgress]:
        """Give the unfinished resumable uploads, oldest first."""
        now = self.clock.now()
        async with self.store.read() as uow:
            unfinished = await uow.uploads.unfinished(actor.id, now)
        return [
            upload.progress(actor, on_disk=await self.uploads.size(str(upload.id)), now=now)
            for upload in unfinished
        ]


@attrs.frozen(kw_only=True)
class MarkUnchecked:
    """Say from where on bytes are going to come whose checksum is compared only at their end."""

    store: Store
    clock: Clock

    async def __call__(self, *, upload_id: UUID, start: int | None) -> None:
        """Have bytes from `start` on not count until this is called again, with None.

        Raises NotFoundError if the upload is over.
        """
        async with self.store.write() as uow:
            upload = await uow.uploads.get(upload_id)
            await uow.uploads.save(upload.with_unchecked(start, self.clock.now()))
            await uow.commit()


@attrs.frozen(kw_only=True)
class CompleteUpload:
    """Make a pending video of a resumable upload, all of whose bytes are safely on disk."""

    store: Store
    finish: FinishUpload
    abandon: AbandonUpload
    clock: Clock

    async def __call__(self, *, actor: User, upload_id: UUID) -> UUID:
        """Give the id of the video, the same one to all who ask, however often.

        Raises FileFormatNotSupportedError, and then nothing is left of the upload; UploadIncompleteError
        if bytes are missing; NotFoundError if it is over, or not the actor's.
        """
        progress = await self._look(actor, upload_id)
        if progress.upload.video_id is not None:
            return progress.upload.video_id
        try:
            content = await self._check(progress)
        except (FileFormatNotSupportedError, NotFoundError, UploadIncompleteError) as error:
            # Whoever was faster may have had the bytes processed, and removed, by now.
            again = await self._look(actor, upload_id)
            if again.upload.video_id is not None:
                return again.upload.video_id
            if isinstance(error, FileFormatNotSupportedError):
                await self.abandon(upload_id)
            raise
        return await self._accept(progress, content)

    async def _look(self, actor: User, upload_id: UUID) -> UploadProgress:
        async with self.store.read() as uow:
            upload = await uow.uploads.get(upload_id)
        on_disk = await self.finish.uploads.size(str(upload_id))
        return upload.progress(actor, on_disk=on_disk, now=self.clock.now())

    async def _check(self, progress: UploadProgress) -> CheckedContent:
        if not progress.has_all:
            raise UploadIncompleteError(
                f"{progress.offset} of {progress.size_bytes} bytes have arrived."
            )
        return await self.finish.check_content(progress.upload)

    async def _accept(self, progress: UploadProgress, content: CheckedContent) -> UUID:
        async with self.store.write() as uow:
            user = await uow.users.get(progress.upload.user_id)
            upload = await uow.uploads.get(progress.upload.id)
            if upload.video_id is not None:
                return upload.video_id
            video = await self.finish.accept(
                uow,
                user,
                upload,
                details=await _without_lost_category(uow, progress.details),
                received=progress.size_bytes,
                content=content,
            )
            await uow.uploads.save(upload.completed(video.id, self.clock.now()))
            await uow.commit()
        await self.finish.queue.announce(video.id)
        return video.id


async def _without_lost_category(uow: UnitOfWork, details: VideoDetails) -> VideoDetails:
    """Leave out a category that was removed since the upload began: nobody sends twice for that."""
    try:
        await check_category(uow, details)
    except UnknownReferenceError:
        return attrs.evolve(details, category_id=None)
    return details


@attrs.frozen(kw_only=True)
class CancelUpload:
    """Give up a resumable upload."""

    store: Store
    uploads: UploadArea
    clock: Clock

    async def __call__(self, *, actor: User, upload_id: UUID) -> None:
        """Forget it, with what it held and its bytes; a video that was made of it stays.

        Raises NotFoundError for any upload but one's own resumable ones.
        """
        async with self.store.write() as uow:
            upload = await uow.uploads.get(upload_id)
            upload.progress(actor, on_disk=0, now=self.clock.now())
            await uow.uploads.remove(upload_id)
            await uow.commit()
        if upload.video_id is None:
            await self.uploads.discard(str(upload_id))
