"""Videos as the contract shows them: to one viewer, with addresses signed for that viewer."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry
from vidcore.categories import Category
from vidcore.ports.tokens import MediaGrant, MediaTokens
from vidcore.users import User
from vidcore.videos import Status

SIGNED_FOR: Final = timedelta(hours=6)


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
class VideoAnswer:
    """Video; sizes in bytes and pixels, the duration in seconds, `processing_progress` 0.0 to 1.0."""

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


@attrs.frozen(kw_only=True)
class VideoPresenter:
    """Presents videos to one viewer at one moment, with addresses signed for that viewer."""

    viewer: User
    tokens: MediaTokens
    now: datetime

    def __call__(self, entry: VideoEntry) -> VideoAnswer:
        """Present a video."""
        video = entry.video
        stream_url, thumbnail_url = self._signed_urls(entry)
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
            stream_url=stream_url,
            thumbnail_url=thumbnail_url,
        )

    def _signed_urls(self, entry: VideoEntry) -> tuple[str | None, str | None]:
        video = entry.video
        if video.status is not Status.COMPLETED:
            return None, None
        token = self.tokens.sign(
            MediaGrant(
                video_id=video.id,
                user_id=self.viewer.id,
                epoch=self.viewer.token_epoch,
                expires_at=self.now + SIGNED_FOR,
            )
        )
        base = f"/api/videos/{video.id}"
        return f"{base}/stream?token={token}", f"{base}/thumbnail?token={token}"


@attrs.frozen(kw_only=True)
class ViewsAnswer:
    """How often a video was watched."""

    view_count: int
