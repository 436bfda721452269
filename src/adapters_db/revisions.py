"""The revisions of the schema, known without Alembic, which only a schema that must change needs."""

from typing import Final

import sqlalchemy as sa

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")  # oldest first
NEWEST: Final = REVISIONS[-1]
_VERSION: Final = sa.table("alembic_version", sa.column("version_num", sa.String))


def current_revision(connection: sa.Connection) -> str | None:
    """Give the revision of the schema, or None for a database that has none."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()
    return found
