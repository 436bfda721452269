from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import (
    AccountInactiveError,
    NotAuthenticatedError,
    NotFoundError,
    VideoNotReadyError,
    VideoProcessingError,
)
from vidcore.media import Plan, storyboard_of
from vidcore.ports.tokens import MediaGrant
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.use_cases.watching import OpenMedia
from vidcore.users import Role, User
from vidcore.videos import Video

ADMIN, OWNER, OTHER = example_user(1, role=Role.ADMIN), example_user(2), example_user(3)
COMPLETED = example_completed(11, OWNER)
PENDING = example_video(12, OWNER)
PROCESSING = example_processing(13, OWNER)
FAILED = example_failed(14, OWNER)
BOARD = storyboard_of(duration=10.0, width=1280, height=720)
COPIED = Plan(
    video_index=0,
    audio_index=None,
    width=1280,
    height=720,
    matrix="bt709",
    copy_video=True,
    plays_at_once=True,
)
LATER = NOW + timedelta(hours=6)


@pytest.fixture
async def open_media(platform: MemoryPlatform) -> OpenMedia:
    await platform.add(ADMIN, OWNER, OTHER, COMPLETED, PENDING, PROCESSING, FAILED)
    return platform.make(OpenMedia)


def signed(platform: MemoryPlatform, user: User, video_id: UUID = COMPLETED.id) -> str:
    return platform.media_tokens.sign(
        MediaGrant(video_id=video_id, user_id=user.id, epoch=user.token_epoch, expires_at=LATER)
    )


@pytest.mark.parametrize("actor", [OWNER, OTHER, ADMIN], ids=["owner", "other", "admin"])
async def test_every_member_plays_a_completed_video(
    platform: MemoryPlatform, open_media: OpenMedia, actor: User
) -> None:
    video = await open_media.for_member(actor=actor, video_id=COMPLETED.id)
    again = await open_media.by_token(token=signed(platform, actor), video_id=COMPLETED.id)

    assert again == video == COMPLETED
    assert open_media.stream(video) == "videos/11.mp4"
    assert open_media.thumbnail(video) == "thumbnails/11.jpg"


async def test_a_storyboard_is_found_where_there_is_one(open_media: OpenMedia) -> None:
    with_board = attrs.evolve(
        COMPLETED, storyboard="thumbnails/11.tiles.jpg", storyboard_layout=BOARD
    )

    assert open_media.storyboard(with_board) == ("thumbnails/11.tiles.jpg", BOARD)
    with pytest.raises(NotFoundError, match="storyboard"):
        open_media.storyboard(COMPLETED)
    with pytest.raises(VideoNotReadyError):
        open_media.storyboard(PENDING)


@pytest.mark.parametrize("video", [PENDING, PROCESSING], ids=["pending", "processing"])
async def test_a_source_that_will_be_copied_plays_before_it_is_published(
    platform: MemoryPlatform, open_media: OpenMedia, video: Video
) -> None:
    await platform.save(attrs.evolve(video, plan=COPIED))

    found = await open_media.for_member(actor=OWNER, video_id=video.id)

    assert open_media.stream(found) == platform.uploads.locate(video.source or "")
    with pytest.raises(VideoNotReadyError):
        open_media.thumbnail(found)
    with pytest.raises(NotFoundError):
        await open_media.for_member(actor=OTHER, video_id=video.id)


async def test_a_source_plays_no_more_once_its_video_failed(open_media: OpenMedia) -> None:
    with pytest.raises(VideoProcessingError):
        open_media.stream(attrs.evolve(FAILED, plan=COPIED))


@pytest.mark.parametrize(
    ("video", "error"),
    [
        (PENDING, VideoNotReadyError),
        (PROCESSING, VideoNotReadyError),
        (FAILED, VideoProcessingError),
    ],
)
async def test_owner_and_admin_learn_why_a_video_cannot_be_played_and_others_nothing(
    platform: MemoryPlatform, open_media: OpenMedia, video: Video, error: type[Exception]
) -> None:
    for actor, told in ((OWNER, error), (ADMIN, error), (OTHER, NotFoundError)):
        token = signed(platform, actor, video.id)
        with pytest.raises(told):
            open_media.stream(await open_media.for_member(actor=actor, video_id=video.id))
        with pytest.raises(told):
            open_media.stream(await open_media.by_token(token=token, video_id=video.id))


async def test_what_is_not_there_cannot_be_played(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    with pytest.raises(NotFoundError):
        await open_media.for_member(actor=ADMIN, video_id=NOBODY)
    with pytest.raises(NotFoundError):
        await open_media.by_token(token=signed(platform, ADMIN, NOBODY), video_id=NOBODY)


async def test_a_signed_address_plays_one_video_only(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    for its_own, another in ((COMPLETED, PENDING), (PENDING, COMPLETED)):
        token = signed(platform, OWNER, its_own.id)
        with pytest.raises(NotAuthenticatedError, match="another video"):
            await open_media.by_token(token=token, video_id=another.id)


async def test_a_signed_address_ends_with_its_time_and_cannot_be_made_up(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    token = signed(platform, OTHER)
    platform.clock.set(LATER)

    with pytest.raises(NotAuthenticatedError, match="expired"):
        await open_media.by_token(token=token, video_id=COMPLETED.id)
    with pytest.raises(NotAuthenticatedError, match="forged"):
        await open_media.by_token(token="made up", video_id=COMPLETED.id)


async def test_a_signed_address_stops_when_its_member_is_switched_off_for_good(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    token = signed(platform, OTHER)
    off = OTHER.with_active(is_active=False, other_active_admins=1)
    await platform.save(off)

    with pytest.raises(AccountInactiveError):
        await open_media.by_token(token=token, video_id=COMPLETED.id)
    await platform.save(off.with_active(is_active=True, other_active_admins=1))
    with pytest.raises(NotAuthenticatedError, match="revoked"):
        await open_media.by_token(token=token, video_id=COMPLETED.id)


async def test_a_signed_address_stops_when_its_member_is_deleted(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    with pytest.raises(NotAuthenticatedError, match="gone"):
        await open_media.by_token(token=signed(platform, example_user(9)), video_id=COMPLETED.id)
