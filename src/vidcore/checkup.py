"""What can be wrong between the records and the files of a platform, and how to tell it from a race.

The service goes on meanwhile, so a look is only as good as its order: first the files, then the record
that they are held against. What a record says after its files were seen missing cannot be undone by what
was under way before. Everything here decides on what has been seen, and looks at nothing itself.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import StoredFile, check_file
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> left = StoredFile(
...     location="videos/07/7/1.mp4", video_id=UUID(int=7), attempt=1, is_draft=False,
...     written_at=datetime(2026, 11, 19, tzinfo=UTC),
... )
>>> print(check_file(left, None, now).detail)
It belongs to no video.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.lifecycle import LEASE, Status
from vidcore.media import MediaInfo
from vidcore.media.outputs import DURATION_SLACK, DURATION_TOLERANCE
from vidcore.quota import week_start
from vidcore.uploads import Upload
from vidcore.users import User
from vidcore.videos import Video

ORPHAN_GRACE: Final = timedelta(hours=1)  # an upload's record is older than its first byte
EXPIRY_GRACE: Final = 2 * ORPHAN_GRACE  # the schedule removes what is over once an hour
STUCK_AFTER: Final = 10 * LEASE  # a worker that is there would have taken it ten times
WAITING_MAX: Final = timedelta(days=1)  # more than a day behind, there is no worker, or far too few


class FindingKind(StrEnum):
    """What is wrong."""

    MEDIA_MISSING = "media_missing"
    THUMBNAIL_MISSING = "thumbnail_missing"
    STORYBOARD_MISSING = "storyboard_missing"
    STORYBOARD_UNUSABLE = "storyboard_unusable"
    SOURCE_MISSING = "source_missing"
    SIZE_DIFFERS = "size_differs"
    OUTPUT_BROKEN = "output_broken"
    MEDIA_RETURNED = "media_returned"
    STUCK_VIDEO = "stuck_video"
    ORPHAN_MEDIA = "orphan_media"
    ORPHAN_UPLOAD = "orphan_upload"
    DEAD_DRAFT = "dead_draft"
    UPLOAD_EXPIRED = "upload_expired"
    QUOTA_DIFFERS = "quota_differs"


@attrs.frozen(kw_only=True)
class Finding:
    """Something that is wrong with `subject`, and what was done about it, both in sentences.

    The subject is the id of a video, of an upload or of a member, or the location of a file. `repaired`
    is None while nothing was done.
    """

    kind: FindingKind
    subject: str
    detail: str
    repaired: str | None = None

    def mended(self, repaired: str | None) -> Self:
        """Say what was done about it; None: nothing."""
        return attrs.evolve(self, repaired=repaired)


@attrs.frozen(kw_only=True)
class LeftSource:
    """The whole upload of a video that is completed: its name in the upload area, its size in bytes."""

    name: str
    size_bytes: int


@attrs.frozen(kw_only=True)
class VideoFiles:
    """What was seen of a video's files: sizes in bytes, None for what is not there.

    `left` is what it could be made of again. `output` and `fault` are what a deep look at the media gave:
    what it is, or why it is no video; without such a look, both are None.
    """

    source: int | None = None
    media: int | None = None
    thumbnail: int | None = None
    storyboard: int | None = None
    left: LeftSource | None = None
    output: MediaInfo | None = None
    fault: str | None = None


@attrs.frozen(kw_only=True)
class StoredFile:
    """A file that stands where an attempt's results do: a draft, or under its published name."""

    location: str
    video_id: UUID
    attempt: int
    is_draft: bool
    written_at: datetime


def same_standing(one: Video, other: Video) -> bool:
    """Say whether two states of a video speak of the same files in the same status."""
    return _standing(one) == _standing(other)


def check_video(video: Video, files: VideoFiles, now: datetime) -> list[Finding]:
    """Give what is wrong with a video, of whose record the files were seen."""
    if video.status is Status.COMPLETED:
        found = [*_check_media(video, files), *_check_pictures(video, files)]
    else:
        found = [*_check_waiting(video, now), *_check_source(video, files)]
        if video.status is Status.FAILED and _is_back(video, files):
            found.append(
                (FindingKind.MEDIA_RETURNED, "It failed, but its published file is there.")
            )
    return [Finding(kind=kind, subject=str(video.id), detail=detail) for kind, detail in found]


def check_file(file: StoredFile, video: Video | None, now: datetime) -> Finding | None:
    """Give what is wrong with a file, of whose video the record was read after the file was seen.

    A video that waits or is processed may still need what its attempts have made, or the next one
    clears it. None needs a draft once it is completed or failed.
    """
    if now - file.written_at <= ORPHAN_GRACE or (video is not None and _owns(video, file)):
        return None
    if video is None:
        detail = "It belongs to no video."
    elif file.is_draft:
        detail = f"Attempt {file.attempt} at this video is over."
    else:
        detail = "Its video does not know of it."
    kind = FindingKind.DEAD_DRAFT if file.is_draft else FindingKind.ORPHAN_MEDIA
    return Finding(kind=kind, subject=file.location, detail=detail)


def orphan_upload(name: str) -> Finding:
    """Make the finding for bytes in the upload area that no upload and no video needs."""
    detail = "Neither an upload nor a video needs these bytes."
    return Finding(kind=FindingKind.ORPHAN_UPLOAD, subject=name, detail=detail)


def check_expiry(upload: Upload, on_disk: int, now: datetime) -> Finding | None:
    """Give what is wrong with an upload of which `on_disk` bytes were seen before it was read."""
    if not on_disk or upload.video_id is not None or now - upload.expires_at <= EXPIRY_GRACE:
        return None
    detail = f"It expired at {upload.expires_at:%Y-%m-%d %H:%M} UTC, and {on_disk} bytes are left."
    return Finding(kind=FindingKind.UPLOAD_EXPIRED, subject=str(upload.id), detail=detail)


def counted_for_sure(upload: Upload, week: datetime) -> int:
    """Give the bytes that an upload has cost its member, without doubt, since `week` began.

    Only resumable uploads stay known after they became videos. A video itself tells nothing: a published
    file has another size than the upload, and another member may have been given the video.
    """
    is_of_week = upload.video_id is not None and upload.created_at >= week
    return (upload.size_bytes or 0) if is_of_week else 0


def check_quota(user: User, at_least: int, *, week: datetime, now: datetime) -> Finding | None:
    """Give what is wrong with a count that was read after uploads of `at_least` bytes were seen in `week`.

    More may be counted, since deleting gives nothing back; fewer may not.
    """
    counted = user.used_bytes(now)
    if user.week_counted(now) != week or week_start(now) != week or counted >= at_least:
        return None
    detail = f"{counted} bytes count in this week, but {at_least} have been accepted."
    return Finding(kind=FindingKind.QUOTA_DIFFERS, subject=str(user.id), detail=detail)


_Found = tuple[FindingKind, str]


def _standing(video: Video) -> tuple[object, ...]:
    files = (video.source, video.media, video.thumbnail, video.storyboard, video.storyboard_layout)
    return (video.status, video.attempt, video.file_size_bytes, *files)


def _check_media(video: Video, files: VideoFiles) -> list[_Found]:
    if files.media is None:
        remedy = (
            "what it was made of is still there" if files.left else "nothing is left to make it of"
        )
        return [(FindingKind.MEDIA_MISSING, f"Its published file is gone; {remedy}.")]
    if files.media != video.file_size_bytes:
        return [_other_size("published file", video, files.media)]
    if files.fault is not None:
        return [(FindingKind.OUTPUT_BROKEN, f"Its published file is no video: {files.fault}")]
    differs = None if files.output is None else _difference(video, files.output)
    return [] if differs is None else [(FindingKind.OUTPUT_BROKEN, differs)]


def _difference(video: Video, output: MediaInfo) -> str | None:
    stream = output.main_video
    if stream is None or output.duration is None or not output.faststart or stream.codec != "h264":
        return "Its published file is not one that every browser plays."
    if (stream.width, stream.height) != (video.width, video.height):
        return (
            f"Its published file has {stream.width}x{stream.height} pixels instead of "
            f"{video.width}x{video.height}."
        )
    recorded = video.duration_seconds or 0.0
    if abs(output.duration - recorded) > max(DURATION_SLACK, DURATION_TOLERANCE * recorded):
        return f"Its published file lasts {output.duration:g} s instead of {recorded:g} s."
    return None


def _check_pictures(video: Video, files: VideoFiles) -> list[_Found]:
    found: list[_Found] = []
    if not files.thumbnail:
        found.append((FindingKind.THUMBNAIL_MISSING, "Its thumbnail is gone, or empty."))
    if (video.storyboard is None) != (video.storyboard_layout is None):
        lacks = "layout" if video.storyboard_layout is None else "picture"
        found.append((FindingKind.STORYBOARD_UNUSABLE, f"Its storyboard has no {lacks}."))
    elif video.storyboard is not None and not files.storyboard:
        found.append((FindingKind.STORYBOARD_MISSING, "Its storyboard is gone, or empty."))
    return found


def _check_waiting(video: Video, now: datetime) -> list[_Found]:
    if video.status is Status.PENDING:
        overdue = now - max(video.ready_at, video.due_at)
        waits = f"It has been due for {overdue // timedelta(hours=1)} hours: no worker takes it."
        return [(FindingKind.STUCK_VIDEO, waits)] if overdue > WAITING_MAX else []
    if video.status is Status.PROCESSING and not _may_be_held(video, now):
        return [(FindingKind.STUCK_VIDEO, "Its worker has not been heard of for many leases.")]
    return []


def _may_be_held(video: Video, now: datetime) -> bool:
    return video.lease_until is not None and now - video.lease_until <= STUCK_AFTER


def _check_source(video: Video, files: VideoFiles) -> list[_Found]:
    if video.source is None:
        # A failed video may have none: it cannot be tried again, and says so.
        waits = video.status is not Status.FAILED
        return [(FindingKind.SOURCE_MISSING, "It has no upload to be made of.")] if waits else []
    if not files.source:
        return [(FindingKind.SOURCE_MISSING, "The upload that it is made of is gone.")]
    if files.source != video.file_size_bytes:
        return [_other_size("upload", video, files.source)]
    return []


def _other_size(what: str, video: Video, size: int) -> _Found:
    detail = f"Its {what} has {size} bytes instead of {video.file_size_bytes}."
    return FindingKind.SIZE_DIFFERS, detail


def _is_back(video: Video, files: VideoFiles) -> bool:
    return video.media is not None and files.media == video.file_size_bytes


def _owns(video: Video, file: StoredFile) -> bool:
    if video.status in {Status.PENDING, Status.PROCESSING}:
        return True
    if file.location in {video.media, video.thumbnail, video.storyboard}:
        return True
    # A storyboard that failed half-way may have been published, and stays with its attempt.
    is_completed = video.status is Status.COMPLETED
    return is_completed and not file.is_draft and file.attempt == video.attempt
