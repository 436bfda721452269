"""What can be changed in a record so that it is true again, without losing anything.

A file cannot be made true by its record, nor a video be made again of nothing. But a record can say what
is, in a way that is undone when the files come back.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import FindingKind, Video, VideoDetails, VideoFiles, mend_video
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> waiting = Video.accept(
...     id=UUID(int=1), details=VideoDetails(title="First steps"), original_filename="clip.mkv",
...     file_size_bytes=1_000, uploaded_by=UUID(int=2), source="1", now=now,
... )
>>> mend_video(waiting, FindingKind.SOURCE_MISSING, VideoFiles(source=1_000), now)
>>> mend_video(waiting, FindingKind.SOURCE_MISSING, VideoFiles(source=None), now).video.error_message
'The uploaded file is gone from the storage.'
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs

from vidcore.checkup import FindingKind, VideoFiles, check_video
from vidcore.lifecycle import Status
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class MendedVideo:
    """A video whose record is true again, and what was done to it, in a sentence."""

    video: Video
    repaired: str


def mend_video(
    video: Video, kind: FindingKind, files: VideoFiles, now: datetime
) -> MendedVideo | None:
    """Give the video without what is wrong with it; None if that is over, or no record can mend it."""
    if kind not in {finding.kind for finding in check_video(video, files, now)}:
        return None
    mend = _MENDING.get(kind)
    return None if mend is None else mend(video, files, now)


def _take_up(video: Video, _: VideoFiles, now: datetime) -> MendedVideo:
    if video.status is Status.PENDING:
        return MendedVideo(video=video, repaired="Workers have been told of it again.")
    taken = video.recovered(now)
    ended = "it has failed after all tries" if taken.status is Status.FAILED else "it waits again"
    return MendedVideo(video=taken, repaired=f"It was taken from its worker; {ended}.")


def _without_source(video: Video, _: VideoFiles, __: datetime) -> MendedVideo | None:
    match video.status:
        case Status.PENDING:
            lost = video.lost("The uploaded file is gone from the storage.")
            return MendedVideo(video=lost, repaired="It is marked as failed, with the reason.")
        case Status.FAILED:
            lost = attrs.evolve(video, source=None)
            return MendedVideo(video=lost, repaired="It is marked as having no upload any more.")
        case _:
            return None  # its worker may have the file open, and end well


def _without_media(video: Video, files: VideoFiles, now: datetime) -> MendedVideo:
    if files.left is None:
        lost = video.lost("The video's file is gone from the storage.")
        return MendedVideo(
            video=lost, repaired="It is marked as failed, until its file is there again."
        )
    redone = video.redone(files.left.name, file_size_bytes=files.left.size_bytes, now=now)
    return MendedVideo(video=redone, repaired="It waits to be processed again.")


def _with_media(video: Video, _: VideoFiles, __: datetime) -> MendedVideo:
    return MendedVideo(video=video.found_again(), repaired="It is completed again.")


_MENDING: Final[dict[FindingKind, Callable[[Video, VideoFiles, datetime], MendedVideo | None]]] = {
    FindingKind.STUCK_VIDEO: _take_up,
    FindingKind.SOURCE_MISSING: _without_source,
    FindingKind.MEDIA_MISSING: _without_media,
    FindingKind.MEDIA_RETURNED: _with_media,
}
