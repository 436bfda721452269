"""What one of several serving processes does for all: the schedule, and the embedded worker."""

import asyncio
from functools import partial
from typing import Final

import structlog

from adapters_jobs.ending import end
from vidcore.errors import ServiceUnavailableError
from vidcore_app.container import Container
from vidcore_app.leadership import RETRY, Leadership

# Each hour, though it is done once a week: a run that failed is made up for soon. And a minute late,
# since this machine's clock may be before the database's, whose week it is.
WEEKLY_RESET: Final = "1 * * * *"
TIDY_UP: Final = "7 * * * *"
RESCUE: Final = "* * * * *"
LEADER_LOCK: Final = "leader.lock"
FAULT_PAUSE: Final = 5.0  # seconds, so that a fault that stays does not fill the log

_log = structlog.get_logger("vidcore")


class Duties:
    """The schedule, and the worker if wanted, for as long as this process leads."""

    def __init__(self, container: Container, *, with_worker: bool) -> None:
        self._container = container
        self._leadership = Leadership(container.places().data / LEADER_LOCK)
        self._with_worker = with_worker
        self._following: asyncio.Task[None] | None = None
        self._leads = False
        self._stopping = False

    async def start(self) -> None:
        """Take the duties up at once if nobody has them, else as soon as who has them is gone.

        Raises ServiceUnavailableError, OSError.
        """
        if self._leadership.try_take():
            await self._take_up()
        else:
            self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Hand back what is being processed, and let another process take the duties up."""
        self._stopping = True
        if self._following is not None:
            await end((self._following,))
        if self._leads:
            self._leads = False
            await self._container.worker().stop()
            await self._container.webhook_worker().stop()
            await self._container.schedule().stop()
        self._leadership.resign()

    async def _follow(self) -> None:
        while not (self._stopping or self._leads):
            pause = RETRY
            try:
                await self._leadership.follow()
                await self._take_up()
            except ServiceUnavailableError as error:
                _log.warning("cannot lead yet", reason=str(error))
            except Exception:  # noqa: BLE001 - where nobody leads, no video is processed
                _log.exception("cannot lead")
                pause = FAULT_PAUSE
            if not self._leads:
                self._leadership.resign()  # another process may be able to
                await asyncio.sleep(pause)

    async def _take_up(self) -> None:
        """Do what is due, then begin. Until then nothing is begun, so it can be tried again.

        Raises ServiceUnavailableError, OSError.
        """
        container = self._container
        await container.reset_week()()
        await container.tidy_up()()
        name = None
        if self._with_worker:
            # Who led before is dead, or this process would not lead: what it held is free.
            name = self._leadership.name()
            await container.recover_own()(name)
        if not self._stopping:
            self._begin(name)

    def _begin(self, name: str | None) -> None:
        """Begin to process in this name, if there is one, and to do what the schedule says."""
        container = self._container
        schedule, worker = container.schedule(), container.worker()
        webhooks = container.webhook_worker()
        jobs = (
            ("weekly-quota-reset", WEEKLY_RESET, container.reset_week().__call__),
            ("tidy-up", TIDY_UP, partial(container.tidy_up(), hourly=True)),
            ("rescue", RESCUE, container.rescue_lost().__call__),
        )
        for job in jobs:
            schedule.add(*job)
        schedule.start()
        self._leads = True
        if name is not None:
            worker.start(name)
            webhooks.start()
