"""Column types that mean the same on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

KEPT: Final = 8192  # ids; some 200 bytes each

_uuid = lru_cache(KEPT)(UUID)


class _TextId(sa.Uuid[UUID]):
    """A UUID whose text is read anew only where it was not read lately.

    A page of 20 videos has 100 of them, of few members and categories; reading all was a twentieth of it.
    """

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 - as every type is told
        coltype: object,  # noqa: ARG002
    ) -> Callable[[str | None], UUID | None]:
        """Give what reads the text."""
        return _read_id


ID: Final = sa.Uuid().with_variant(_TextId(), "sqlite")


def _read_id(text: str | None) -> UUID | None:
    return None if text is None else _uuid(text)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, to the microsecond.

    SQLite keeps no zone, so moments go in and come out as UTC there; their text has a fixed width
    and therefore sorts as they do. Raises ValueError (as StatementError) for a naive datetime.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """Choose the database's own type."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone is no moment")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Choose how what the database gives is read: from SQLite, by one call and not by three."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _read_moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn what PostgreSQL kept into an aware moment in UTC."""
        return None if value is None else value.astimezone(UTC)


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
