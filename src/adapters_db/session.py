"""One connection in the hands of one unit of work: every statement of the repositories goes here."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import CursorResult, RowMapping
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters_db.cancellation import finish
from adapters_db.engines import SQLITE
from adapters_db.failures import reachable
from vidcore.errors import ServiceUnavailableError

T = TypeVar("T")


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Take a connection and give it back, whatever was open on it undone.

    Raises ServiceUnavailableError.
    """
    connection = engine.connect()
    try:
        with reachable():
            await finish(connection.start())
        yield connection
    except BaseException:  # above all a cancellation: no error of a lost connection may replace it
        with suppress(ServiceUnavailableError):
            await _close(connection)
        raise
    await _close(connection)


async def _close(connection: AsyncConnection) -> None:
    # A cancellation can arrive while the connection is made, and a failure leaves none.
    if connection.sync_connection is not None:
        with reachable():
            await finish(connection.close())


@attrs.frozen(kw_only=True)
class Session:
    """Runs statements; `holds` says whether rows that are looked at are held to the end.

    Every method raises ServiceUnavailableError while the database is out of reach, and takes a
    cancellation only when the database has answered.
    """

    connection: AsyncConnection
    holds: bool

    @property
    def is_sqlite(self) -> bool:
        """Say which database it is."""
        return self.connection.dialect.name == SQLITE

    def held(self, query: sa.Select[Any], *, skip_locked: bool = False) -> sa.Select[Any]:
        """Have `query` hold its rows if that is wanted.

        FOR NO KEY UPDATE, which keeps every other change and every other such query out, but lets rows
        be made that refer to these: two who hold a row each would else wait for one another. SQLite's
        compiler leaves it out: there, the transaction excludes all other writers.
        """
        if not self.holds:
            return query
        return query.with_for_update(key_share=True, skip_locked=skip_locked)

    async def first(
        self, query: sa.Executable, values: Mapping[str, object] | None = None
    ) -> RowMapping | None:
        """Give the first row, if there is one; `values` are of the query's parameters."""
        return (await self._execute(query, values)).mappings().first()

    async def all(
        self, query: sa.Executable, values: Mapping[str, object] | None = None
    ) -> Sequence[RowMapping]:
        """Give all rows; `values` are of the query's parameters."""
        return (await self._execute(query, values)).mappings().all()

    async def number(
        self, query: sa.Select[int], values: Mapping[str, object] | None = None
    ) -> int:
        """Give the one number that `query` counts or sums up; a sum of nothing is 0."""
        return int((await self._execute(query, values)).scalar() or 0)

    async def change(self, statement: sa.Insert | sa.Update | sa.Delete) -> int:
        """Change rows and say how many."""
        return (await self._execute(statement)).rowcount

    async def change_each(self, statement: sa.Update, rows: Sequence[Mapping[str, object]]) -> None:
        """Change by each of these parameters, in one call of the driver; there may be none."""
        if rows:
            await self._call(self.connection.execute(statement, rows))

    async def try_change(self, statement: sa.Insert | sa.Update | sa.Delete) -> int:
        """Change rows and say how many; if a constraint refuses, nothing else is undone.

        PostgreSQL would otherwise refuse everything after a failed statement, and a commit of it.
        """
        savepoint = await self._call(self.connection.begin_nested())
        try:
            changed = await self.change(statement)
        except IntegrityError:
            await self._call(savepoint.rollback())
            raise
        await self._call(savepoint.commit())
        return changed

    async def on_driver(self, call: Callable[[Any], Awaitable[T]]) -> T:
        """Give the result of `call`, which gets the driver's own connection, in the transaction."""
        pooled = await self._call(self.connection.get_raw_connection())
        return await self._call(call(pooled.driver_connection))

    async def commit(self) -> None:
        """Make the changes last."""
        await self._call(self.connection.commit())

    async def _execute(
        self, statement: sa.Executable, values: Mapping[str, object] | None = None
    ) -> CursorResult[Any]:
        return await self._call(self.connection.execute(statement, values))

    async def _call(self, call: Awaitable[T]) -> T:
        with reachable(writes=self.holds):
            return await finish(call)
