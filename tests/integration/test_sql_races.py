"""What holds when many come at once."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
import sqlalchemy as sa

from adapters_db.login_failures import lock_key
from adapters_db.store import SqlStore
from vidcore.errors import (
    CategoryExistsError,
    NotFoundError,
    ServiceUnavailableError,
    TooManyAttemptsError,
    UnknownReferenceError,
    UsernameTakenError,
)
from vidcore.ports.store import Store
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import (
    NOW,
    example_category,
    example_config,
    example_upload,
    example_user,
    example_video,
)
from vidcore.throttle import FAILURES_PER_NAME
from vidcore.use_cases.throttling import Throttle
from vidcore.users import Role, User

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


async def test_of_fifty_who_want_one_username_one_gets_it(sql_store: SqlStore) -> None:
    names = [f"{'aA'[n % 2]}da" for n in range(50)]

    outcomes = await asyncio.gather(
        *(
            add_users(sql_store, example_user(number, username=name))
            for number, name in enumerate(names)
        ),
        return_exceptions=True,
    )

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, UsernameTakenError) for outcome in outcomes) == 49


async def test_of_many_who_want_one_category_one_gets_it(sql_store: SqlStore) -> None:
    async def add(number: int) -> None:
        async with sql_store.write() as work:
            await work.categories.add(example_category(number, name="Cats"))
            await work.commit()

    outcomes = await asyncio.gather(*(add(n) for n in range(10)), return_exceptions=True)

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, CategoryExistsError) for outcome in outcomes) == 9


async def test_forty_changes_of_one_account_at_once_all_count(sql_store: SqlStore) -> None:
    user = example_user(1)
    await add_users(sql_store, user)

    await asyncio.gather(*(count_one_upload(sql_store, user) for _ in range(40)))

    assert await counted(sql_store, user) == 40


async def test_changes_of_two_processes_at_once_all_count(
    make_store: Callable[..., SqlStore], database_url: str
) -> None:
    stores = [make_store(database_url), make_store(database_url)]
    user = example_user(1)
    await add_users(stores[0], user)

    await asyncio.gather(*(count_one_upload(stores[n % 2], user) for n in range(40)))

    assert await counted(stores[0], user) == 40


async def test_two_workers_at_once_get_different_videos(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)
    user = example_user(1)
    async with store.write() as work:
        await work.users.add(user)
        await work.videos.add(example_video(2, user))
        await work.videos.add(example_video(3, user))
        await work.commit()

    async with store.write() as one, store.write() as other, store.write() as late:
        first = await one.videos.next_claimable(NOW)
        second = await other.videos.next_claimable(NOW)
        assert await late.videos.next_claimable(NOW) is None

    assert [video and video.id for video in (first, second)] == [
        example_video(2, user).id,
        example_video(3, user).id,
    ]


async def test_of_two_admins_who_leave_at_once_the_second_sees_the_first(
    sql_store: SqlStore,
) -> None:
    admins = [example_user(number, role=Role.ADMIN) for number in (1, 2)]
    await add_users(sql_store, *admins)

    async def leave(admin: User) -> int:
        async with sql_store.write() as work:
            others = await work.users.active_admin_ids() - {admin.id}
            if others:
                await work.users.save(attrs.evolve(admin, role=Role.USER))
                await work.commit()
            return len(others)

    assert sorted(await asyncio.gather(*map(leave, admins))) == [0, 1]


async def test_a_second_schedule_waits_for_what_becomes_of_the_first(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        assert await work.books.claim_run("sweep", "2026-03-01")
        second = asyncio.create_task(claim_run(sql_store))
        third = asyncio.create_task(claim_run(sql_store))
        await asyncio.sleep(0)

    assert sorted([await second, await third]) == [False, True]


async def claim_run(store: Store) -> bool:
    async with store.write() as work:
        claimed = await work.books.claim_run("sweep", "2026-03-01")
        await work.commit()
        return claimed


async def test_an_expired_upload_is_given_to_one_sweep_only(sql_store: SqlStore) -> None:
    user = example_user(1)
    await add_users(sql_store, user)
    async with sql_store.write() as work:
        for number in range(3):
            await work.uploads.add(example_upload(number, user))
        await work.commit()

    async def sweep() -> int:
        async with sql_store.write() as work:
            expired = await work.uploads.expired(NOW + timedelta(days=2))
            for upload in expired:
                await work.uploads.remove(upload.id)
            await work.commit()
            return len(expired)

    assert sorted(await asyncio.gather(*(sweep() for _ in range(4)))) == [0, 0, 0, 3]


async def test_a_held_account_can_be_referred_to(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store, impatient = make_store(postgres_url), make_store(postgres_url, patience=1.0)
    user = example_user(1)
    await add_users(store, user)

    async with store.write() as holding:
        await holding.users.get(user.id)
        async with impatient.write() as work:
            await work.videos.add(example_video(2, user))
            await work.config.save(example_config(updated_by=user.id))
            await work.commit()

    async with store.read() as work:
        assert (await work.config.get()).updated_by == user.id


async def test_a_category_that_goes_meanwhile_is_an_unknown_reference(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)
    user, shelf, video = example_user(1), example_category(2), example_video(3, example_user(1))
    async with store.write() as work:
        await work.users.add(user)
        await work.categories.add(shelf)
        await work.videos.add(video)
        await work.commit()

    async def put_on_shelf() -> None:
        async with store.write() as work:
            await work.videos.save(attrs.evolve(video, category_id=shelf.id))
            await work.commit()

    async with store.write() as removing:
        await removing.categories.remove(shelf.id)
        putting = asyncio.create_task(put_on_shelf())
        await until_somebody_waits(store)
        await removing.commit()

    with pytest.raises(UnknownReferenceError):
        await putting


async def test_a_change_of_a_video_does_not_wait_for_who_removes_its_category(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)
    user, shelf = example_user(1), example_category(2)
    async with store.write() as work:
        await work.users.add(user)
        await work.categories.add(shelf)
        await work.videos.add(example_video(3, user, category_id=shelf.id))
        await work.commit()

    async def remove() -> None:
        async with store.write() as work:
            await work.categories.remove(shelf.id)
            await work.commit()

    async with store.write() as viewing:
        video = await viewing.videos.get(example_video(3, user).id)
        removing = asyncio.create_task(remove())
        await until_somebody_waits(store)
        await viewing.videos.save(video.viewed())
        await viewing.commit()
    await removing

    async with store.read() as work:
        left = await work.videos.get(video.id)
    assert (left.view_count, left.category_id) == (1, None)


async def until_somebody_waits(store: SqlStore) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(SOON), store.engines.read.connect() as connection:
        while not await connection.scalar(waiting):
            await asyncio.sleep(0.01)


async def test_of_log_ins_at_two_processes_no_more_than_the_limit_get_through(
    make_store: Callable[..., SqlStore], database_url: str
) -> None:
    processes = [Throttle(store=make_store(database_url), clock=FixedClock(NOW)) for _ in range(2)]

    outcomes = await asyncio.gather(
        *(processes[n % 2].begin(name="ada", address=f"192.0.2.{n}") for n in range(40)),
        return_exceptions=True,
    )

    assert outcomes.count(None) == FAILURES_PER_NAME
    assert sum(isinstance(outcome, TooManyAttemptsError) for outcome in outcomes) == 30


async def test_who_logs_in_waits_only_for_the_same_name_and_the_same_address(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store, impatient = make_store(postgres_url), make_store(postgres_url, patience=0.2)
    throttle = Throttle(store=impatient, clock=FixedClock(NOW))

    async with store.write() as looking, store.read() as counting:
        await looking.login_failures.moments(name="ada", address="::1", since=NOW)

        await throttle.begin(name="bob", address="::2")
        for name, address in (("ada", "::2"), ("bob", "::1")):
            with pytest.raises(ServiceUnavailableError):
                await throttle.begin(name=name, address=address)
        await counting.login_failures.moments(name="ada", address="::1", since=NOW)

    await throttle.begin(name="ada", address="::1")


async def test_who_is_refused_at_log_in_waits_for_nobody(
    make_store: Callable[..., SqlStore], database_url: str
) -> None:
    store, impatient = make_store(database_url), make_store(database_url, patience=0.2)
    throttle = Throttle(store=impatient, clock=FixedClock(NOW))
    for _ in range(FAILURES_PER_NAME):
        await throttle.begin(name="ada", address="::1")

    async with store.write() as looking:
        await looking.login_failures.moments(name="ada", address="::1", since=NOW)
        with pytest.raises(TooManyAttemptsError):
            await throttle.begin(name="ada", address="::1")


def test_locks_of_log_ins_are_told_apart_and_never_change() -> None:
    keys = [lock_key("name", "ada"), lock_key("address", "ada"), lock_key("name", "Ädä")]

    assert keys == [
        -671_161_375_142_209_698,
        -2_840_877_107_798_529_885,
        -2_484_925_021_278_352_528,
    ]
    assert all(-(2**63) <= key < 0 for key in keys)


async def test_a_row_that_is_held_elsewhere_too_long_is_out_of_reach(
    make_store: Callable[..., SqlStore], database_url: str
) -> None:
    store, impatient = make_store(database_url), make_store(database_url, patience=0.2)
    user = example_user(1)
    await add_users(store, user)

    async with store.write() as work:
        await work.users.get(user.id)
        with pytest.raises(ServiceUnavailableError):
            await count_one_upload(impatient, user)

    await count_one_upload(impatient, user)
    assert await counted(store, user) == 1


async def test_a_locked_file_can_still_be_read(
    make_store: Callable[..., SqlStore], sqlite_url: str
) -> None:
    store = make_store(sqlite_url, patience=0.2)
    await add_users(store, example_user(1))
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN IMMEDIATE")

        assert await counted(store, example_user(1)) == 0
        with pytest.raises(ServiceUnavailableError):
            await count_one_upload(store, example_user(1))

        other.rollback()
    other.close()


async def test_a_failed_unit_of_work_changes_nothing(sql_store: SqlStore) -> None:
    async def add_and_fail() -> None:
        async with sql_store.write() as work:
            await work.users.add(example_user(1))
            await work.videos.get(example_user(2).id)
            await work.commit()

    with pytest.raises(NotFoundError):
        await add_and_fail()

    async with sql_store.read() as work:
        assert await work.users.find("member-1") is None


async def test_who_joins_waits_for_no_worker_and_takes_no_turn_from_it(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    sql_store = make_store(postgres_url)  # in SQLite, one writes at a time
    member = example_user(1)
    taken, waiting = example_video(11, member), example_video(12, member)
    async with sql_store.write() as work:
        await work.users.add(member)
        await work.videos.add(taken)
        await work.videos.add(waiting)
        await work.commit()
    later = NOW + timedelta(days=1)

    async with sql_store.write() as claiming:
        assert await claiming.videos.next_claimable(NOW) == taken
        async with asyncio.timeout(SOON), sql_store.write() as joining:
            await joining.videos.postpone(dict.fromkeys((taken.id, waiting.id), later))
            await joining.commit()

    async with sql_store.read() as work:
        assert (await work.videos.get(taken.id)).due_at == taken.due_at
        assert (await work.videos.get(waiting.id)).due_at == later
