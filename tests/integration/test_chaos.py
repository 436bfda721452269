"""Nothing is lost, whatever dies: short runs of what `python -m tests.chaos` does at length."""

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.books import Books
from tests.chaos.clips import short_clips
from tests.chaos.crowd import process_a_crowd
from tests.chaos.installation import SERVE, Installation
from tests.chaos.kills import KillAnywhere
from tests.chaos.members import Member, Way
from tests.chaos.outage import Outage
from tests.chaos.pausing import pause_a_worker
from tests.chaos.postgres import OwnPostgres, own_postgres
from tests.chaos.steps import StepByStep
from tests.chaos.weekly import reset_by_processes
from tests.chaos.writers import write_by_processes
from tests.integration.conftest import StoreMaker
from vidcore.quota import week_start
from vidcore.testing.examples import example_user
from vidcore.users import Role

HASTY = "tests.chaos.hasty"
KILLS = 3
SPAN = 1.5  # seconds
POINTS = 1
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnPostgres]:
    """A PostgreSQL that nobody else misses while it is stopped."""
    with own_postgres() as server:
        yield server


@pytest.mark.parametrize(("processes", "kills"), [(1, 4), (2, 2)])
async def test_what_was_accepted_survives_kills_of_a_service(
    tmp_path: Path, processes: int, kills: int
) -> None:
    serve = ("--processes", "2") if processes > 1 else ()
    async with Installation(tmp_path, f"sqlite:///{tmp_path / 'test.db'}", serve=serve) as here:
        clips = short_clips(tmp_path / "clips")
        harness = KillAnywhere("", here, clips, seed=processes, span=SPAN)

        report = await harness.run(kills)

    assert report.faults == []


async def test_what_was_accepted_survives_kills_in_a_fleet(
    tmp_path: Path, own_server: OwnPostgres
) -> None:
    url = own_server.make_database()
    async with Installation(tmp_path, url, serve=("--no-worker",), workers=2, module=HASTY) as here:
        clips = short_clips(tmp_path / "clips")
        harness = KillAnywhere("", here, clips, seed=3, span=SPAN)

        report = await harness.run(KILLS)

    assert report.faults == []


@pytest.mark.parametrize("way", ["form", "tus"])
async def test_a_kill_at_any_step_loses_nothing(
    tmp_path: Path, database_url: str, way: Way
) -> None:
    async with StepByStep(tmp_path, database_url) as harness:
        points = await harness.points(way)

        outcomes = await harness.run(way, random.Random(way).sample(points, POINTS))

        assert outcomes.completed + outcomes.gone >= POINTS
        await harness.sweep()


async def test_a_database_that_is_away_costs_patience_and_nothing_else(
    tmp_path: Path, own_server: OwnPostgres
) -> None:
    url = own_server.make_database()
    async with Installation(tmp_path, url, serve=("--no-worker",), workers=1) as here:
        report = await Outage(here, own_server, 5.0).run()

    assert report.refused > 0


async def test_a_worker_that_wakes_when_another_has_done_its_video_changes_nothing(
    tmp_path: Path, own_server: OwnPostgres
) -> None:
    url = own_server.make_database()
    async with Installation(tmp_path, url, serve=("--no-worker",), workers=2, module=HASTY) as here:
        await pause_a_worker(here, seconds=0.0, clip_seconds=3)


async def test_writers_of_two_processes_lose_no_update(
    make_store: StoreMaker, sqlite_url: str
) -> None:
    store = make_store(sqlite_url)
    async with store.write() as uow:
        await uow.users.add(example_user(1, role=Role.ADMIN, is_active=True))
        await uow.commit()

    said = await write_by_processes(sqlite_url, processes=2, seconds=4.0)

    assert [process["errors"] for process in said] == [{}, {}]
    assert Books(sqlite_url).counted_bytes() == sum(process["done"] for process in said) > 0


async def test_of_three_processes_one_begins_each_week_also_one_that_was_missed(
    make_store: StoreMaker, database_url: str
) -> None:
    first = week_start(datetime(2026, 11, 18, 12, tzinfo=UTC))
    store = make_store(database_url)
    async with store.write() as uow:
        await uow.users.add(example_user(1, last_upload_reset=first - 7 * DAY))
        await uow.commit()
    # On Sunday at midnight, a moment before it, days later, and after a week without anybody.
    moments = [first, first + DAY, first + 7 * DAY - timedelta(seconds=1), first + 7 * DAY]
    moments += [first + 7 * DAY, first + 24 * DAY]

    counts = await reset_by_processes(database_url, moments, processes=3)

    assert [sum(each) for each in counts] == [1, 0, 0, 1, 0, 1]


async def test_a_week_that_began_while_all_processes_were_down_is_begun_at_their_start(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    async with Installation(tmp_path, url, serve=("--processes", "3")) as here:
        await here.until_events("serving", 3)
        await here.stop()
        books = Books(url)
        books.forget_week(since=datetime(2026, 1, 1, tzinfo=UTC), bytes_=12_345)

        await here.start(SERVE)

        await here.until_events("serving", 6)
        assert books.counted_bytes() == 0
        assert books.weeks_begun() == [
            week_start(datetime.fromtimestamp(time.time(), UTC)).isoformat()
        ]


async def test_whichever_process_takes_an_upload_the_one_that_works_is_woken(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path, f"sqlite:///{tmp_path / 'test.db'}", serve=("--processes", "3"))
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import tests.chaos.patient")
    here.environment["PYTHONPATH"] += f"{os.pathsep}{site}"
    async with here:
        await here.until_events("serving", 3)
        member = Member(here, seconds=0.0)
        await member.log_in()
        clip = short_clips(tmp_path / "clips")[0]
        for number in range(8):  # connections go to one process or another
            video = await member.send_accepted(clip, f"clip {number}")

            await member.until_status(video, "completed")


async def test_workers_process_each_video_once_and_nobody_waits_behind_anothers_many(
    tmp_path: Path, own_server: OwnPostgres
) -> None:
    here = Installation(tmp_path, own_server.make_database(), serve=("--no-worker",), workers=2)
    try:
        report = await process_a_crowd(here, first=6, then=3)
    finally:
        await here.__aexit__()

    assert (report.videos, report.place <= 3) == (10, True)
