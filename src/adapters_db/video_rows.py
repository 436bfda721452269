"""A video, and its entry in a list, as rows."""

from typing import Any

from sqlalchemy.engine import RowMapping

from adapters_db.categories import category_from_row
from adapters_db.plans import (
    plan_from_text,
    plan_to_text,
    storyboard_from_text,
    storyboard_to_text,
)
from adapters_db.tables import categories, users, videos
from adapters_db.tallies import mode_to_text
from vidcore.catalogue import VideoEntry
from vidcore.lifecycle import Status
from vidcore.text import search_key
from vidcore.turns import planned_work
from vidcore.videos import Video


def video_to_row(video: Video) -> dict[str, Any]:
    """Give the values of a video's row."""
    layout = video.storyboard_layout
    return {
        "id": video.id,
        "title": video.title,
        "title_key": search_key(video.title),
        "description": video.description,
        "description_key": None if video.description is None else search_key(video.description),
        "original_filename": video.original_filename,
        "file_size_bytes": video.file_size_bytes,
        "duration_seconds": video.duration_seconds,
        "width": video.width,
        "height": video.height,
        "uploaded_by": video.uploaded_by,
        "category_id": video.category_id,
        "sha256": video.sha256,
        "view_count": video.view_count,
        "status": video.status.value,
        "progress": video.progress,
        "error_message": video.error_message,
        "error_log": video.error_log,
        "created_at": video.created_at,
        "source": video.source,
        "media": video.media,
        "thumbnail": video.thumbnail,
        "storyboard": video.storyboard,
        "storyboard_layout": None if layout is None else storyboard_to_text(layout),
        "plan": None if video.plan is None else plan_to_text(video.plan),
        "attempt": video.attempt,
        "tries": video.tries,
        "ready_at": video.ready_at,
        "due_at": video.due_at,
        "plan_mode": mode_to_text(None if video.plan is None else video.plan.mode),
        "work_seconds": planned_work(video.plan).total_seconds(),
        "holder": video.holder,
        "claimed_at": video.claimed_at,
        "lease_until": video.lease_until,
    }


def video_from_row(row: RowMapping) -> Video:
    """Make the video of a row, which may have columns of other tables beside it."""
    c = videos.c
    plan, layout = row[c.plan], row[c.storyboard_layout]
    return Video(
        id=row[c.id],
        title=row[c.title],
        description=row[c.description],
        original_filename=row[c.original_filename],
        file_size_bytes=row[c.file_size_bytes],
        duration_seconds=row[c.duration_seconds],
        width=row[c.width],
        height=row[c.height],
        uploaded_by=row[c.uploaded_by],
        category_id=row[c.category_id],
        sha256=row[c.sha256],
        view_count=row[c.view_count],
        status=Status(row[c.status]),
        progress=row[c.progress],
        error_message=row[c.error_message],
        error_log=row[c.error_log],
        created_at=row[c.created_at],
        source=row[c.source],
        media=row[c.media],
        thumbnail=row[c.thumbnail],
        storyboard=row[c.storyboard],
        storyboard_layout=None if layout is None else storyboard_from_text(layout),
        plan=None if plan is None else plan_from_text(plan),
        attempt=row[c.attempt],
        tries=row[c.tries],
        ready_at=row[c.ready_at],
        due_at=row[c.due_at],
        holder=row[c.holder],
        claimed_at=row[c.claimed_at],
        lease_until=row[c.lease_until],
    )


def entry_from_row(row: RowMapping) -> VideoEntry:
    """Make the entry of a row that has the video, its uploader's name and, if any, its category."""
    return VideoEntry(
        video=video_from_row(row),
        uploader_name=row[users.c.username],
        category=None if row[categories.c.id] is None else category_from_row(row),
    )
