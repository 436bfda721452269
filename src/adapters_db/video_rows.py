"""A video, and its entry in a list, as rows."""

from operator import itemgetter
from typing import Any, Final

import attrs
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

# Looked up here once: 30 columns a row, by name, cost more than all else that makes a video of it.
_NAMES: Final = tuple(field.name for field in attrs.fields(Video))
_values: Final = itemgetter(*(videos.c[name] for name in _NAMES))


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
    fields = dict(zip(_NAMES, _values(row), strict=True))
    plan, layout = fields["plan"], fields["storyboard_layout"]
    fields["status"] = Status(fields["status"])
    fields["plan"] = None if plan is None else plan_from_text(plan)
    fields["storyboard_layout"] = None if layout is None else storyboard_from_text(layout)
    return Video(**fields)


def entry_from_row(row: RowMapping) -> VideoEntry:
    """Make the entry of a row that has the video, its uploader's name and, if any, its category."""
    return VideoEntry(
        video=video_from_row(row),
        uploader_name=row[users.c.username],
        category=None if row[categories.c.id] is None else category_from_row(row),
    )
