"""Uploads that can be gone on with, and what would happen to one."""

from datetime import datetime
from uuid import UUID

import attrs

from adapters_http.errors import STATUS_AND_CODE
from vidcore.uploads import UploadProgress
from vidcore.use_cases.outlook import Outlook


@attrs.frozen(kw_only=True)
class UploadAnswer:
    """Upload: of `size_bytes`, the first `offset` have arrived; `url` takes the rest."""

    id: UUID
    filename: str
    title: str
    size_bytes: int
    offset: int
    created_at: datetime
    expires_at: datetime
    fingerprint: str | None
    url: str

    @classmethod
    def of(cls, progress: UploadProgress, url: str) -> "UploadAnswer":
        """Present an upload that is taken at `url`."""
        upload = progress.upload
        return cls(
            id=upload.id,
            filename=upload.filename,
            title=progress.details.title,
            size_bytes=progress.size_bytes,
            offset=progress.offset,
            created_at=upload.created_at,
            expires_at=upload.expires_at,
            fingerprint=upload.fingerprint,
            url=url,
        )


@attrs.frozen(kw_only=True)
class UploadsAnswer:
    """A member's unfinished uploads, oldest first."""

    items: list[UploadAnswer]


@attrs.frozen(kw_only=True)
class OutlookAnswer:
    """Whether a file would be taken now; if not, `error_code` and `detail` are those of the refusal.

    `available_bytes` are what is left of the week's quota.
    """

    allowed: bool
    error_code: str | None
    detail: str | None
    available_bytes: int
    max_file_size_bytes: int
    quota_resets_at: datetime

    @classmethod
    def of(cls, outlook: Outlook) -> "OutlookAnswer":
        """Present an outlook."""
        refusal = outlook.refusal
        return cls(
            allowed=refusal is None,
            error_code=None if refusal is None else STATUS_AND_CODE[type(refusal)][1],
            detail=None if refusal is None else str(refusal),
            available_bytes=outlook.available_bytes,
            max_file_size_bytes=outlook.max_file_size_bytes,
            quota_resets_at=outlook.quota_resets_at,
        )
