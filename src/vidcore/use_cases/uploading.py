"""How a member's file comes in: checked, begun, received, and then a pending video or nothing.

The bytes themselves go from the adapter that has the socket straight to the UploadArea.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry
from vidcore.config import Config
from vidcore.details import VideoDetails
from vidcore.errors import NotFoundError, UnknownReferenceError
from vidcore.joining import LAST_TURNS, join_line
from vidcore.media import Plan, check_filename, plan
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.storage import UploadArea
from vidcore.ports.store import Store, UnitOfWork
from vidcore.ports.transcoding import Transcoder
from vidcore.quota import Quota
from vidcore.turns import work_of
from vidcore.uploads import DISK_FLOOR, Admission, Upload, admit, check_room
from vidcore.use_cases.estimating import EstimateRemaining
from vidcore.use_cases.recognizing import own_account
from vidcore.users import User
from vidcore.videos import Video

GROWTH: Final = 16 << 20  # bytes: few enough to hold nothing needlessly, and few steps a gigabyte


@attrs.frozen(kw_only=True)
class BegunUpload:
    """An upload that may send its bytes, within what its admission allows."""

    upload: Upload
    admission: Admission


@attrs.frozen(kw_only=True)
class AdmitUpload:
    """Decide whether a file of about some size may be uploaded now; sizes in bytes."""

    store: Store
    uploads: UploadArea
    clock: Clock
    disk_floor: int = DISK_FLOOR

    async def __call__(self, *, actor: User, at_least: int, at_most: int) -> None:
        """Return if it may, and hold nothing.

        Raises FileTooLargeError, QuotaExceededError, StorageFullError.
        """
        async with self.store.read() as uow:
            user = await own_account(uow, actor.id)
            await self.decide(uow, user, at_least=at_least, at_most=at_most)

    async def decide(
        self, uow: UnitOfWork, user: User, *, at_least: int, at_most: int, own: int = 0
    ) -> Admission:
        """Give the admission. In a `write` unit of work that holds `user`, it stays true.

        `own` bytes are what this very upload holds already.
        """
        now = self.clock.now()
        config = await uow.config.get()
        admission = admit(
            at_least=at_least,
            at_most=at_most,
            max_file_size_bytes=config.max_file_size_bytes,
            quota=await quota_of(uow, user, config, now=now, own=own),
        )
        check_room(
            size=admission.reserved_bytes,
            free=await self.uploads.free_bytes(),
            reserved=await uow.uploads.reserved_bytes(now) - own,
            floor=self.disk_floor,
        )
        return admission


async def quota_of(
    uow: UnitOfWork, user: User, config: Config, *, now: datetime, own: int = 0
) -> Quota:
    """Give a member's quota, without the `own` bytes that one upload holds."""
    return Quota(
        limit=config.weekly_upload_limit_bytes,
        used=user.used_bytes(now),
        reserved=await uow.uploads.reserved_bytes(now, user.id) - own,
        now=now,
    )


@attrs.frozen(kw_only=True)
class BeginUpload:
    """Hold the quota for a file whose bytes are about to come."""

    store: Store
    admit: AdmitUpload
    ids: IdSource
    clock: Clock

    async def __call__(
        self,
        *,
        actor: User,
        filename: str,
        at_least: int,
        at_most: int,
        details: VideoDetails | None = None,
    ) -> BegunUpload:
        """Give the upload that was begun; where little is known of its size, it grows from little.

        Raises FileFormatNotSupportedError for its name, and what AdmitUpload raises.
        """
        name = check_filename(filename)
        most = min(at_most, at_least + GROWTH)
        async with self.store.write() as uow:
            user = await own_account(uow, actor.id)
            admission = await self.admit.decide(uow, user, at_least=at_least, at_most=most)
            upload = Upload.begin(
                id=self.ids.new(),
                user_id=user.id,
                filename=name,
                details=details,
                reserved_bytes=admission.reserved_bytes,
                resumable=False,
                now=self.clock.now(),
            )
            await uow.uploads.add(upload)
            await uow.commit()
        return BegunUpload(upload=upload, admission=admission)


@attrs.frozen(kw_only=True)
class GrowUpload:
    """Hold more for an upload that turns out larger than was held for it."""

    store: Store
    admit: AdmitUpload
    clock: Clock

    async def __call__(self, begun: BegunUpload, *, received: int) -> BegunUpload:
        """Give the upload with room for `received` bytes, and for a while more.

        Raises what AdmitUpload raises; NotFoundError if the upload is over.
        """
        async with self.store.write() as uow:
            user = await uow.users.get(begun.upload.user_id)
            upload = await uow.uploads.get(begun.upload.id)
            upload.check_live(self.clock.now())  # what is over holds nothing that could be `own`
            admission = await self.admit.decide(
                uow,
                user,
                at_least=received,
                at_most=received + GROWTH,
                own=upload.reserved_bytes,
            )
            grown = upload.grown(admission.reserved_bytes, self.clock.now())
            await uow.uploads.save(grown)
            await uow.commit()
        return BegunUpload(upload=grown, admission=admission)


@attrs.frozen(kw_only=True)
class RenewUpload:
    """Say that bytes are still arriving."""

    store: Store
    clock: Clock

    async def __call__(self, upload_id: UUID) -> None:
        """Move the deadline. Raises NotFoundError if the upload is over."""
        async with self.store.write() as uow:
            upload = await uow.uploads.get(upload_id)
            await uow.uploads.save(upload.renewed(self.clock.now()))
            await uow.commit()


@attrs.frozen(kw_only=True)
class AbandonUpload:
    """Give back what an upload held, and remove its bytes."""

    store: Store
    uploads: UploadArea

    async def __call__(self, upload_id: UUID) -> None:
        """Forget the upload, unless it became a video; what is gone already is fine."""
        async with self.store.write() as uow:
            try:
                upload = await uow.uploads.get(upload_id)
            except NotFoundError:
                return
            if upload.video_id is not None:
                return
            await uow.uploads.remove(upload_id)
            await uow.commit()
        await self.uploads.discard(str(upload_id))


@attrs.frozen(kw_only=True)
class CheckedContent:
    """What was found in the bytes of an upload: their SHA-256, what is planned, and how long it takes."""

    sha256: str
    plan: Plan
    work: timedelta


@attrs.frozen(kw_only=True)
class FinishUpload:
    """Make a pending video of an upload whose bytes are all safely on disk.

    Without `copying`, the plan is to encode what browsers play already, too.
    """

    store: Store
    uploads: UploadArea
    transcoder: Transcoder
    queue: ProcessingQueue
    ids: IdSource
    clock: Clock
    estimate: EstimateRemaining
    copying: bool = True

    async def __call__(
        self, *, begun: BegunUpload, received: int, details: VideoDetails
    ) -> VideoEntry:
        """Check the content, count `received` bytes against the quota, and give the video.

        Raises FileFormatNotSupportedError, UnknownReferenceError; NotFoundError if the upload's time
        is over. The upload then stays as it is, to be abandoned.
        """
        begun.admission.check_received(received)
        content = await self.check_content(begun.upload)
        async with self.store.write() as uow:
            user = await uow.users.get(begun.upload.user_id)
            upload = await uow.uploads.get(begun.upload.id)
            video = await self.accept(
                uow, user, upload, details=details, received=received, content=content
            )
            await uow.uploads.remove(upload.id)
            entry = await uow.videos.entry(video.id)
            (estimated,) = await self.estimate(uow, [entry])
            await uow.commit()
        await self.queue.announce(video.id)
        return estimated

    async def check_content(self, upload: Upload) -> CheckedContent:
        """Look at the bytes that arrived. Raises FileFormatNotSupportedError."""
        source = str(upload.id)
        info = await self.transcoder.probe(self.uploads.locate(source))
        made = plan(info, copying=self.copying)
        return CheckedContent(
            sha256=await self.uploads.digest(source), plan=made, work=work_of(info, made)
        )

    async def accept(  # noqa: PLR0913 - what is known of an upload at its end
        self,
        uow: UnitOfWork,
        user: User,
        upload: Upload,
        *,
        details: VideoDetails,
        received: int,
        content: CheckedContent,
    ) -> Video:
        """Give the pending video, stored, and count it against the quota; who calls it commits.

        Raises UnknownReferenceError; NotFoundError if the upload's time is over.
        """
        now = self.clock.now()
        upload.check_live(now)
        joining = join_line(
            now,
            work=content.work,
            own=await uow.videos.last_turns(user.id, limit=LAST_TURNS),
            first=await uow.videos.first_due(),
        )
        video = Video.accept(
            id=self.ids.new(),
            details=details,
            original_filename=upload.filename,
            file_size_bytes=received,
            uploaded_by=user.id,
            source=str(upload.id),
            now=now,
            sha256=content.sha256,
            plan=content.plan,
            due_at=joining.due_at,
        )
        await uow.videos.add(video)
        await uow.videos.postpone(joining.later)
        await uow.users.save(user.charged(received, now))
        await self.queue.enlist(uow, video)
        return video


@attrs.frozen(kw_only=True)
class CheckDetails:
    """Check what a member says of a video before its bytes are read."""

    store: Store

    async def __call__(self, details: VideoDetails) -> None:
        """Raise UnknownReferenceError if the category does not exist."""
        if details.category_id is None:
            return
        async with self.store.read() as uow:
            await check_category(uow, details)


async def check_category(uow: UnitOfWork, details: VideoDetails) -> None:
    """Raise UnknownReferenceError if there is a category in `details` that does not exist."""
    if details.category_id is None:
        return
    try:
        await uow.categories.get(details.category_id)
    except NotFoundError:
        raise UnknownReferenceError(
            "category_id", f"must be the id of a category, unlike {details.category_id}"
        ) from None
