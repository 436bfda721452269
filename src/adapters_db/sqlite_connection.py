"""SQLite's connection for SQLAlchemy, with one trip to its thread for a statement, rather than four.

aiosqlite makes the cursor, executes, fetches and closes in a trip each, and a trip costs more than most
look-ups: a look-up by key was measured to take 0.44 ms of processor with four, and 0.25 ms with one.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, Self, TypeAlias, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_CHUNK: Final = 64  # rows; aiosqlite's default, of what is never asked for here
_Parameters: TypeAlias = Sequence[Any] | dict[str, Any]
T = TypeVar("T")


class SqliteCursor:
    """What SQLAlchemy asks of a cursor of aiosqlite; all rows are there once a statement is executed."""

    arraysize = 1

    def __init__(self, connection: "SqliteConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        """Make nothing yet: the thread does, when it executes."""
        return self

    async def execute(self, statement: str, parameters: _Parameters = ()) -> Self:
        """Execute a statement, and fetch all its rows."""
        await self._connection.run(partial(self._execute, statement, parameters))
        return self

    async def executemany(self, statement: str, parameters: Iterable[_Parameters]) -> Self:
        """Execute a statement once for each of the parameters."""
        await self._connection.run(partial(self._execute_many, statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        """Give the rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Leave nothing open: the thread closed its cursor when it had executed."""

    def _execute(self, statement: str, parameters: _Parameters) -> None:
        cursor = self._connection.raw.execute(statement, parameters)
        self._take(cursor)

    def _execute_many(self, statement: str, parameters: Iterable[_Parameters]) -> None:
        cursor = self._connection.raw.executemany(statement, parameters)
        self._take(cursor)

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount  # of a statement with RETURNING, known by now
        self.lastrowid = cursor.lastrowid
        cursor.close()


class SqliteConnection(aiosqlite.Connection):
    """A connection whose cursors need one trip to the thread for a statement."""

    def cursor(self) -> SqliteCursor:  # type: ignore[override]  # what SQLAlchemy enters is no context of aiosqlite's
        """Give a cursor, which is nothing yet."""
        return SqliteCursor(self)

    @property
    def raw(self) -> sqlite3.Connection:
        """Give what only the thread may use. Raises ValueError if it is closed."""
        return self._conn

    async def run(self, call: Callable[[], T]) -> T:
        """Give the result of a call in the thread."""
        found: T = await self._execute(call)  # type: ignore[no-untyped-call]  # inherited without types
        return found


def connect_by_one_trip(engine: AsyncEngine) -> None:
    """Have the SQLite `engine` use such connections."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        _arguments: list[Any],
        options: dict[str, Any],
    ) -> None:
        options["async_creator_fn"] = _connection


def _connection(database: str, **options: Any) -> SqliteConnection:  # noqa: ANN401 - the driver's own options
    connection = SqliteConnection(partial(sqlite3.connect, database, **options), _CHUNK)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with one that it makes
    return connection
