"""Duties: taken up whole or not at all, tried again whatever fails, and left to another at a stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dependency_injector import providers
from structlog.testing import capture_logs

from adapters_jobs.schedule import ScheduledJobs
from vidcore.errors import ServiceUnavailableError
from vidcore_app import duties, leadership
from vidcore_app.container import Container
from vidcore_app.duties import LEADER_LOCK, Duties
from vidcore_app.leadership import Leadership
from vidcore_app.settings import Settings

AWAY = ServiceUnavailableError("The database is out of reach.")


class Work:
    """A use case: counts its calls, and raises what it is given, one after the other, first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls: list[tuple[object, ...]] = []
        self.hours = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self, *arguments: object, hourly: bool = False) -> int:
        if hourly:
            self.hours += 1
            return 0
        self.calls.append(arguments)
        await self.goes_on.wait()
        if self.errors:
            raise self.errors.pop(0)
        return 0


class FakeWorker:
    """Notes in whose name it was started, and whether it was stopped."""

    def __init__(self) -> None:
        self.started: list[tuple[object, ...]] = []
        self.stopped = 0

    def start(self, *arguments: object) -> None:
        self.started.append(arguments)

    async def stop(self) -> None:
        self.stopped += 1


class Process:
    """What one process has for its duties: `path` is the folder of all of them."""

    def __init__(self, path: Path, *, with_worker: bool = True) -> None:
        self.reset_week, self.tidy_up, self.recover_own, self.rescue_lost = (
            Work(),
            Work(),
            Work(),
            Work(),
        )
        self.worker, self.webhook_worker = FakeWorker(), FakeWorker()
        self.schedule = ScheduledJobs()
        self.container = Container(settings=Settings(data_dir=path))
        for name in (
            *("reset_week", "tidy_up", "recover_own", "rescue_lost"),
            *("worker", "webhook_worker", "schedule"),
        ):
            self.container.providers[name].override(providers.Object(getattr(self, name)))
        self.duties = Duties(self.container, with_worker=with_worker)
        self.lock = path / LEADER_LOCK

    @property
    def due(self) -> dict[str, str]:
        """When its schedule does what next, for a Thursday at 10:03, as far as it runs."""
        jobs = self.schedule._scheduler.get_jobs() if self.schedule._scheduler.running else []
        moment = datetime(2026, 11, 19, 10, 3, 30, tzinfo=UTC)
        return {
            job.id: f"{job.trigger.get_next_fire_time(moment, moment):%A %H:%M}" for job in jobs
        }

    def make_due(self, name: str) -> None:
        now = datetime.fromtimestamp(time.time(), UTC)
        self.schedule._scheduler.modify_job(name, next_run_time=now)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "RETRY", 0.01)
    monkeypatch.setattr(duties, "FAULT_PAUSE", 0.01)
    monkeypatch.setattr(leadership, "RETRY", 0.01)


@asynccontextmanager
async def following(process: Process) -> AsyncIterator[Leadership]:
    """Have another process lead, while this one waits to follow it; give that one's lock."""
    other = Leadership(process.lock)
    assert other.try_take()
    await process.duties.start()
    try:
        yield other
    finally:
        await process.duties.stop()
        other.resign()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def is_free(lock: Path) -> bool:
    other = Leadership(lock)
    taken = other.try_take()
    other.resign()
    return taken


async def test_who_leads_does_what_is_due_and_then_what_the_schedule_says(tmp_path: Path) -> None:
    process = Process(tmp_path)

    await process.duties.start()

    [(name,)] = process.recover_own.calls
    assert (process.reset_week.calls, process.tidy_up.calls) == ([()], [()])
    assert (process.worker.started, process.webhook_worker.started) == ([(name,)], [()])
    assert process.due == {
        "weekly-quota-reset": "Thursday 11:01",
        "tidy-up": "Thursday 10:07",
        "rescue": "Thursday 10:04",
    }
    for job in process.due:
        process.make_due(job)
    await until(lambda: process.rescue_lost.calls and process.tidy_up.hours)
    await until(lambda: len(process.reset_week.calls) >= 2)
    assert len(process.tidy_up.calls) == 1
    await process.duties.stop()
    assert (process.worker.stopped, process.webhook_worker.stopped) == (1, 1)
    assert process.due == {}
    assert is_free(process.lock)


async def test_without_a_worker_there_is_the_schedule_alone(tmp_path: Path) -> None:
    process = Process(tmp_path, with_worker=False)

    await process.duties.start()

    assert len(process.due) == 3
    assert process.recover_own.calls == process.worker.started == []
    assert process.webhook_worker.started == []
    await process.duties.stop()


@pytest.mark.parametrize("step", ["reset_week", "tidy_up", "recover_own"])
@pytest.mark.parametrize("error", [AWAY, OSError("No space is left."), ValueError("a bug")])
async def test_who_follows_tries_again_whatever_fails_at_whichever_step(
    tmp_path: Path, step: str, error: Exception
) -> None:
    process = Process(tmp_path)
    getattr(process, step).errors = [error, error]
    with capture_logs() as logs:
        async with following(process) as other:
            other.resign()

            await until(lambda: process.worker.started)

            assert len(process.recover_own.calls) == (3 if step == "recover_own" else 1)
            assert len(process.due) == 3
            assert not is_free(process.lock)
    assert len([line for line in logs if line["event"].startswith("cannot lead")]) == 2


async def test_who_cannot_lead_lets_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "RETRY", 60.0)
    process = Process(tmp_path)
    process.recover_own.errors = [AWAY]
    async with following(process) as other:
        other.resign()

        await until(lambda: process.recover_own.calls)

        await until(lambda: is_free(process.lock))
        assert process.worker.started == []
        assert process.due == {}


async def test_a_lock_that_cannot_be_opened_for_a_while_is_tried_again(tmp_path: Path) -> None:
    process = Process(tmp_path)
    with capture_logs() as logs:
        async with following(process) as other:
            process.lock.unlink()
            process.lock.mkdir()
            await until(lambda: logs)
            process.lock.rmdir()

            await until(lambda: process.worker.started)

            other.resign()
    assert {line["event"] for line in logs} == {"cannot lead", "leading"}
    assert {type(line["exc_info"]) for line in logs if "exc_info" in line} == {bool}


async def test_a_process_that_stops_does_not_follow_any_more(tmp_path: Path) -> None:
    process = Process(tmp_path)
    async with following(process) as other:
        await process.duties.stop()
        other.resign()
        await asyncio.sleep(0.05)

        assert is_free(process.lock)
        assert process.reset_week.calls == []


async def test_a_stop_while_the_duties_are_taken_up_begins_none(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.recover_own.goes_on.clear()
    async with following(process) as other:
        other.resign()
        await until(lambda: process.recover_own.calls)

        await process.duties.stop()

        assert process.worker.started == []
        assert process.due == {}
        assert is_free(process.lock)


async def test_a_start_that_fails_leaves_the_lead_to_others_after_the_stop(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.recover_own.errors = [AWAY]

    with pytest.raises(ServiceUnavailableError):
        await process.duties.start()
    await process.duties.stop()
    await process.duties.stop()

    assert process.worker.stopped == 0
    assert is_free(process.lock)
