"""The queue of a fleet: workers on any number of machines, brought together by Procrastinate.

A job is only the word that one video waits, and is written in the transaction that makes it wait. Who
takes the job makes one attempt, which claims whatever video's turn it is: order, leases and fencing are
the claim's. So no job is precious: what is lost with one, a later look finds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar, runtime_checkable
from uuid import UUID

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from adapters_jobs import fleet_schema
from adapters_jobs.cancellations import Cancellations
from adapters_jobs.ending import end
from adapters_jobs.fleet_worker import POLL, QUEUE, RESCUE, TASK, FleetWorker
from adapters_jobs.slots import Slots
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.clock import Clock
from vidcore.ports.queue import Attempt, ProcessingQueue
from vidcore.ports.store import UnitOfWork
from vidcore.videos import Video

PAUSE: Final = timedelta(seconds=2)  # before a new start, after the database was lost
_LOST: Final = (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout)

_log = structlog.get_logger("vidcore.queue")

T = TypeVar("T")


@runtime_checkable
class OnDriver(Protocol):
    """A unit of work that lets others use its connection."""

    async def on_driver(self, call: Callable[[Any], Awaitable[T]]) -> T:
        """Give the result of `call`, which gets the driver's connection, within the transaction."""
        ...


class ProcrastinateQueue(ProcessingQueue):
    """Has workers of many machines look for videos of the PostgreSQL database at `address`.

    `address` is what libpq takes. After each `poll` a worker with nothing to do looks for what was
    lost, and after each `rescue` it puts the jobs of lost workers back. All calls come from one event
    loop. Connections are open only while `run` runs.
    """

    def __init__(
        self,
        address: str,
        clock: Clock,
        *,
        poll: timedelta = POLL,
        rescue: timedelta = RESCUE,
        pause: timedelta = PAUSE,
    ) -> None:
        self.cancellations = Cancellations()
        self._address = fleet_schema.with_schema(address)
        self._clock = clock
        self._poll = poll
        self._rescue = rescue
        self._pause = pause
        self._app = App(connector=PsycopgConnector())  # writes jobs on the connections of others

    async def prepare(self) -> None:
        """Make the tables of jobs, or bring them up to date. Raises ServiceUnavailableError."""
        await fleet_schema.prepare(self._address)

    async def enlist(self, uow: UnitOfWork, video: Video) -> None:
        """Write a job in the transaction of `uow`. Raises TypeError unless psycopg is its driver."""
        if not isinstance(uow, OnDriver):
            raise TypeError(f"{type(uow).__name__} lends its connection to nobody")
        await uow.on_driver(lambda connection: self._write(connection, video))

    async def announce(self, video_id: UUID) -> None:
        """Do nothing: the database wakes workers when a job is committed."""

    async def cancel(self, video_id: UUID) -> None:
        """Call what workers of this process have registered; others look at the video themselves."""
        self.cancellations.call(video_id)

    def on_cancel(
        self, video_id: UUID, callback: Callable[[], object]
    ) -> AbstractContextManager[None]:
        """Have `callback` called by each `cancel` of the video, until the block is left."""
        return self.cancellations.registered(video_id, callback)

    async def run(self, attempt: Attempt, *, concurrency: int) -> None:
        """Make an attempt for each job, over every loss of the database, until cancelled."""
        slots = Slots(attempt, concurrency)
        working = asyncio.create_task(self._keep_working(slots))
        try:
            await asyncio.wait([working])
        finally:
            # At once: the one must not be cancelled again because the other takes its time.
            await asyncio.gather(end([working]), slots.close())

    async def _write(self, connection: object, video: Video) -> None:
        if not isinstance(connection, psycopg.AsyncConnection):
            raise TypeError(f"jobs are written with psycopg, not {type(connection).__name__}")
        late = video.ready_at if video.ready_at > self._clock.now() else None
        job = self._app.configure_task(TASK, queue=QUEUE, schedule_at=late, connection=connection)
        try:
            async with fleet_schema.in_schema(connection):
                await job.defer_async(video=str(video.id))
        except (*_LOST, ConnectorException) as error:
            if not isinstance(error.__cause__ or error, _LOST):
                raise
            raise ServiceUnavailableError("The database is out of reach.") from error

    async def _keep_working(self, slots: Slots) -> None:
        worker = FleetWorker(
            address=self._address, slots=slots, poll=self._poll, rescue=self._rescue
        )
        while not slots.closed:
            reason = "Procrastinate's worker stopped"  # which is how it says that it cannot listen
            try:
                await worker.run()
            except Exception as error:  # noqa: BLE001 - whatever it was, jobs go on coming
                reason = repr(error.__cause__ or error)  # Procrastinate's own says nothing
            # An error may have come in the place of a cancellation.
            if not slots.closed:
                _log.warning("jobs are out of reach", reason=reason)
                await asyncio.sleep(self._pause.total_seconds())
