"""The schedule: jobs run, failures are logged and end nothing, and stopping waits for what runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from adapters_jobs.schedule import ScheduledJobs

YEARLY = "0 0 1 1 *"


@pytest.fixture
async def jobs() -> AsyncIterator[ScheduledJobs]:
    jobs = ScheduledJobs()
    yield jobs
    await jobs.stop()


def make_due(jobs: ScheduledJobs, name: str) -> None:
    """Let the job's time be now: no line of a crontab is due within a test."""
    now = datetime.fromtimestamp(time.time(), UTC)
    jobs._scheduler.modify_job(name, next_run_time=now)


def is_idle(jobs: ScheduledJobs, name: str) -> bool:
    """Say whether the scheduler has seen the end of the job's last run."""
    return not jobs._scheduler._lookup_executor("default")._instances[name]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


class Counter:
    """Work of the shape that use cases have: an object that is called."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1


async def test_a_job_runs_when_its_time_comes_and_again(jobs: ScheduledJobs) -> None:
    count = Counter()
    jobs.add("count", YEARLY, count)
    jobs.start()

    make_due(jobs, "count")
    await until(lambda: count.runs == 1 and is_idle(jobs, "count"))
    make_due(jobs, "count")
    await until(lambda: count.runs == 2)


async def test_the_next_run_is_the_crontabs(jobs: ScheduledJobs) -> None:
    jobs.add("weekly", "0 0 * * 0", Counter())
    jobs.start()

    job = jobs._scheduler.get_job("weekly")

    assert job.next_run_time.strftime("%A %H:%M %Z") == "Sunday 00:00 UTC"
    assert (job.coalesce, job.misfire_grace_time, job.max_instances) == (True, None, 1)


async def test_a_job_that_fails_is_logged_and_runs_the_next_time(jobs: ScheduledJobs) -> None:
    runs = 0

    async def fail() -> None:
        nonlocal runs
        runs += 1
        raise LookupError(runs)

    jobs.add("fail", YEARLY, fail)
    jobs.start()
    with capture_logs() as logs:
        for expected in (1, 2):
            make_due(jobs, "fail")
            await until(lambda: is_idle(jobs, "fail") and runs == expected)  # noqa: B023 - called in this turn only

    assert [(log["event"], log["job"], log["log_level"]) for log in logs] == [
        ("scheduled_job_failed", "fail", "error")
    ] * 2
    assert [str(log["exc_info"]) for log in logs] == ["1", "2"]


async def test_a_job_is_not_begun_again_while_it_runs(jobs: ScheduledJobs) -> None:
    runs = 0
    may_end = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        await may_end.wait()

    jobs.add("work", YEARLY, work)
    jobs.start()
    make_due(jobs, "work")
    await until(lambda: runs == 1)
    make_due(jobs, "work")
    await until(lambda: jobs._scheduler.get_job("work").next_run_time.month == 1)

    assert runs == 1
    may_end.set()


async def test_stopping_cancels_what_runs_and_waits_for_its_end() -> None:
    jobs = ScheduledJobs()
    steps: list[str] = []

    async def work() -> None:
        steps.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            steps.append("cleaned up")

    jobs.add("work", YEARLY, work)
    jobs.start()
    make_due(jobs, "work")
    await until(lambda: steps == ["begun"])

    with capture_logs() as logs:
        await jobs.stop()

    assert steps == ["begun", "cleaned up"]
    assert logs == []
    assert not jobs._scheduler.running


async def test_stopping_leaves_nothing_of_a_job_that_is_just_beginning() -> None:
    for turns in range(8):
        jobs = ScheduledJobs()
        running = 0

        async def work() -> None:
            nonlocal running
            running += 1
            try:
                await asyncio.Event().wait()
            finally:
                running -= 1

        jobs.add("work", YEARLY, work)
        jobs.start()
        make_due(jobs, "work")
        for _ in range(turns):
            await asyncio.sleep(0)
        await jobs.stop()

        assert running == 0
        assert not jobs._runs


async def test_stopping_twice_or_before_the_start_is_nothing(jobs: ScheduledJobs) -> None:
    await jobs.stop()
    jobs.start()
    await jobs.stop()
    await jobs.stop()


async def test_a_name_is_given_once_and_a_bad_line_is_refused(jobs: ScheduledJobs) -> None:
    jobs.add("count", YEARLY, Counter())

    with pytest.raises(ValueError, match="'count' already"):
        jobs.add("count", YEARLY, Counter())
    with pytest.raises(ValueError, match="no crontab line"):
        jobs.add("other", "@yearly", Counter())
    jobs.add("other", YEARLY, Counter())
