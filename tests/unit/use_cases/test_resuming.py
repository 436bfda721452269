import asyncio
from datetime import timedelta
from hashlib import sha256

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.details import VideoDetails
from vidcore.errors import (
    FileFormatNotSupportedError,
    FileTooLargeError,
    InvalidValueError,
    NotFoundError,
    QuotaExceededError,
    ServiceUnavailableError,
    StorageFullError,
    UnknownReferenceError,
    UploadIncompleteError,
)
from vidcore.lifecycle import Status
from vidcore.media import MediaInfo
from vidcore.quota import WEEK
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    SUNDAY,
    example_category,
    example_config,
    example_upload,
    example_user,
)
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.uploads import DISK_FLOOR, RESUMABLE_LIFETIME, UploadProgress
from vidcore.use_cases.categorizing import RemoveCategory
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.use_cases.membership import RemoveMember
from vidcore.use_cases.outlook import CheckUpload
from vidcore.use_cases.resuming import (
    BeginResumable,
    CancelUpload,
    CompleteUpload,
    ListUploads,
    MarkUnchecked,
    ShowUpload,
)
from vidcore.users import User

LIMIT, FILE_MAX = 1_000, 600
MEMBER, OTHER = example_user(1, weekly_upload_bytes=100), example_user(2)
SHELF = example_category(9)
SENT = b"twelve bytes"
DETAILS = VideoDetails(title="Holiday", description="Sea", category_id=SHELF.id)


@pytest.fixture(autouse=True)
async def people(platform: MemoryPlatform) -> None:
    config = example_config(max_file_size_bytes=FILE_MAX, weekly_upload_limit_bytes=LIMIT)
    await platform.add(config, MEMBER, OTHER, SHELF)


async def begin(  # noqa: PLR0913 - what is said of an upload
    platform: MemoryPlatform,
    size: int = len(SENT),
    *,
    actor: User = MEMBER,
    filename: str = "holiday.MOV",
    details: VideoDetails = DETAILS,
    fingerprint: str | None = None,
) -> UploadProgress:
    return await platform.make(BeginResumable)(
        actor=actor,
        filename=filename,
        size_bytes=size,
        details=details,
        fingerprint=fingerprint,
    )


async def sent(platform: MemoryPlatform, content: bytes = SENT) -> UploadProgress:
    """Begin an upload, and have all of it arrive."""
    begun = await begin(platform, len(content))
    await platform.receive(str(begun.upload.id), content)
    return begun


async def complete(platform: MemoryPlatform, begun: UploadProgress, actor: User = MEMBER) -> object:
    return await platform.make(CompleteUpload)(actor=actor, upload_id=begun.upload.id)


async def test_a_resumable_upload_holds_exactly_its_declared_size_for_a_day(
    platform: MemoryPlatform,
) -> None:
    begun = await begin(platform, 500, filename="C:\\films\\holiday.MOV", fingerprint=" f-1 ")

    upload = begun.upload
    assert platform.remembered().uploads == {upload.id: upload}
    assert (upload.filename, upload.fingerprint, upload.resumable) == ("holiday.MOV", "f-1", True)
    assert (upload.size_bytes, upload.reserved_bytes) == (500, 500)
    assert (upload.created_at, upload.expires_at) == (NOW, NOW + RESUMABLE_LIFETIME)
    assert (begun.offset, begun.details) == (0, DETAILS)
    assert await platform.reserved(MEMBER.id) == 500
    assert platform.bytes_kept() == {}


async def test_what_cannot_be_taken_is_refused_at_the_beginning(platform: MemoryPlatform) -> None:
    await begin(platform, 500)

    with platform.refuses(FileFormatNotSupportedError):
        await begin(platform, filename="holiday.txt")
    for size in (0, -1):
        with platform.refuses(InvalidValueError):
            await begin(platform, size)
    with platform.refuses(InvalidValueError):
        await begin(platform, fingerprint="x" * 256)
    with platform.refuses(UnknownReferenceError):
        await begin(platform, details=VideoDetails(title="A", category_id=NOBODY))
    with platform.refuses(FileTooLargeError):
        await begin(platform, FILE_MAX + 1)
    with platform.refuses(QuotaExceededError):
        await begin(platform, LIMIT - 100 - 500 + 1)
    platform.uploads.capacity = DISK_FLOOR + 500 + 2 * 400 - 1
    with platform.refuses(StorageFullError):
        await begin(platform, 400)
    platform.uploads.capacity += 1
    await begin(platform, 400)


async def test_a_file_that_is_known_again_goes_on_where_it_was(platform: MemoryPlatform) -> None:
    first = await begin(platform, 500, fingerprint="f-1")
    await platform.receive(str(first.upload.id), SENT)
    platform.clock.advance(timedelta(hours=1))
    renamed = VideoDetails(title="Sea side")

    again = await begin(platform, 500, filename="sea.mp4", details=renamed, fingerprint="f-1")

    assert (again.upload.id, again.offset) == (first.upload.id, len(SENT))
    assert (again.upload.filename, again.details) == ("sea.mp4", renamed)
    assert again.upload.expires_at == first.upload.expires_at
    assert platform.remembered().uploads == {again.upload.id: again.upload}
    assert await platform.reserved(MEMBER.id) == 500


async def test_other_files_members_and_times_begin_anew(platform: MemoryPlatform) -> None:
    first = await begin(platform, 50, fingerprint="f-1")
    other_print = await begin(platform, 50, fingerprint="f-2")
    other_size = await begin(platform, 51, fingerprint="f-1")
    unknown = [await begin(platform, 50) for _ in range(2)]
    others = await begin(platform, 50, actor=OTHER, fingerprint="f-1")
    platform.clock.advance(RESUMABLE_LIFETIME)
    later = await begin(platform, 50, fingerprint="f-1")

    begun = [first, other_print, other_size, *unknown, others, later]
    assert len({each.upload.id for each in begun}) == len(begun)


async def test_many_who_begin_one_file_at_once_begin_it_once(platform: MemoryPlatform) -> None:
    store = SteppedStore(platform.store, giving_way([2, 0, 1, 3]))
    begin_at_once = platform.make(BeginResumable, store)

    begun = await asyncio.gather(
        *(
            begin_at_once(
                actor=MEMBER,
                filename="a.mp4",
                size_bytes=500,
                details=DETAILS,
                fingerprint="f-1",
            )
            for _ in range(5)
        )
    )

    assert len({each.upload.id for each in begun}) == 1
    assert await platform.reserved() == 500


async def test_of_a_hundred_at_once_as_many_begin_as_fit(platform: MemoryPlatform) -> None:
    await platform.add(example_config(weekly_upload_limit_bytes=100 + 37 * 10))
    store = SteppedStore(platform.store, giving_way([3, 1, 2]))
    begin_at_once = platform.make(BeginResumable, store)

    outcomes = await asyncio.gather(
        *(
            begin_at_once(actor=MEMBER, filename="a.mp4", size_bytes=10, details=DETAILS)
            for _ in range(100)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, UploadProgress) for outcome in outcomes) == 37
    assert sum(isinstance(outcome, QuotaExceededError) for outcome in outcomes) == 63
    assert await platform.reserved() == 370


async def test_what_was_sent_is_a_pending_video_and_counts(platform: MemoryPlatform) -> None:
    begun = await sent(platform)

    video_id = await complete(platform, begun)

    (video,) = platform.remembered().videos.values()
    assert video.id == video_id
    assert (video.title, video.description, video.category_id) == ("Holiday", "Sea", SHELF.id)
    assert (video.status, video.original_filename) == (Status.PENDING, "holiday.MOV")
    assert (video.file_size_bytes, video.sha256) == (len(SENT), sha256(SENT).hexdigest())
    assert platform.bytes_kept() == {video.source: SENT}
    assert (await platform.user(MEMBER.id)).weekly_upload_bytes == 100 + len(SENT)
    assert await platform.reserved() == 0
    assert platform.queue.enlisted == platform.queue.announced == [video.id]


async def test_the_video_is_told_to_the_deadline_and_holds_nothing(
    platform: MemoryPlatform,
) -> None:
    begun = await sent(platform)
    video_id = await complete(platform, begun)
    await platform.uploads.discard(str(begun.upload.id))  # as its processing does

    platform.clock.set(begun.upload.expires_at - timedelta(seconds=1))
    assert await complete(platform, begun) == video_id
    shown = await platform.make(ShowUpload)(actor=MEMBER, upload_id=begun.upload.id)
    assert (shown.has_all, shown.upload.video_id) == (True, video_id)
    assert shown.upload.reserved_bytes == 0
    assert await platform.make(ListUploads)(actor=MEMBER) == []
    platform.clock.set(begun.upload.expires_at)
    with platform.refuses(NotFoundError):
        await complete(platform, begun)
    assert await platform.make(TidyUp)() == 0
    assert platform.remembered().uploads == {}
    assert len(platform.remembered().videos) == 1


async def test_two_who_complete_at_once_make_one_video(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    store = SteppedStore(platform.store, giving_way([1, 0, 2]))
    complete_at_once = platform.make(CompleteUpload, store)

    ids = await asyncio.gather(
        *(complete_at_once(actor=MEMBER, upload_id=begun.upload.id) for _ in range(4))
    )

    assert set(ids) == set(platform.remembered().videos)
    assert len(set(ids)) == 1
    assert (await platform.user(MEMBER.id)).weekly_upload_bytes == 100 + len(SENT)


class ForestalledTranscoder(FixedTranscoder):
    """By the time it looks, somebody else has made the video, and a worker has had the source."""

    def __init__(self, platform: MemoryPlatform, begun: UploadProgress, error: Exception) -> None:
        super().__init__(write=platform.media.put)
        self.platform, self.arrived, self.error = platform, begun, error
        self.video_id: object = None

    async def probe(self, path: str) -> MediaInfo:
        assert path == self.platform.uploads.locate(str(self.arrived.upload.id))
        self.video_id = await complete(self.platform, self.arrived)
        await self.platform.uploads.discard(str(self.arrived.upload.id))
        raise self.error


@pytest.mark.parametrize(
    "error", [FileFormatNotSupportedError("Nothing is there."), NotFoundError("upload", "x")]
)
async def test_who_is_late_is_told_the_video_that_was_made_meanwhile(
    platform: MemoryPlatform, error: Exception
) -> None:
    begun = await sent(platform)
    late = ForestalledTranscoder(platform, begun, error)

    told = await platform.make(CompleteUpload, late)(actor=MEMBER, upload_id=begun.upload.id)

    assert told == late.video_id
    assert set(platform.remembered().videos) == {told}


async def test_content_that_is_no_video_leaves_nothing(platform: MemoryPlatform) -> None:
    platform.transcoder.errors["probe"] = FileFormatNotSupportedError("A poem.")
    begun = await sent(platform)

    with pytest.raises(FileFormatNotSupportedError):
        await complete(platform, begun)

    assert platform.remembered().uploads == {}
    assert platform.remembered().videos == {}
    assert platform.bytes_kept() == {}
    assert await platform.user(MEMBER.id) == MEMBER


async def test_a_probe_that_may_succeed_later_costs_nothing(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    platform.transcoder.errors["probe"] = ServiceUnavailableError("Too many processes.")
    with platform.refuses(ServiceUnavailableError):
        await complete(platform, begun)

    platform.transcoder.errors.clear()
    assert await complete(platform, begun) in platform.remembered().videos


async def test_missing_bytes_make_no_video(platform: MemoryPlatform) -> None:
    begun = await begin(platform, len(SENT) + 1)
    await platform.receive(str(begun.upload.id), SENT)

    with platform.refuses(UploadIncompleteError):
        await complete(platform, begun)


async def test_unchecked_bytes_make_no_video(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    mark = platform.make(MarkUnchecked)

    await mark(upload_id=begun.upload.id, start=3)
    shown = await platform.make(ShowUpload)(actor=MEMBER, upload_id=begun.upload.id)
    assert shown.offset == 3
    with platform.refuses(UploadIncompleteError):
        await complete(platform, begun)
    await mark(upload_id=begun.upload.id, start=None)
    await complete(platform, begun)
    with platform.refuses(NotFoundError):
        await mark(upload_id=begun.upload.id, start=3)


async def test_a_category_that_was_removed_meanwhile_is_left_out(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    await platform.make(RemoveCategory)(SHELF.id)

    await complete(platform, begun)

    (video,) = platform.remembered().videos.values()
    assert (video.title, video.category_id) == ("Holiday", None)


async def test_an_upload_over_midnight_counts_in_the_new_week(platform: MemoryPlatform) -> None:
    platform.clock.set(SUNDAY + WEEK - timedelta(hours=1))
    begun = await sent(platform)
    platform.clock.set(SUNDAY + WEEK)

    await complete(platform, begun)

    user = await platform.user(MEMBER.id)
    assert (user.weekly_upload_bytes, user.last_upload_reset) == (len(SENT), SUNDAY + WEEK)


async def test_the_upload_of_a_deleted_member_makes_no_video(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    await platform.make(RemoveMember)(user_id=MEMBER.id, transfer_to=None)

    with platform.refuses(NotFoundError):
        await complete(platform, begun)


async def test_nobody_else_sees_completes_or_cancels_an_upload(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    form = example_upload(77, MEMBER, resumable=False, reserved_bytes=0)
    await platform.add(form)

    for actor, upload_id in (
        (OTHER, begun.upload.id),
        (MEMBER, form.id),
        (MEMBER, NOBODY),
    ):
        with platform.refuses(NotFoundError):
            await platform.make(ShowUpload)(actor=actor, upload_id=upload_id)
        with platform.refuses(NotFoundError):
            await platform.make(CompleteUpload)(actor=actor, upload_id=upload_id)
        with platform.refuses(NotFoundError):
            await platform.make(CancelUpload)(actor=actor, upload_id=upload_id)
    assert await platform.make(ListUploads)(actor=OTHER) == []


async def test_ones_unfinished_uploads_are_listed_oldest_first(platform: MemoryPlatform) -> None:
    first = await begin(platform, 50)
    await platform.receive(str(first.upload.id), SENT)
    second = await begin(platform, 60)
    await begin(platform, 70, actor=OTHER)

    listed = await platform.make(ListUploads)(actor=MEMBER)

    assert [(each.upload.id, each.offset) for each in listed] == [
        (first.upload.id, len(SENT)),
        (second.upload.id, 0),
    ]


async def test_a_cancelled_upload_gives_all_back(platform: MemoryPlatform) -> None:
    begun = await sent(platform)

    await platform.make(CancelUpload)(actor=MEMBER, upload_id=begun.upload.id)

    assert platform.remembered().uploads == {}
    assert platform.bytes_kept() == {}
    assert await platform.user(MEMBER.id) == MEMBER


async def test_cancelling_what_became_a_video_leaves_the_video(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    await complete(platform, begun)

    await platform.make(CancelUpload)(actor=MEMBER, upload_id=begun.upload.id)

    assert platform.remembered().uploads == {}
    (video,) = platform.remembered().videos.values()
    assert platform.bytes_kept() == {video.source: SENT}


async def test_an_expired_upload_goes_with_its_bytes(platform: MemoryPlatform) -> None:
    begun = await sent(platform)
    platform.clock.set(begun.upload.expires_at)

    assert await platform.reserved() == 0
    with platform.refuses(NotFoundError):
        await complete(platform, begun)
    assert await platform.make(TidyUp)() == 1
    assert platform.bytes_kept() == {}


async def test_the_outlook_says_what_would_happen_and_holds_nothing(
    platform: MemoryPlatform,
) -> None:
    await begin(platform, 500)
    before = platform.remembered()
    check = platform.make(CheckUpload)

    fits = await check(actor=MEMBER, size=400)
    over = await check(actor=MEMBER, size=401)
    large = await check(actor=MEMBER, size=FILE_MAX + 1)
    platform.uploads.capacity = DISK_FLOOR
    full = await check(actor=MEMBER, size=1)

    assert fits.refusal is None
    assert isinstance(over.refusal, QuotaExceededError)
    assert isinstance(large.refusal, FileTooLargeError)
    assert isinstance(full.refusal, StorageFullError)
    for outlook in (fits, over, large, full):
        assert attrs.evolve(outlook, refusal=None) == fits
    assert (fits.available_bytes, fits.max_file_size_bytes) == (400, FILE_MAX)
    assert fits.quota_resets_at == SUNDAY + WEEK
    with platform.refuses(InvalidValueError):
        await check(actor=MEMBER, size=0)
    assert platform.remembered() == before
