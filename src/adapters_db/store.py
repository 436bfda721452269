"""The database as a Store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from adapters_db.cancellation import finish
from adapters_db.engines import Engines, make_engines
from adapters_db.failures import reachable
from adapters_db.revisions import NEWEST, current_revision
from adapters_db.session import Session, connected
from adapters_db.unit_of_work import SqlUnitOfWork
from adapters_db.urls import parse_url
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.store import Store, UnitOfWork

PATIENCE: Final = 30.0  # seconds; longer than any transaction was seen to wait for the lock (8.4 s)


class SqlStore(Store):
    """Units of work on the database at `url`, `sqlite:///path` or `postgresql://…`.

    `patience` is how many seconds a statement waits for what others hold. Nothing is opened before
    it is needed. Raises InvalidValueError for another kind of address.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self._engines = make_engines(parse_url(url), patience=patience)

    @property
    def engines(self) -> Engines:
        """Give both engines, for whoever has to look behind the port."""
        return self._engines

    async def open(self) -> None:
        """Connect, so that the first unit of work need not; the schema is left as it is.

        The writing engine goes first: it turns SQLite's write-ahead log on.
        """
        for engine in (self._engines.write, self._engines.read):
            async with connected(engine):
                pass

    async def close(self) -> None:
        """Close all connections. Units of work must have ended."""
        for engine in (self._engines.read, self._engines.write):
            await finish(engine.dispose())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that only looks; the database refuses changes."""
        async with connected(self._engines.read) as connection:
            yield SqlUnitOfWork(Session(connection=connection, holds=False))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that may change; on SQLite, it excludes all others from its start."""
        async with connected(self._engines.write) as connection:
            with reachable():
                await finish(connection.begin())
            yield SqlUnitOfWork(Session(connection=connection, holds=True))

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless the database answers and has the newest schema."""
        async with connected(self._engines.read) as connection:
            with reachable():
                revision = await finish(connection.run_sync(current_revision))
        if revision != NEWEST:
            raise ServiceUnavailableError("The database does not have the newest schema.")
