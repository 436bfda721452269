from datetime import timedelta
from hashlib import sha256

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.details import VideoDetails
from vidcore.errors import (
    FileFormatNotSupportedError,
    FileTooLargeError,
    NotFoundError,
    QuotaExceededError,
    ServiceUnavailableError,
    UnknownReferenceError,
)
from vidcore.lifecycle import Status
from vidcore.media import plan
from vidcore.quota import WEEK
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    SUNDAY,
    example_category,
    example_config,
    example_user,
    example_video,
)
from vidcore.testing.transcoding import COPYABLE, SOURCE
from vidcore.turns import work_of
from vidcore.uploads import FORM_LIFETIME, RENEW_EVERY
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.use_cases.membership import RemoveMember
from vidcore.use_cases.uploading import AbandonUpload, BeginUpload, BegunUpload, FinishUpload

MEMBER = example_user(1, weekly_upload_bytes=100)
CATEGORY = example_category(1)
SENT = b"twelve bytes"
DETAILS = VideoDetails(title="Holiday", description="Sea", category_id=CATEGORY.id)


@pytest.fixture
async def begun(platform: MemoryPlatform) -> BegunUpload:
    config = example_config(max_file_size_bytes=600, weekly_upload_limit_bytes=1_000)
    await platform.add(config, MEMBER, CATEGORY)
    begun = await platform.make(BeginUpload)(
        actor=MEMBER, filename="C:\\films\\holiday.MOV", at_least=50, at_most=50
    )
    await platform.receive(str(begun.upload.id), SENT)
    return begun


async def finish(
    platform: MemoryPlatform, begun: BegunUpload, *, received: int = len(SENT)
) -> None:
    await platform.make(FinishUpload)(begun=begun, received=received, details=DETAILS)


async def test_a_finished_upload_knows_its_checksum_its_plan_and_its_turn(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.transcoder.source = COPYABLE
    waiting = example_video(7, MEMBER, due_at=NOW + timedelta(hours=1))
    await platform.add(waiting)

    entry = await platform.make(FinishUpload)(begun=begun, received=len(SENT), details=DETAILS)

    video = entry.video
    assert video.sha256 == sha256(SENT).hexdigest()
    assert video.plan == plan(COPYABLE)
    assert video.playable_source == video.source
    work = work_of(COPYABLE, plan(COPYABLE))
    assert video.due_at == NOW + work
    assert (await platform.video(waiting.id)).due_at == waiting.due_at + work
    assert platform.queue.enlisted == platform.queue.announced == [video.id]


async def test_where_nothing_is_copied_nothing_plays_at_once(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.transcoder.source = COPYABLE
    finish_upload = attrs.evolve(platform.make(FinishUpload), copying=False)

    entry = await finish_upload(begun=begun, received=len(SENT), details=DETAILS)

    assert entry.video.plan == plan(COPYABLE, copying=False)
    assert entry.video.playable_source is None


async def test_a_finished_upload_is_a_pending_video_and_counts_what_arrived(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    entry = await platform.make(FinishUpload)(begun=begun, received=len(SENT), details=DETAILS)

    video = entry.video
    assert (entry.uploader_name, entry.category) == (MEMBER.username, CATEGORY)
    assert await platform.video(video.id) == video
    assert (video.status, video.original_filename) == (Status.PENDING, "holiday.MOV")
    assert (video.title, video.description) == ("Holiday", "Sea")
    assert video.file_size_bytes == len(SENT)
    assert video.source is not None
    assert platform.uploads.content(video.source) == SENT
    assert (await platform.user(MEMBER.id)).weekly_upload_bytes == 100 + len(SENT)
    assert await platform.reserved() == 0
    assert platform.queue.enlisted == platform.queue.announced == [video.id]


async def test_an_upload_over_midnight_counts_in_the_new_week(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.clock.set(SUNDAY + WEEK - RENEW_EVERY)
    begun = await platform.make(BeginUpload)(
        actor=MEMBER, filename="a.mp4", at_least=50, at_most=50
    )
    await platform.receive(str(begun.upload.id), SENT)
    platform.clock.set(SUNDAY + WEEK)

    await finish(platform, begun)

    user = await platform.user(MEMBER.id)
    assert (user.weekly_upload_bytes, user.last_upload_reset) == (len(SENT), SUNDAY + WEEK)


async def test_a_refused_content_leaves_no_video_and_the_upload_to_be_abandoned(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.transcoder.errors["probe"] = FileFormatNotSupportedError("That is a poem.")

    with platform.refuses(FileFormatNotSupportedError):
        await finish(platform, begun)

    await platform.make(AbandonUpload)(begun.upload.id)
    assert platform.remembered().videos == {}
    assert await platform.reserved() == 0
    assert platform.bytes_kept() == {}


async def test_a_file_without_a_picture_is_refused(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.transcoder.source = attrs.evolve(SOURCE, video=())

    with platform.refuses(FileFormatNotSupportedError):
        await finish(platform, begun)


async def test_an_upload_survives_a_probe_that_may_succeed_later(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    platform.transcoder.errors["probe"] = ServiceUnavailableError("Too many processes.")
    with platform.refuses(ServiceUnavailableError):
        await finish(platform, begun)

    platform.transcoder.errors.clear()
    await finish(platform, begun)


async def test_a_category_that_is_gone_refuses_the_whole(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    with platform.refuses(UnknownReferenceError):
        await platform.make(FinishUpload)(
            begun=begun,
            received=len(SENT),
            details=VideoDetails(title="Holiday", category_id=NOBODY),
        )


async def test_no_more_is_accepted_than_was_admitted(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    with platform.refuses(QuotaExceededError):
        await finish(platform, begun, received=51)
    with platform.refuses(FileTooLargeError):
        await finish(platform, begun, received=601)
    await finish(platform, begun, received=50)


async def test_an_upload_cannot_be_finished_at_its_deadline_or_twice(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    second = await platform.make(BeginUpload)(
        actor=MEMBER, filename="a.mp4", at_least=50, at_most=50
    )
    await platform.receive(str(second.upload.id), SENT)
    await finish(platform, second)
    platform.clock.advance(FORM_LIFETIME)

    for over in (begun, second):
        with platform.refuses(NotFoundError):
            await finish(platform, over)


async def test_the_upload_of_a_deleted_member_makes_no_video(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    await platform.make(RemoveMember)(user_id=MEMBER.id, transfer_to=None)

    with platform.refuses(NotFoundError):
        await finish(platform, begun)


async def test_an_abandoned_upload_gives_all_back_however_often_it_is_abandoned(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    abandon = platform.make(AbandonUpload)
    assert await platform.reserved() == 50

    for _ in range(2):
        await abandon(begun.upload.id)

        assert platform.remembered().uploads == {}
        assert platform.bytes_kept() == {}
        assert await platform.user(MEMBER.id) == MEMBER
    with platform.refuses(NotFoundError):
        await finish(platform, begun)


async def test_what_became_a_video_cannot_be_abandoned(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    kept = attrs.evolve(begun.upload, id=NOBODY, video_id=NOBODY, reserved_bytes=0)
    await platform.add(kept)
    await platform.receive(str(kept.id), SENT)
    await finish(platform, begun)
    before = platform.bytes_kept()

    for upload_id in (begun.upload.id, kept.id):
        await platform.make(AbandonUpload)(upload_id)

    assert platform.bytes_kept() == before
    assert platform.remembered().uploads == {kept.id: kept}


async def test_an_abandoned_upload_whose_bytes_outlived_a_crash_is_tidied_later(
    platform: MemoryPlatform, begun: BegunUpload
) -> None:
    async with platform.store.write() as work:
        await work.uploads.remove(begun.upload.id)
        await work.commit()
    platform.clock.set(SUNDAY + WEEK)

    assert await platform.make(TidyUp)() == 1
    assert platform.bytes_kept() == {}
