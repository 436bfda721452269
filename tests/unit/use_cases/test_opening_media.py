from datetime import timedelta
from uuid import UUID

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import (
    AccountInactiveError,
    NotAuthenticatedError,
    NotFoundError,
    VideoNotReadyError,
    VideoProcessingError,
)
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
from vidcore.use_cases.library import OpenMedia, PlayableMedia
from vidcore.users import Role, User
from vidcore.videos import Video

ADMIN, OWNER, OTHER = example_user(1, role=Role.ADMIN), example_user(2), example_user(3)
COMPLETED = example_completed(11, OWNER)
PENDING = example_video(12, OWNER)
PROCESSING = example_processing(13, OWNER)
FAILED = example_failed(14, OWNER)
PLAYABLE = PlayableMedia(video=COMPLETED, media="videos/11.mp4", thumbnail="thumbnails/11.jpg")
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
    assert await open_media.for_member(actor=actor, video_id=COMPLETED.id) == PLAYABLE
    assert (
        await open_media.by_token(token=signed(platform, actor), video_id=COMPLETED.id) == PLAYABLE
    )


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
        with pytest.raises(told):
            await open_media.for_member(actor=actor, video_id=video.id)
        with pytest.raises(told):
            await open_media.by_token(token=signed(platform, actor, video.id), video_id=video.id)


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
    with pytest.raises(NotAuthenticatedError, match="another video"):
        await open_media.by_token(token=signed(platform, OWNER), video_id=PENDING.id)


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
