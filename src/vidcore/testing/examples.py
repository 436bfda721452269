"""One plain example of each entity; `number` tells them apart, `changes` are fields to set otherwise.

A larger number gives an id that sorts after. All are of the moment NOW unless told otherwise.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import attrs

from vidcore.categories import Category
from vidcore.config import Config
from vidcore.details import VideoDetails
from vidcore.invitations import VALIDITY, Invitation, hash_token
from vidcore.lifecycle import LEASE, Status
from vidcore.media import Plan, Transfer
from vidcore.testing.identity import numbered_id
from vidcore.uploads import RESUMABLE_LIFETIME, Upload
from vidcore.users import Role, User
from vidcore.videos import Video
from vidcore.webhooks import Delivery, WebhookEvent

NOW: Final = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)  # a Wednesday
SUNDAY: Final = datetime(2026, 3, 1, tzinfo=UTC)  # the start of NOW's week
MICROSECOND: Final = timedelta(microseconds=1)

PLAN: Final = Plan(
    video_index=1,
    audio_index=0,
    width=1920,
    height=1080,
    matrix="bt2020",
    deinterlace=True,
    cap_frame_rate=True,
    tone_map=Transfer.PQ,
    reasons=("hevc is encoded as H.264 High", 'a "quoted" reason, 100 % — für später'),
)


def example_user(number: int, **changes: Any) -> User:  # noqa: ANN401 - any field of a User
    """Make an active member, `member-<number>`."""
    user = User(
        id=numbered_id(number),
        email=f"member-{number}@example.org",
        username=f"member-{number}",
        password_hash="$example$",
        role=Role.USER,
        is_active=True,
        created_at=NOW,
        token_epoch=0,
        weekly_upload_bytes=0,
        last_upload_reset=SUNDAY,
    )
    return attrs.evolve(user, **changes)


def example_invitation(
    number: int,
    **changes: Any,  # noqa: ANN401 - any field of an Invitation
) -> Invitation:
    """Make a pending invitation by nobody."""
    invitation = Invitation(
        id=numbered_id(number),
        email=f"guest-{number}@example.org",
        token_hash=hash_token(f"token-{number}"),
        created_by=None,
        created_at=NOW,
        expires_at=NOW + VALIDITY,
        used_at=None,
    )
    return attrs.evolve(invitation, **changes)


def example_category(number: int, **changes: Any) -> Category:  # noqa: ANN401 - any field of a Category
    """Make `Category <number>`, by nobody."""
    category = Category(
        id=numbered_id(number),
        name=f"Category {number}",
        slug=f"category-{number}",
        created_by=None,
        created_at=NOW,
    )
    return attrs.evolve(category, **changes)


def example_video(number: int, uploader: User, **changes: Any) -> Video:  # noqa: ANN401 - any field of a Video
    """Make a pending video of 1,000 bytes, without a category; it is due when it is ready."""
    video = Video(
        id=numbered_id(number),
        title=f"Video {number}",
        description=None,
        original_filename="holiday.mp4",
        file_size_bytes=1_000,
        uploaded_by=uploader.id,
        category_id=None,
        created_at=NOW,
        source=f"source-{number}",
        ready_at=NOW,
        due_at=changes.get("ready_at", NOW),
    )
    return attrs.evolve(video, **changes)


def example_completed(number: int, uploader: User, **changes: Any) -> Video:  # noqa: ANN401 - any field of a Video
    """Make a completed video."""
    completed = {
        "status": Status.COMPLETED,
        "progress": 1.0,
        "source": None,
        "media": f"videos/{number}.mp4",
        "thumbnail": f"thumbnails/{number}.jpg",
        "duration_seconds": 12.5,
        "width": 640,
        "height": 360,
        "plan": PLAN,
        "attempt": 1,
        "tries": 1,
    }
    return example_video(number, uploader, **(completed | changes))


def example_processing(number: int, uploader: User, **changes: Any) -> Video:  # noqa: ANN401 - any field of a Video
    """Make a video that a worker has held since NOW, in its first attempt."""
    held = {
        "status": Status.PROCESSING,
        "attempt": 1,
        "tries": 1,
        "claimed_at": NOW,
        "lease_until": NOW + LEASE,
    }
    return example_video(number, uploader, **(held | changes))


def example_failed(number: int, uploader: User, **changes: Any) -> Video:  # noqa: ANN401 - any field of a Video
    """Make a video whose processing has failed."""
    failed = {
        "status": Status.FAILED,
        "attempt": 1,
        "tries": 1,
        "claimed_at": NOW,
        "error_message": "The file breaks off.",
        "error_log": "moov atom not found",
    }
    return example_video(number, uploader, **(failed | changes))


def example_upload(number: int, member: User, **changes: Any) -> Upload:  # noqa: ANN401 - any field of an Upload
    """Make a live resumable upload of 1,000 bytes, which it holds."""
    upload = Upload(
        id=numbered_id(number),
        user_id=member.id,
        filename="holiday.mp4",
        details=VideoDetails(title=f"Upload {number}"),
        size_bytes=1_000,
        reserved_bytes=1_000,
        resumable=True,
        created_at=NOW,
        expires_at=NOW + RESUMABLE_LIFETIME,
        video_id=None,
    )
    return attrs.evolve(upload, **changes)


def example_delivery(number: int, **changes: Any) -> Delivery:  # noqa: ANN401 - any field of a Delivery
    """Make a delivery that has waited since NOW."""
    delivery = Delivery(
        id=numbered_id(number),
        event=WebhookEvent.VIDEO_COMPLETED,
        url="https://example.org/hook",
        payload='{"type":"video.completed"}',
        created_at=NOW,
        ready_at=NOW,
    )
    return attrs.evolve(delivery, **changes)


def example_config(**changes: Any) -> Config:  # noqa: ANN401 - any field of a Config
    """Make a config of 1 GiB a file and 5 GiB a week, changed by nobody."""
    config = Config(
        max_file_size_bytes=1 << 30,
        weekly_upload_limit_bytes=5 << 30,
        video_storage_path=None,
        updated_at=NOW,
        updated_by=None,
    )
    return attrs.evolve(config, **changes)


NOBODY: Final[UUID] = numbered_id(999_999_999)
"""An id that no example has."""
