"""What admins can change while the service runs, and the bounds within which they can.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Config
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> first = Config.first(max_file_size_bytes=2 << 30, weekly_upload_limit_bytes=10 << 30, now=now)
>>> first.changed(by=UUID(int=1), now=now, weekly_upload_limit_bytes=-1)
Traceback (most recent call last):
vidcore.errors.InvalidValueError: The field 'weekly_upload_limit_bytes' must be 0 to 9007199254740991 bytes, not -1.
"""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.errors import InvalidValueError

BYTES_MAX: Final = 2**53 - 1  # bytes; the largest integer that every JSON reader keeps (RFC 8259 6)


def _check_bytes(field: str, value: int, *, at_least: int) -> int:
    if not at_least <= value <= BYTES_MAX:
        raise InvalidValueError(field, f"must be {at_least} to {BYTES_MAX} bytes, not {value}")
    return value


@attrs.frozen(kw_only=True)
class Config:
    """The platform's stored settings; sizes in bytes.

    `video_storage_path` is where videos are published from now on; None is the storage's own place.
    """

    max_file_size_bytes: int
    weekly_upload_limit_bytes: int
    video_storage_path: str | None
    updated_at: datetime
    updated_by: UUID | None

    @classmethod
    def first(
        cls, *, max_file_size_bytes: int, weekly_upload_limit_bytes: int, now: datetime
    ) -> Self:
        """Make the config that a new platform begins with.

        Raises InvalidValueError for a file size under 1 byte, a week's limit under 0, or either
        above BYTES_MAX.
        """
        return cls(
            max_file_size_bytes=_check_bytes(
                "max_file_size_bytes", max_file_size_bytes, at_least=1
            ),
            weekly_upload_limit_bytes=_check_bytes(
                "weekly_upload_limit_bytes", weekly_upload_limit_bytes, at_least=0
            ),
            video_storage_path=None,
            updated_at=now,
            updated_by=None,
        )

    def changed(
        self,
        *,
        by: UUID,
        now: datetime,
        max_file_size_bytes: int | None = None,
        weekly_upload_limit_bytes: int | None = None,
        video_storage_path: str | None = None,
    ) -> Self:
        """Change what is not None. Raises InvalidValueError, as `first` does.

        Whether `video_storage_path` can be written, the storage has said before.
        """
        changed = attrs.evolve(self, updated_at=now, updated_by=by)
        if max_file_size_bytes is not None:
            size = _check_bytes("max_file_size_bytes", max_file_size_bytes, at_least=1)
            changed = attrs.evolve(changed, max_file_size_bytes=size)
        if weekly_upload_limit_bytes is not None:
            limit = _check_bytes("weekly_upload_limit_bytes", weekly_upload_limit_bytes, at_least=0)
            changed = attrs.evolve(changed, weekly_upload_limit_bytes=limit)
        if video_storage_path is not None:
            changed = attrs.evolve(changed, video_storage_path=video_storage_path)
        return changed
