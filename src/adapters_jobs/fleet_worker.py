"""One stretch of a worker's life: Procrastinate's worker, and what it does not do by itself.

It does not put back the jobs of a worker that was killed, and it ends when it loses the database.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Final

import attrs
import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status

from adapters_jobs.ending import end
from adapters_jobs.slots import Slots
from vidcore.lifecycle import HEARTBEAT, LEASE

QUEUE: Final = "videos"
TASK: Final = "vidcore.process"
POLL: Final = timedelta(seconds=10)  # how late a lost worker's video may be noticed
RESCUE: Final = timedelta(seconds=15)  # how late its job may be
STALLED: Final = LEASE + HEARTBEAT  # a job put back before the lease has ended would find nothing
FETCH: Final = timedelta(seconds=5)  # how late a scheduled job may be: nothing tells of it
TIDY: Final = "7 4 * * *"
KEPT: Final = 24  # hours
POOL_SIZE: Final = 4  # jobs are fetched, ended, rescued and kept alive; listening has its own
POOL_TIMEOUT: Final = 10.0  # seconds; how long a lost database holds up an end

_log = structlog.get_logger("vidcore.queue")


@attrs.frozen(kw_only=True)
class FleetWorker:
    """Takes jobs from the database at `address`, one attempt in `slots` for each."""

    address: str
    slots: Slots
    poll: timedelta = POLL
    rescue: timedelta = RESCUE

    async def run(self) -> None:
        """Take jobs until cancelled, or until Procrastinate's worker ends or fails."""
        look_again = asyncio.Event()
        async with self._connected() as app:
            self._add_tasks(app, look_again)
            one_at_a_time = f"look {secrets.token_hex(8)}"
            # Its first job, which waits already: nothing would tell of it before it listens.
            await self._ask_for_look(app, one_at_a_time)
            beside = [
                asyncio.create_task(self._keep_looking(app, one_at_a_time, look_again)),
                asyncio.create_task(self._keep_rescuing(app)),
            ]
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self.slots.count,
                    # Only the job ends with the worker: the attempt goes on in its slot.
                    shutdown_graceful_timeout=0,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    fetch_job_polling_interval=min(FETCH, self.poll).total_seconds(),
                    update_heartbeat_interval=HEARTBEAT.total_seconds(),
                    stalled_worker_timeout=STALLED.total_seconds(),
                )
            finally:
                await end(beside)

    def _add_tasks(self, app: App, look_again: asyncio.Event) -> None:
        @app.task(name=TASK, queue=QUEUE)
        async def process(video: str | None = None) -> None:
            """Make an attempt. `video` is for people who look; a mere look has none."""
            if await self.slots.attempt() and video is None:
                look_again.set()

        # Without any periodic task, Procrastinate's worker would not see that it can neither listen
        # nor give a sign of life: of what goes on beside it, it watches only the first that ends,
        # and that would be the one for periodic tasks.
        @app.periodic(cron=TIDY)
        @app.task(name=f"{TASK}-tidy", queue=QUEUE, queueing_lock="tidy")
        async def tidy(timestamp: int) -> None:  # noqa: ARG001 - all periodic tasks are told it
            """Remove the jobs that people cancelled or aborted; all others remove themselves."""
            await app.job_manager.delete_old_jobs(
                nb_hours=KEPT, include_failed=True, include_cancelled=True, include_aborted=True
            )

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[App]:
        app = App(
            connector=PsycopgConnector(
                conninfo=self.address, min_size=1, max_size=POOL_SIZE, timeout=POOL_TIMEOUT
            )
        )
        try:
            await app.open_async()
            yield app
        finally:
            await app.close_async()

    async def _keep_looking(self, app: App, one_at_a_time: str, look_again: asyncio.Event) -> None:
        """Ask for a look after each `poll`, and after one that found a video."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll.total_seconds()):
                    await look_again.wait()
            look_again.clear()
            with _logged():
                await self._ask_for_look(app, one_at_a_time)

    async def _ask_for_look(self, app: App, one_at_a_time: str) -> None:
        """Have a free worker, whichever, look; who is not free asks for nothing that would wait."""
        if self.slots.free:
            look = app.configure_task(TASK, queue=QUEUE, queueing_lock=one_at_a_time)
            with suppress(AlreadyEnqueued):
                await look.defer_async()

    async def _keep_rescuing(self, app: App) -> None:
        """Put back what lost workers were doing; how often it was tried, the videos' claims know."""
        while True:
            with _logged():
                stalled = await app.job_manager.get_stalled_jobs(
                    queue=QUEUE, seconds_since_heartbeat=STALLED.total_seconds()
                )
                for job in stalled:
                    await _put_back(app, job)
            await asyncio.sleep(self.rescue.total_seconds())


async def _put_back(app: App, job: Job) -> None:
    try:
        if job.queueing_lock is None:
            await app.job_manager.retry_job(job)
        else:  # a look, of which there are others
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)
    except ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        _log.debug("another worker was faster", job=job.id)
    else:
        _log.info("the job of a lost worker is put back", job=job.id, **job.task_kwargs)


@contextmanager
def _logged() -> Iterator[None]:
    """Log that the database could not be reached, and go on: Procrastinate's worker ends by it."""
    try:
        yield
    except ConnectorException as error:
        _log.warning("jobs are out of reach", reason=repr(error.__cause__ or error))
