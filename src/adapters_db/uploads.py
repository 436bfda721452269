"""The uploads in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.paging import fetch_after
from adapters_db.session import Session
from adapters_db.tables import uploads
from vidcore.details import VideoDetails
from vidcore.errors import NotFoundError
from vidcore.ports.store import Uploads
from vidcore.uploads import Upload


def upload_to_row(upload: Upload) -> dict[str, Any]:
    """Give the values of an upload's row."""
    details = upload.details
    return {
        "id": upload.id,
        "user_id": upload.user_id,
        "filename": upload.filename,
        "title": None if details is None else details.title,
        "description": None if details is None else details.description,
        "category_id": None if details is None else details.category_id,
        "size_bytes": upload.size_bytes,
        "fingerprint": upload.fingerprint,
        "reserved_bytes": upload.reserved_bytes,
        "resumable": upload.resumable,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
        "unchecked_from": upload.unchecked_from,
        "video_id": upload.video_id,
    }


def upload_from_row(row: RowMapping) -> Upload:
    """Make the upload of a row; details that are known have a title."""
    title = row[uploads.c.title]
    return Upload(
        id=row[uploads.c.id],
        user_id=row[uploads.c.user_id],
        filename=row[uploads.c.filename],
        details=None
        if title is None
        else VideoDetails(
            title=title,
            description=row[uploads.c.description],
            category_id=row[uploads.c.category_id],
        ),
        size_bytes=row[uploads.c.size_bytes],
        fingerprint=row[uploads.c.fingerprint],
        reserved_bytes=row[uploads.c.reserved_bytes],
        resumable=row[uploads.c.resumable],
        created_at=row[uploads.c.created_at],
        expires_at=row[uploads.c.expires_at],
        unchecked_from=row[uploads.c.unchecked_from],
        video_id=row[uploads.c.video_id],
    )


@attrs.frozen
class SqlUploads(Uploads):
    """The uploads, in the table `uploads`."""

    _session: Session

    async def add(self, upload: Upload) -> None:
        """Remember a new upload."""
        await self._session.change(uploads.insert().values(upload_to_row(upload)))

    async def get(self, upload_id: UUID) -> Upload:
        """Give an upload."""
        query = self._session.held(sa.select(uploads).where(uploads.c.id == upload_id))
        row = await self._session.first(query)
        if row is None:
            raise NotFoundError("upload", upload_id)
        return upload_from_row(row)

    async def save(self, upload: Upload) -> None:
        """Remember a changed upload."""
        statement = uploads.update().where(uploads.c.id == upload.id)
        if not await self._session.change(statement.values(upload_to_row(upload))):
            raise NotFoundError("upload", upload.id)

    async def remove(self, upload_id: UUID) -> None:
        """Forget an upload."""
        if not await self._session.change(uploads.delete().where(uploads.c.id == upload_id)):
            raise NotFoundError("upload", upload_id)

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Upload]:
        """Give the first uploads behind `last`, held in the order of their ids."""
        rows = await fetch_after(self._session, uploads, last, limit=limit)
        return [upload_from_row(row) for row in rows]

    async def reserved_bytes(self, now: datetime, user_id: UUID | None = None) -> int:
        """Give the bytes that live uploads hold; the sum itself is not held, only rows can be."""
        query = sa.select(sa.func.sum(uploads.c.reserved_bytes)).where(
            uploads.c.video_id.is_(None), uploads.c.expires_at > now
        )
        if user_id is not None:
            query = query.where(uploads.c.user_id == user_id)
        return await self._session.number(query)

    async def unfinished(self, user_id: UUID, now: datetime) -> Sequence[Upload]:
        """Give a member's resumable uploads that are live, held in the order of their ids."""
        query = (
            sa.select(uploads)
            .where(
                uploads.c.user_id == user_id,
                uploads.c.resumable,
                uploads.c.video_id.is_(None),
                uploads.c.expires_at > now,
            )
            .order_by(uploads.c.id)
        )
        return [upload_from_row(row) for row in await self._session.all(self._session.held(query))]

    async def expired(self, now: datetime) -> Sequence[Upload]:
        """Give the uploads whose time is over, held in the order of their ids."""
        query = sa.select(uploads).where(uploads.c.expires_at <= now).order_by(uploads.c.id)
        return [upload_from_row(row) for row in await self._session.all(self._session.held(query))]
