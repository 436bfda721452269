"""The database's clock, by which all processes on all machines agree on leases and weeks."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters_db.cancellation import finish
from adapters_db.columns import UtcDateTime
from adapters_db.engines import SQLITE
from adapters_db.failures import reachable
from adapters_db.session import connected
from vidcore.ports.clock import Clock

ROUND_TRIP_MAX: Final = 1.0  # seconds; an answer that took longer says less than the last one
TRIPS: Final = 3  # of which the shortest is believed
# CLOCK_MONOTONIC goes on while the machine is suspended on macOS, but not on Linux.
_STEADY: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_CLOCK: Final = sa.select(sa.func.clock_timestamp(type_=UtcDateTime))


class SqlClock(Clock):
    """Tells the time of the database that `engine` reads.

    PostgreSQL is asked by `adjust`, now and then; between two answers, and while the database is out
    of reach, a clock of the machine that nobody sets goes on from the last, also while the machine is
    suspended. SQLite has no clock but the machine's, which is taken as it is.
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
        return moment + timedelta(seconds=_steady() - since)

    def elapsed(self) -> timedelta:
        """Give the time since the machine started, less that for which it was suspended."""
        return timedelta(seconds=time.monotonic())

    async def adjust(self) -> None:
        """Ask the database, if it has a clock. Raises ServiceUnavailableError.

        The answer is wrong by at most half its trip, on a connection that was made before. The first is
        believed however long it took: the machine's own clock may be wrong by anything.
        """
        if not self._asks:
            return
        async with connected(self._engine) as connection:
            answers = [await _ask(connection) for _ in range(TRIPS)]
        took, moment, since = min(answers)
        if self._told is None or took <= ROUND_TRIP_MAX:
            self._told = moment, since


async def _ask(connection: AsyncConnection) -> tuple[float, datetime, float]:
    """Give how many seconds the trip took, the answer, and when by the steady clock it was true."""
    asked = _steady()
    with reachable():
        moment = (await finish(connection.execute(_CLOCK))).scalar_one()
    answered = _steady()
    return answered - asked, moment, (asked + answered) / 2


def _steady() -> float:
    return time.clock_gettime(_STEADY)
