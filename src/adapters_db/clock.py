"""The database's clock, by which all processes on all machines agree on leases and weeks."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters_db.cancellation import finish
from adapters_db.columns import UtcDateTime
from adapters_db.engines import SQLITE
from adapters_db.failures import reachable
from adapters_db.session import connected
from vidcore.ports.clock import Clock

ROUND_TRIP_MAX: Final = 1.0  # seconds; an answer that took longer says less than the last one
_CLOCK: Final = sa.select(sa.func.clock_timestamp(type_=UtcDateTime))


class SqlClock(Clock):
    """Tells the time of the database that `engine` reads.

    PostgreSQL is asked by `adjust`, now and then; between two answers, and while the database is out
    of reach, the machine's monotonic clock goes on from the last. SQLite has no clock but the
    machine's, which is taken as it is.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._asks = engine.dialect.name != SQLITE
        self._told: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        if self._told is None:
            return datetime.now(UTC)  # noqa: TID251 - this is where time comes in
        moment, since = self._told
        return moment + timedelta(seconds=time.monotonic() - since)

    def elapsed(self) -> timedelta:
        """Give the time since the machine started."""
        return timedelta(seconds=time.monotonic())

    async def adjust(self) -> None:
        """Ask the database, if it has a clock. Raises ServiceUnavailableError."""
        if not self._asks:
            return
        asked = time.monotonic()
        async with connected(self._engine) as connection:
            with reachable():
                moment = (await finish(connection.execute(_CLOCK))).scalar_one()
        answered = time.monotonic()
        if self._told is None or answered - asked <= ROUND_TRIP_MAX:
            self._told = moment, (asked + answered) / 2
