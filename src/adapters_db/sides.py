"""One side of a copy: a database, how it is called without its secrets, and one moment of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import CursorResult, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters_db.cancellation import finish
from adapters_db.engines import SQLITE, Engines, make_engines
from adapters_db.failures import reachable
from adapters_db.urls import libpq_address, parse_url
from vidcore.errors import ServiceUnavailableError

_PATIENCE: Final = 30.0  # seconds that a statement waits for a lock
_BEGIN: Final = {
    SQLITE: "BEGIN",  # with a write-ahead log, a reader goes on to see what it saw first
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Line:
    """A connection to one side. What fails raises ServiceUnavailableError that names the side."""

    side: "Side"
    connection: AsyncConnection

    @property
    def is_sqlite(self) -> bool:
        """Say which kind it is."""
        return self.connection.dialect.name == SQLITE

    async def rows(self, query: sa.Select[Any]) -> Sequence[RowMapping]:
        """Give all rows."""
        found: CursorResult[Any] = await self.side.answer(self.connection.execute(query))
        return found.mappings().all()

    async def number(self, query: sa.Select[int]) -> int:
        """Give the one number that `query` counts."""
        return int((await self.side.answer(self.connection.execute(query))).scalar_one())

    async def change(
        self, statement: sa.Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute what changes something, once for each of the `rows`."""
        return await self.side.answer(self.connection.execute(statement, rows))

    async def say(self, statement: str) -> None:
        """Execute a statement as it stands."""
        await self.side.answer(self.connection.exec_driver_sql(statement))

    async def look(self, at: Callable[[sa.Connection], T]) -> T:
        """Give what `at` gives, which works with SQLAlchemy's synchronous connection."""
        return await self.side.answer(self.connection.run_sync(at))


@attrs.frozen(kw_only=True)
class Side:
    """A database that is copied from or into; `name` tells it from others, and has no secrets."""

    role: str
    url: str
    name: str
    file: Path | None
    engines: Engines

    @property
    def is_there(self) -> bool:
        """Say whether there is a file, if it is SQLite's: opening it would make one."""
        return self.file is None or self.file.is_file()

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Name this side where the database is out of reach."""
        try:
            with reachable():
                yield
        except ServiceUnavailableError as error:
            raise ServiceUnavailableError(f"The {self.role}, {self.name}: {error}") from error

    async def answer(self, call: Awaitable[T]) -> T:
        """Give the result of a call of the database, which is never torn off."""
        with self.reached():
            return await finish(call)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Line]:
        """Give a line that sees the database as it is now, whatever others write meanwhile."""
        async with self._connected(self.engines.read) as line:
            await line.say(_BEGIN[line.connection.dialect.name])
            try:
                yield line
            finally:
                # The engine, which commits by itself, knows of no transaction that it would end.
                await line.say("ROLLBACK")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Line]:
        """Give a line whose changes last if the block ends well."""
        async with self._connected(self.engines.write) as line:
            await self.answer(line.connection.begin())
            yield line
            await self.answer(line.connection.commit())

    async def close(self) -> None:
        """Close all connections."""
        for engine in (self.engines.read, self.engines.write):
            await finish(engine.dispose())

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[Line]:
        connection = engine.connect()
        try:
            await self.answer(connection.start())
            yield Line(side=self, connection=connection)
        finally:
            if connection.sync_connection is not None:
                await self.answer(connection.close())


@asynccontextmanager
async def open_side(role: str, url: str) -> AsyncIterator[Side]:
    """Give the database at `url`, the copy's source or target; nothing is opened before it is needed.

    Raises InvalidValueError for another kind of address.
    """
    parsed = parse_url(url)
    sqlite = parsed.get_backend_name() == SQLITE
    file = Path(parsed.database or "").resolve() if sqlite else None  # noqa: ASYNC240 - once
    side = Side(
        role=role,
        url=url,
        name=_postgresql_name(url) if file is None else f"sqlite:///{file}",
        file=file,
        engines=make_engines(parsed, patience=_PATIENCE),
    )
    try:
        yield side
    finally:
        await side.close()


def _postgresql_name(url: str) -> str:
    """Give where a PostgreSQL database is; who opens it, and how, is left out."""
    known = conninfo_to_dict(libpq_address(url) or "")
    host = known.get("host") or known.get("hostaddr") or "localhost"
    options = f"?options={known['options']}" if known.get("options") else ""
    return f"postgresql://{host}:{known.get('port') or 5432}/{known.get('dbname') or ''}{options}"
