"""Work at set times: crontab lines as everybody writes them, run by APScheduler.

APScheduler's own weekday 0 is Monday, and it lets some mistakes pass; here lines are checked, and
weekdays handed on by name.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, tzinfo
from typing import Any, Final

import structlog
from apscheduler.events import EVENT_SCHEDULER_SHUTDOWN
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

_FIELDS: Final = ("minute", "hour", "day", "month", "day_of_week")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # 0 to 7
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NUMBERS: Final = re.compile(r"(\*|\d+(-\d+)?)(/\d+)?", re.ASCII)
_NAMED_MONTHS: Final = re.compile(rf"({_MONTHS})(-({_MONTHS}))?", re.ASCII)
_DAYS: Final = re.compile(
    r"(?:\*|(?P<first>[0-7]|[a-z]{3})(?:-(?P<last>[0-7]|[a-z]{3}))?)(?:/(?P<step>[1-7]))?"
)

_log = structlog.get_logger(__name__)


def crontab(expression: str, timezone: tzinfo) -> CronTrigger:
    """Give the trigger of a crontab line: minute, hour, day of month, month, day of week.

    Numbers, `*`, ranges, steps and lists, and names of months and weekdays in any case; weekdays 0 and
    7 are Sunday. Raises ValueError for anything else, and for a line that narrows both kinds of day: a
    crontab would then mean either, APScheduler both.
    """
    try:
        return CronTrigger(**_fields(expression), timezone=timezone)
    except ValueError as error:
        raise ValueError(f"{expression!r} is no crontab line: {error}") from error


class ScheduledJobs:
    """Runs coroutine functions at the times of crontab lines in `timezone`, in this process.

    Times missed while the loop was busy are made up by one run; a run that is due while the last one
    goes on is left out. Nothing is kept over a restart: what must not be missed is claimed elsewhere.
    """

    def __init__(self, timezone: tzinfo = UTC) -> None:
        self._timezone = timezone
        self._scheduler = AsyncIOScheduler(timezone=timezone)
        self._names: set[str] = set()
        self._runs: set[asyncio.Task[Any]] = set()

    def add(
        self, name: str, expression: str, work: Callable[[], Coroutine[Any, Any, object]]
    ) -> None:
        """Have `work` called at the times of `expression`.

        What it raises is logged, and it is called again the next time. Raises ValueError for a line
        that `crontab` does not take, and for a name that is taken.
        """
        if name in self._names:
            raise ValueError(f"there is a scheduled job named {name!r} already")

        # A function of its own: APScheduler does not see that a callable object is a coroutine's.
        async def run() -> None:
            await self._run(name, work)

        self._scheduler.add_job(
            run,
            crontab(expression, self._timezone),
            id=name,
            name=name,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
        self._names.add(name)

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Cancel what is running, wait for its end, and begin nothing more."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        await self._end_runs()
        stopped = asyncio.Event()  # the scheduler ends in a callback of the loop
        self._scheduler.add_listener(lambda _: stopped.set(), EVENT_SCHEDULER_SHUTDOWN)
        self._scheduler.shutdown(wait=False)
        await stopped.wait()
        await self._end_runs()  # those that were just about to begin

    async def _end_runs(self) -> None:
        while runs := tuple(self._runs):
            for run in runs:
                run.cancel()
            await asyncio.wait(runs)

    async def _run(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        # A task of its own, so that cancelling it is not an error in APScheduler's eyes.
        run = asyncio.create_task(work(), name=name)
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        await asyncio.wait({run})
        if not run.cancelled() and (error := run.exception()) is not None:
            _log.error("scheduled_job_failed", job=name, exc_info=error)


def _fields(expression: str) -> dict[str, str]:
    parts = expression.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"it has {len(parts)} fields and not five")
    fields = dict(zip(_FIELDS, parts, strict=True))
    if "*" not in (fields["day"][0], fields["day_of_week"][0]):
        raise ValueError("give the day of the month or of the week, not both")
    for name in ("minute", "hour", "day", "month"):
        _check_field(name, fields[name])
    return fields | {"day_of_week": _weekdays(fields["day_of_week"])}


def _check_field(name: str, field: str) -> None:
    for item in field.split(","):
        is_named = name == "month" and _NAMED_MONTHS.fullmatch(item)
        if not is_named and _NUMBERS.fullmatch(item) is None:
            raise ValueError(f"{item!r} is no {name}")


def _weekdays(field: str) -> str:
    """Give a crontab's weekdays as APScheduler's names."""
    days = {day % 7 for item in field.split(",") for day in _days(item)}
    return ",".join(_WEEKDAYS[day] for day in sorted(days))


def _days(item: str) -> range:
    match = _DAYS.fullmatch(item)
    if match is None:
        raise ValueError(f"{item!r} is no day of the week")
    step = int(match["step"] or 1)
    if match["first"] is None:
        return range(0, 7, step)
    first = _day(match["first"])
    last = 6 if match["step"] and not match["last"] else _day(match["last"] or match["first"])
    if last < first and match["last"] == "sun":
        last = 7
    if last < first:
        raise ValueError(f"{item!r} ends before it begins; weeks begin on Sunday, 0")
    return range(first, last + 1, step)


def _day(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if text not in _WEEKDAYS:
        raise ValueError(f"{text!r} is no day of the week")
    return _WEEKDAYS.index(text)
