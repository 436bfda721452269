"""Videos as the contract shows them: to one viewer, with addresses signed for that viewer."""

from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry
from vidcore.categories import Category
from vidcore.estimates import Forecast
from vidcore.lifecycle import Status
from vidcore.media import Mode, Plan
from vidcore.ports.tokens import MediaGrant, MediaTokens
from vidcore.users import User
from vidcore.videos import Video

SIGNED_FOR: Final = timedelta(hours=6)
STORYBOARD_PICTURE: Final = "storyboard.jpg"  # beside the WebVTT that refers to it


@attrs.frozen(kw_only=True)
class UploaderAnswer:
    """Who uploaded a video."""

    id: UUID
    username: str


@attrs.frozen(kw_only=True)
class ShelfAnswer:
    """The category of a video."""

    id: UUID
    name: str
    slug: str

    @classmethod
    def of(cls, category: Category | None) -> "ShelfAnswer | None":
        """Present a category, if there is one."""
        if category is None:
            return None
        return cls(id=category.id, name=category.name, slug=category.slug)


@attrs.frozen(kw_only=True)
class PlanAnswer:
    """How a video is processed, for its owner and admins: which tracks are encoded, and why.

    `reasons` has one sentence for each decision; `width` and `height` are in pixels.
    """

    mode: Mode
    width: int
    height: int
    reasons: list[str]

    @classmethod
    def of(cls, plan: Plan | None) -> "PlanAnswer | None":
        """Present a plan, once there is one."""
        if plan is None:
            return None
        return cls(mode=plan.mode, width=plan.width, height=plan.height, reasons=list(plan.reasons))


@attrs.frozen(kw_only=True)
class VideoAnswer:
    """Video; sizes in bytes and pixels, the duration in seconds, `processing_progress` 0.0 to 1.0.

    `play_url` is where it plays at this moment: before `stream_url` is given, the original, if
    browsers play that; null while nothing plays. `storyboard_url` is WebVTT, for scrubbing.

    For the owner and admins: `queue_position` is the turn of a pending video, 1 for the next, and
    `processing_eta_seconds` the time until a pending or processing one is probably done, by the speed
    that was measured here; null while that is not known.
    """

    id: UUID
    title: str
    description: str | None
    original_filename: str
    file_size_bytes: int
    duration_seconds: float | None
    width: int | None
    height: int | None
    uploaded_by: UUID
    uploader: UploaderAnswer
    category_id: UUID | None
    category: ShelfAnswer | None
    view_count: int
    processing_status: Status
    processing_progress: float
    error_message: str | None
    created_at: datetime
    stream_url: str | None
    thumbnail_url: str | None
    storyboard_url: str | None
    play_url: str | None
    processing_plan: PlanAnswer | None
    queue_position: int | None
    processing_eta_seconds: int | None


def present_video(entry: VideoEntry, *, insider: bool, token: str | None) -> VideoAnswer:
    """Present a video, to its owner or an admin as an insider; without a token, without addresses."""
    video = entry.video
    plays = token is not None
    published = plays and video.status is Status.COMPLETED
    base = f"/api/videos/{video.id}"
    stream_url = f"{base}/stream?token={token}"
    forecast = (entry.forecast if insider else None) or Forecast()
    remaining = forecast.remaining
    return VideoAnswer(
        id=video.id,
        title=video.title,
        description=video.description,
        original_filename=video.original_filename,
        file_size_bytes=video.file_size_bytes,
        duration_seconds=video.duration_seconds,
        width=video.width,
        height=video.height,
        uploaded_by=video.uploaded_by,
        uploader=UploaderAnswer(id=video.uploaded_by, username=entry.uploader_name),
        category_id=video.category_id,
        category=ShelfAnswer.of(entry.category),
        view_count=video.view_count,
        processing_status=video.status,
        processing_progress=video.progress,
        error_message=video.error_message,
        created_at=video.created_at,
        stream_url=stream_url if published else None,
        thumbnail_url=f"{base}/thumbnail?token={token}" if published else None,
        storyboard_url=(
            f"{base}/storyboard?token={token}" if published and video.storyboard else None
        ),
        play_url=stream_url if plays else None,
        processing_plan=PlanAnswer.of(video.plan) if insider else None,
        queue_position=forecast.position,
        processing_eta_seconds=(None if remaining is None else ceil(remaining.total_seconds())),
    )


@attrs.frozen(kw_only=True)
class VideoPresenter:
    """Presents videos to one viewer at one moment, with addresses signed for that viewer."""

    viewer: User
    tokens: MediaTokens
    now: datetime

    def __call__(self, entry: VideoEntry) -> VideoAnswer:
        """Present a video."""
        video = entry.video
        plays = video.status is Status.COMPLETED or video.playable_source is not None
        insider = video.is_owned_by(self.viewer) or self.viewer.is_admin
        return present_video(entry, insider=insider, token=self.sign(video) if plays else None)

    def sign(self, video: Video) -> str:
        """Give a token for the files of a video, which work without a header for 6 hours."""
        return self.tokens.sign(
            MediaGrant(
                video_id=video.id,
                user_id=self.viewer.id,
                epoch=self.viewer.token_epoch,
                expires_at=self.now + SIGNED_FOR,
            )
        )


@attrs.frozen(kw_only=True)
class ViewsAnswer:
    """How often a video was watched."""

    view_count: int
