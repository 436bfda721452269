import asyncio

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.errors import (
    InvalidValueError,
    NotFoundError,
    PermissionDeniedError,
    UnknownReferenceError,
    VideoNotReadyError,
)
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import PageRequest
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    example_category,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.use_cases.library import (
    CountView,
    DeleteVideo,
    EditVideo,
    ListVideos,
    ListVideosOfMember,
    RetryVideo,
    ShowVideo,
)
from vidcore.users import Role, User
from vidcore.videos import Video

ADMIN, OWNER, OTHER = example_user(1, role=Role.ADMIN), example_user(2), example_user(3)
CATEGORY = example_category(1)
VIDEOS = {
    Status.PENDING: example_video(11, OWNER, category_id=CATEGORY.id),
    Status.PROCESSING: example_processing(12, OWNER),
    Status.COMPLETED: example_completed(13, OWNER, view_count=5),
    Status.FAILED: example_failed(14, OWNER),
}
UNFINISHED = [video for status, video in VIDEOS.items() if status is not Status.COMPLETED]
ALL_IDS = [video.id for video in VIDEOS.values()]
each_status = pytest.mark.parametrize("video", VIDEOS.values(), ids=VIDEOS)
each_unfinished = pytest.mark.parametrize("video", UNFINISHED, ids=[v.status for v in UNFINISHED])
each_editor = pytest.mark.parametrize("editor", [OWNER, ADMIN], ids=["owner", "admin"])


@pytest.fixture(autouse=True)
async def library(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN, OWNER, OTHER, CATEGORY, *VIDEOS.values())


@each_status
@each_editor
async def test_owner_and_admin_see_a_video_in_every_status(
    platform: MemoryPlatform, video: Video, editor: User
) -> None:
    entry = await platform.make(ShowVideo)(actor=editor, video_id=video.id)

    assert (entry.video, entry.uploader_name) == (video, OWNER.username)
    assert entry.category == (CATEGORY if video.category_id else None)


async def test_others_see_a_completed_video(platform: MemoryPlatform) -> None:
    video = VIDEOS[Status.COMPLETED]

    assert (await platform.make(ShowVideo)(actor=OTHER, video_id=video.id)).video == video


@each_unfinished
async def test_to_others_an_unfinished_video_is_not_there(
    platform: MemoryPlatform, video: Video
) -> None:
    with platform.refuses(NotFoundError):
        await platform.make(ShowVideo)(actor=OTHER, video_id=video.id)
    with platform.refuses(NotFoundError):
        await platform.make(EditVideo)(actor=OTHER, video_id=video.id, title="Mine")
    with platform.refuses(NotFoundError):
        await platform.make(DeleteVideo)(actor=OTHER, video_id=video.id)
    with platform.refuses(NotFoundError):
        await platform.make(RetryVideo)(actor=OTHER, video_id=video.id)
    with platform.refuses(NotFoundError):
        await platform.make(CountView)(actor=OTHER, video_id=video.id)


async def test_lists_show_what_one_may_see(platform: MemoryPlatform) -> None:
    listing = platform.make(ListVideos)
    query = VideoQuery(sort_by=VideoSort.CREATED_AT, order=Order.ASC)

    seen = {
        actor.id: [
            entry.video.id
            for entry in (await listing(actor=actor, query=query, request=PageRequest())).items
        ]
        for actor in (OWNER, ADMIN, OTHER)
    }

    completed = VIDEOS[Status.COMPLETED].id
    assert seen == {OWNER.id: ALL_IDS, ADMIN.id: ALL_IDS, OTHER.id: [completed]}


async def test_nobody_sees_more_by_asking_as_somebody_else(platform: MemoryPlatform) -> None:
    query = VideoQuery(seen_by=OWNER.id, uploaded_by=OWNER.id)

    page = await platform.make(ListVideos)(actor=OTHER, query=query, request=PageRequest())

    assert [entry.video for entry in page.items] == [VIDEOS[Status.COMPLETED]]


async def test_a_members_videos_come_newest_first_and_only_of_that_member(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_completed(15, OTHER))
    listing = platform.make(ListVideosOfMember)

    own = await listing(actor=OWNER, user_id=OWNER.id, request=PageRequest(page_size=3))
    others = await listing(actor=OTHER, user_id=OWNER.id, request=PageRequest())

    assert [entry.video.id for entry in own.items] == ALL_IDS[:0:-1]
    assert (own.total, others.total) == (4, 1)
    with pytest.raises(NotFoundError):
        await listing(actor=OWNER, user_id=NOBODY, request=PageRequest())


@each_status
@each_editor
async def test_owner_and_admin_edit_a_video_in_every_status(
    platform: MemoryPlatform, video: Video, editor: User
) -> None:
    edit = platform.make(EditVideo)

    entry = await edit(
        actor=editor,
        video_id=video.id,
        title=" New ",
        description="Said",
        category_id=CATEGORY.id,
    )
    cleared = await edit(actor=editor, video_id=video.id, description=None, category_id=None)

    changed = attrs.evolve(video, title="New", description="Said", category_id=CATEGORY.id)
    assert (entry.video, entry.category) == (changed, CATEGORY)
    assert cleared.video == attrs.evolve(changed, description=None, category_id=None)
    assert await platform.video(video.id) == cleared.video


async def test_a_refused_edit_changes_nothing(platform: MemoryPlatform) -> None:
    edit = platform.make(EditVideo)
    video_id = VIDEOS[Status.COMPLETED].id

    with platform.refuses(PermissionDeniedError):
        await edit(actor=OTHER, video_id=video_id, title="Mine")
    with platform.refuses(InvalidValueError):
        await edit(actor=OWNER, video_id=video_id, title=" ", description="Said")
    with platform.refuses(UnknownReferenceError):
        await edit(actor=OWNER, video_id=video_id, title="New", category_id=NOBODY)
    with platform.refuses(NotFoundError):
        await edit(actor=ADMIN, video_id=NOBODY, title="New")


@each_status
@each_editor
async def test_a_deleted_video_is_gone_with_all_its_bytes(
    platform: MemoryPlatform, video: Video, editor: User
) -> None:
    for location in (video.media, video.thumbnail):
        if location is not None:
            platform.media.put(location, b"published")
    platform.media.put(f"/memory/videos/{video.id}/draft-1.mp4", b"half made")
    if video.source is not None:
        await platform.receive(video.source, b"sent")

    await platform.make(DeleteVideo)(actor=editor, video_id=video.id)

    assert video.id not in platform.remembered().videos
    assert platform.bytes_kept() == {}
    assert platform.queue.cancelled == [video.id]
    with platform.refuses(NotFoundError):
        await platform.make(DeleteVideo)(actor=editor, video_id=video.id)


async def test_others_cannot_delete_or_retry_a_video_that_they_see(
    platform: MemoryPlatform,
) -> None:
    video_id = VIDEOS[Status.COMPLETED].id

    with platform.refuses(PermissionDeniedError):
        await platform.make(DeleteVideo)(actor=OTHER, video_id=video_id)
    with platform.refuses(PermissionDeniedError):
        await platform.make(RetryVideo)(actor=OTHER, video_id=video_id)


@each_editor
async def test_a_failed_video_is_tried_again_with_all_tries(
    platform: MemoryPlatform, editor: User
) -> None:
    failed = attrs.evolve(VIDEOS[Status.FAILED], tries=3)
    await platform.save(failed)

    entry = await platform.make(RetryVideo)(actor=editor, video_id=failed.id)

    assert await platform.video(failed.id) == entry.video
    assert (entry.video.status, entry.video.tries) == (Status.PENDING, 0)
    assert (entry.video.error_message, entry.video.ready_at) == (None, NOW)
    assert platform.queue.announced == [failed.id]


@pytest.mark.parametrize(
    "video", [video for status, video in VIDEOS.items() if status is not Status.FAILED]
)
async def test_only_a_failed_video_is_tried_again(platform: MemoryPlatform, video: Video) -> None:
    with platform.refuses(VideoNotReadyError):
        await platform.make(RetryVideo)(actor=OWNER, video_id=video.id)
    with platform.refuses(NotFoundError):
        await platform.make(RetryVideo)(actor=OWNER, video_id=NOBODY)


async def test_views_at_once_are_all_counted(platform: MemoryPlatform) -> None:
    video_id = VIDEOS[Status.COMPLETED].id
    count = platform.make(CountView, SteppedStore(platform.store, giving_way([1, 0, 2])))

    counted = await asyncio.gather(*(count(actor=OTHER, video_id=video_id) for _ in range(10)))

    assert sorted(counted) == list(range(6, 16))
    assert (await platform.video(video_id)).view_count == 15
