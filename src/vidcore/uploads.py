"""An upload under way: admitted, receiving, and then a video, or nothing at all.

Sent by form or resumable, an upload holds its bytes of the quota from its beginning to its end, and
no longer than to its deadline. A form upload cannot be taken up again, so its deadline is short and
moves while bytes arrive: when the service dies, the member has the reservation back in minutes.

>>> from datetime import UTC, datetime
>>> from vidcore import Quota, admit
>>> quota = Quota(limit=10_000, used=7_000, reserved=2_000, now=datetime(2026, 11, 20, tzinfo=UTC))
>>> admitted = admit(at_least=800, at_most=900, max_file_size_bytes=5_000, quota=quota)
>>> admitted.reserved_bytes
900
>>> admitted.check_received(5_001)
Traceback (most recent call last):
vidcore.errors.FileTooLargeError: The file has at least 5001 bytes; the limit is 5000.
"""

from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.config import BYTES_MAX
from vidcore.details import VideoDetails
from vidcore.errors import (
    FileTooLargeError,
    InvalidValueError,
    NotFoundError,
    StorageFullError,
)
from vidcore.quota import Quota
from vidcore.text import check_text
from vidcore.users import User

RESUMABLE_LIFETIME: Final = timedelta(hours=24)  # promised to clients
FORM_LIFETIME: Final = timedelta(minutes=5)  # a dead service's reservation is soon back
RENEW_EVERY: Final = timedelta(minutes=1)  # a fifth of that: four may be lost
DISK_FLOOR: Final = 1 << 30  # bytes; uploads leave it free for the database and its neighbours
FINGERPRINT_MAX: Final = 255  # characters; clients make it of a name, a size and a date


def check_size(value: int) -> int:
    """Give the declared size of a file, in bytes, if there can be such a file; no video is empty.

    Raises InvalidValueError. Whether so much is allowed, `admit` decides.
    """
    if not 1 <= value <= BYTES_MAX:
        raise InvalidValueError("size", f"must be 1 to {BYTES_MAX} bytes, not {value}")
    return value


def check_fingerprint(value: str | None) -> str | None:
    """Give the fingerprint, trimmed, or None if it is empty.

    Raises InvalidValueError above 255 characters.
    """
    if value is None:
        return None
    return check_text("fingerprint", value, at_least=0, at_most=FINGERPRINT_MAX) or None


@attrs.frozen(kw_only=True)
class Upload:
    """The bytes of `filename`, on their way; `reserved_bytes` of its member's quota are held for it.

    `details` and `size_bytes` are known from the start only when the way of sending says them first.
    `fingerprint` is by what the member's client knows the file again. Of the bytes on disk, those from
    `unchecked_from` on came with a checksum that has not been compared yet. `video_id` is set once the
    upload has become a video, and then nothing is held any more.
    """

    id: UUID
    user_id: UUID
    filename: str
    details: VideoDetails | None
    size_bytes: int | None = None
    fingerprint: str | None = None
    reserved_bytes: int
    resumable: bool
    created_at: datetime
    expires_at: datetime
    unchecked_from: int | None = None
    video_id: UUID | None

    @classmethod
    def begin(  # noqa: PLR0913 - an upload has this many first values
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        user_id: UUID,
        filename: str,
        details: VideoDetails | None,
        reserved_bytes: int,
        resumable: bool,
        now: datetime,
        size_bytes: int | None = None,
        fingerprint: str | None = None,
    ) -> Self:
        """Begin an upload for which `reserved_bytes` have been admitted.

        It lives for 24 hours if it is resumable, else for 5 minutes from its last sign of life.
        Raises InvalidValueError for a size or a fingerprint out of bounds.
        """
        return cls(
            id=id,
            user_id=user_id,
            filename=filename,
            details=details,
            size_bytes=None if size_bytes is None else check_size(size_bytes),
            fingerprint=check_fingerprint(fingerprint),
            reserved_bytes=reserved_bytes,
            resumable=resumable,
            created_at=now,
            expires_at=now + (RESUMABLE_LIFETIME if resumable else FORM_LIFETIME),
            video_id=None,
        )

    def is_live(self, now: datetime) -> bool:
        """Say whether bytes may still arrive, and are held; at `expires_at` itself they are not."""
        return self.video_id is None and now < self.expires_at

    def check_live(self, now: datetime) -> None:
        """Raise NotFoundError if the upload is over at `now`."""
        if not self.is_live(now):
            raise NotFoundError("upload under way", self.id)

    def renewed(self, now: datetime) -> Self:
        """Move the deadline of a form upload; a resumable one keeps the deadline it was given.

        Raises NotFoundError if the upload is over.
        """
        self.check_live(now)
        return self if self.resumable else attrs.evolve(self, expires_at=now + FORM_LIFETIME)

    def grown(self, reserved_bytes: int, now: datetime) -> Self:
        """Hold `reserved_bytes` in all from now on. Raises NotFoundError if the upload is over."""
        self.check_live(now)
        return attrs.evolve(self, reserved_bytes=reserved_bytes)

    def completed(self, video_id: UUID, now: datetime) -> Self:
        """Become the video `video_id`. Raises NotFoundError if the upload is over."""
        self.check_live(now)
        return attrs.evolve(self, video_id=video_id, reserved_bytes=0)

    def is_same_file(self, fingerprint: str | None, size_bytes: int) -> bool:
        """Say whether a file with this fingerprint and size is the one that is being uploaded."""
        return fingerprint is not None and (self.fingerprint, self.size_bytes) == (
            fingerprint,
            size_bytes,
        )

    def retold(self, filename: str, details: VideoDetails, now: datetime) -> Self:
        """Take what the member says now, going on with it. Raises NotFoundError if it is over."""
        self.check_live(now)
        return attrs.evolve(self, filename=filename, details=details)

    def with_unchecked(self, start: int | None, now: datetime) -> Self:
        """Count bytes from `start` on only when their checksum has been compared; None: count all.

        Raises NotFoundError if the upload is over.
        """
        self.check_live(now)
        return attrs.evolve(self, unchecked_from=start)

    def progress(self, user: User, *, on_disk: int, now: datetime) -> "UploadProgress":
        """Say how far a resumable upload of `user` has come, with `on_disk` bytes of it there.

        Raises NotFoundError if it is somebody else's, of the other kind, or its time is over; one that
        became a video answers to its deadline. That there is something to hide is hidden too.
        """
        if self.user_id != user.id or now >= self.expires_at:
            raise NotFoundError("upload", self.id)
        if not self.resumable or self.details is None or self.size_bytes is None:
            raise NotFoundError("resumable upload", self.id)
        counted = on_disk if self.unchecked_from is None else min(on_disk, self.unchecked_from)
        return UploadProgress(
            upload=self,
            details=self.details,
            size_bytes=self.size_bytes,
            offset=counted if self.video_id is None else self.size_bytes,
        )


@attrs.frozen(kw_only=True)
class UploadProgress:
    """A resumable upload of which the first `offset` bytes, of `size_bytes` in all, have arrived."""

    upload: Upload
    details: VideoDetails
    size_bytes: int
    offset: int

    @property
    def has_all(self) -> bool:
        """Say whether nothing is missing."""
        return self.offset == self.size_bytes


@attrs.frozen(kw_only=True)
class Admission:
    """What was decided for one upload: the bytes held for it, and the limits that they came from."""

    reserved_bytes: int
    max_file_size_bytes: int
    quota: Quota

    def check_received(self, received: int) -> None:
        """Raise if `received` bytes are more than were admitted: which limit is over, decides how.

        Raises FileTooLargeError or QuotaExceededError.
        """
        if received > self.max_file_size_bytes:
            raise FileTooLargeError(received, self.max_file_size_bytes)
        if received > self.reserved_bytes:
            raise self.quota.exceeded_by(received)


def admit(*, at_least: int, at_most: int, max_file_size_bytes: int, quota: Quota) -> Admission:
    """Decide on a file whose size, in bytes, lies between two bounds; they are equal if it is known.

    Raises FileTooLargeError or QuotaExceededError if even `at_least` is too much.
    """
    if at_least > max_file_size_bytes:
        raise FileTooLargeError(at_least, max_file_size_bytes)
    reserved = quota.reserve(at_least=at_least, at_most=min(at_most, max_file_size_bytes))
    return Admission(reserved_bytes=reserved, max_file_size_bytes=max_file_size_bytes, quota=quota)


def check_room(*, size: int, free: int, reserved: int, floor: int = DISK_FLOOR) -> None:
    """Raise StorageFullError unless the disk has room for a file of `size` and for its processing.

    Processing needs about the source's size again. `reserved` are the bytes that other uploads under
    way may still write; `floor` is left free in any case. All in bytes.
    """
    needed = 2 * size + floor
    if free - reserved < needed:
        raise StorageFullError(needed, max(0, free - reserved))
