"""Makes the schema, and brings an older one to the newest, from within the installed package.

On an engine of its own: with foreign keys on, SQLite's way to change a table (make it anew, drop the
old one) was seen to delete all rows that refer to it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from adapters_db.cancellation import finish
from adapters_db.engines import SQLITE, begin_immediately, set_pragmas, write_ahead
from adapters_db.failures import reachable
from adapters_db.revisions import NEWEST, REVISIONS, current_revision
from adapters_db.urls import parse_url
from vidcore.errors import ServiceUnavailableError

COPY_MARKS: Final = "vidcore_copy"  # the table that a copy into this database has until its end
_LOCK_KEY: Final = 0x76696463  # "vidc": any number that nobody else on that database takes
_PATIENCE: Final = 60.0  # seconds; another process may be migrating


async def upgrade(url: str, revision: str = NEWEST) -> None:
    """Bring the schema of the database at `url` up to `revision`, all or nothing.

    A file that SQLite needs is made for its owner alone. Of several callers at the same time one does
    it, and the others find it done. Raises InvalidValueError for an address of another kind,
    ServiceUnavailableError if nobody answers, if the schema is a newer package's, or if a copy into
    the database has not come to its end.
    """
    await asyncio.to_thread(_make_private, parse_url(url))
    await _migrate(url, _upgrade, revision)


async def downgrade(url: str, revision: str) -> None:
    """Take the schema back to `revision`; "base" is an empty database. Raises as `upgrade` does."""
    await _migrate(url, _downgrade, revision)


async def is_current(url: str) -> bool:
    """Say whether the schema is the newest. Raises as `upgrade` does."""
    async with _transaction(parse_url(url)) as connection:
        return await finish(connection.run_sync(_known_revision)) == NEWEST


def _make_private(url: URL) -> None:
    """Make the missing file of an SQLite database; what SQLite puts beside it gets the same mode."""
    if url.get_backend_name() == SQLITE and url.database is not None:
        with suppress(OSError):  # what is wrong with the path, SQLite says
            os.close(os.open(url.database, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _upgrade(connection: sa.Connection, revision: str) -> None:
    from adapters_db import schema_steps  # noqa: PLC0415 - 10 MiB that a service need not keep

    schema_steps.upgrade(connection, revision)


def _downgrade(connection: sa.Connection, revision: str) -> None:
    from adapters_db import schema_steps  # noqa: PLC0415 - as above

    schema_steps.downgrade(connection, revision)


async def _migrate(url: str, step: Callable[[sa.Connection, str], None], revision: str) -> None:
    async with _transaction(parse_url(url)) as connection:
        await finish(connection.run_sync(_migrate_locked, step, revision))
        await finish(connection.commit())


def _migrate_locked(
    connection: sa.Connection, step: Callable[[sa.Connection, str], None], revision: str
) -> None:
    if connection.dialect.name != SQLITE:  # whose transaction is the lock
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
    _check_complete(connection)
    if _known_revision(connection) == revision:
        return
    step(connection, revision)
    if connection.dialect.name == SQLITE:
        _check_references(connection)


def _known_revision(connection: sa.Connection) -> str | None:
    """Give the revision of the schema. Raises ServiceUnavailableError for one of a newer package."""
    found = current_revision(connection)
    if found is not None and found not in REVISIONS:
        raise ServiceUnavailableError(
            f"The schema of the database is of revision {found}, which this version does not know: "
            "install the vidcore that made it, or a newer one."
        )
    return found


def _check_complete(connection: sa.Connection) -> None:
    """Raise ServiceUnavailableError while a part of the rows is still to come from elsewhere."""
    if sa.inspect(connection).has_table(COPY_MARKS):
        raise ServiceUnavailableError(
            "The database has only a part of what is copied into it: "
            "run the same `vidcore copy-database` again."
        )


def _check_references(connection: sa.Connection) -> None:
    """Raise RuntimeError, and so undo the migration, if rows refer to others that are not there."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = sorted({row[0] for row in broken})
        raise RuntimeError(f"rows of {', '.join(tables)} refer to others that are not there")


@asynccontextmanager
async def _transaction(url: URL) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, poolclass=NullPool)
    if url.get_backend_name() == SQLITE:
        write_ahead(engine, patience=_PATIENCE)
        set_pragmas(engine, {"busy_timeout": int(_PATIENCE * 1000), "foreign_keys": "OFF"})
        begin_immediately(engine)
    connection = engine.connect()
    with reachable():
        try:
            await finish(connection.start())
            await finish(connection.begin())
            yield connection
        finally:
            if connection.sync_connection is not None:
                await finish(connection.close())
            await finish(engine.dispose())
