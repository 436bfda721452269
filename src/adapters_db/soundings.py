"""What can be learnt of a database as it is: nothing is made, and nothing migrated."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from adapters_db.cancellation import finish
from adapters_db.clock import SqlClock
from adapters_db.engines import SQLITE
from adapters_db.revisions import NEWEST, REVISIONS, current_revision
from adapters_db.session import connected
from adapters_db.store import SqlStore
from adapters_db.urls import parse_url
from vidcore.config import Config
from vidcore.errors import ServiceUnavailableError

# Two connections that write or checkpoint at the same instant may corrupt the file: "The WAL-reset
# bug", sqlite.org/wal.html, mended from here on.
SQLITE_SAFE: Final = (3, 51, 3)
_PATIENCE: Final = 5.0  # seconds


@attrs.frozen(kw_only=True)
class DatabaseSeen:
    """How a database was found.

    `server` is the program that answers, with its version; `revision` the schema's, None if there is no
    schema; `newest` says whether it is this package's newest, and `known` whether this package can bring
    it there, as it cannot bring a later package's. `ahead` is how far its clock is ahead of this
    machine's, None for SQLite, which has no clock. `config` is None unless the schema is the newest and
    the platform was started.
    """

    server: str
    revision: str | None
    newest: bool
    known: bool
    ahead: timedelta | None
    config: Config | None


async def sound_database(url: str) -> DatabaseSeen:
    """Look at the database at `url`, which must not be a SQLite file that is not there.

    Raises InvalidValueError for another kind of address, and ServiceUnavailableError, with the driver's
    own words and so only for whoever runs the platform, if the database cannot be asked.
    """
    store = SqlStore(url, patience=_PATIENCE)
    try:
        with _in_the_drivers_words():
            return await _sound(store)
    finally:
        await store.close()


async def _sound(store: SqlStore) -> DatabaseSeen:
    async with connected(store.engines.read) as connection:
        revision = await finish(connection.run_sync(current_revision))
        if store.engines.read.dialect.name == SQLITE:
            server = f"SQLite {sqlite3.sqlite_version}"
        else:
            version = await finish(connection.execute(sa.text("SHOW server_version")))
            server = f"PostgreSQL {version.scalar_one()}"
    newest = revision == NEWEST
    config = None
    if newest:
        async with store.read() as unit:
            config = await unit.config.find()
    return DatabaseSeen(
        server=server,
        revision=revision,
        newest=newest,
        known=revision is None or revision in REVISIONS,
        ahead=await _ahead(store),
        config=config,
    )


async def _ahead(store: SqlStore) -> timedelta | None:
    if store.engines.read.dialect.name == SQLITE:
        return None
    clock = SqlClock(store.engines.read)
    await clock.adjust()
    return clock.now() - datetime.now(UTC)  # noqa: TID251 - the two clocks are compared


@contextmanager
def _in_the_drivers_words() -> Iterator[None]:
    try:
        yield
    except (ServiceUnavailableError, SQLAlchemyError) as error:
        failed = error.__cause__ if isinstance(error, ServiceUnavailableError) else error
        said = str(getattr(failed, "orig", None) or failed).strip()
        raise ServiceUnavailableError(said.partition("\n")[0]) from error


def first_unwritable(file: Path) -> Path | None:
    """Give the SQLite file, or one that SQLite keeps beside it, if this user may not write it.

    By its rights alone: to open and close it would give up this process's locks on it.
    """
    beside = (file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm")))
    effective = os.access in os.supports_effective_ids
    for each in beside:
        if os.path.lexists(each) and not os.access(each, os.W_OK, effective_ids=effective):
            return each
    return None


def file_of(url: str) -> Path | None:
    """Give the file of a SQLite database, or None for one of a server.

    To connect to a file that is not there would make it. Raises InvalidValueError as `parse_url` does.
    """
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == SQLITE else None


def place_of(url: str) -> str:
    """Say where a database is, without anything of how one is let in. Raises as `parse_url` does."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == SQLITE:
        return str(parsed.database)
    host = parsed.host or str(parsed.query.get("host", "this machine's socket"))
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.database or 'the default database'} on {host}{port}"
