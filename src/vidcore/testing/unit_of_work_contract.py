"""What every store promises of units of work: all or nothing."""

import asyncio

import pytest

from vidcore.errors import UsernameTakenError, VidcoreError
from vidcore.ports.store import Store
from vidcore.testing.examples import example_user

PATIENCE = 30.0  # seconds after which a store that should have let the next in has failed
ADA = example_user(1)


async def add_ada(store: Store) -> None:
    """Add ADA and commit."""
    async with store.write() as work:
        await work.users.add(ADA)
        await work.commit()


async def ada_is_there(store: Store) -> bool:
    """Say whether ADA was committed."""
    async with store.read() as work:
        return await work.users.find(ADA.username) is not None


class UnitOfWorkContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_a_store_in_reach_checks_out(self, store: Store) -> None:
        """It answers, and has the newest schema."""
        await store.check()

    async def test_what_was_committed_is_seen(self, store: Store) -> None:
        """By every unit of work that is opened afterwards."""
        await add_ada(store)

        assert await ada_is_there(store)
        async with store.write() as work:
            assert await work.users.get(ADA.id) == ADA

    async def test_what_was_not_committed_never_was(self, store: Store) -> None:
        """Leaving is enough."""
        async with store.write() as work:
            await work.users.add(ADA)
            assert await work.users.get(ADA.id) == ADA

        assert not await ada_is_there(store)

    async def test_an_exception_undoes_everything(self, store: Store) -> None:
        """And goes on to the caller as it was."""
        problem = LookupError("a problem of the caller")

        async def break_off() -> None:
            async with store.write() as work:
                await work.users.add(ADA)
                raise problem

        with pytest.raises(LookupError) as passed_on:
            await break_off()

        assert passed_on.value is problem
        assert not await ada_is_there(store)
        await add_ada(store)

    async def test_a_refused_change_undoes_those_before_it_unless_it_is_caught(
        self, store: Store
    ) -> None:
        """The store is as it was, and takes the next unit of work."""
        await add_ada(store)

        async def register_twice() -> None:
            async with store.write() as work:
                await work.users.add(example_user(2))
                await work.users.add(example_user(3, username=ADA.username))

        with pytest.raises(UsernameTakenError):
            await register_twice()

        async with store.read() as work:
            assert await work.users.find("member-2") is None
        async with store.write() as work:
            await work.users.add(example_user(2))
            await work.commit()

    async def test_uncommitted_changes_are_seen_by_nobody_else(self, store: Store) -> None:
        """A reader neither sees them nor waits."""
        async with store.write() as work:
            await work.users.add(ADA)
            async with asyncio.timeout(PATIENCE):
                assert not await ada_is_there(store)
            await work.commit()

        assert await ada_is_there(store)

    async def test_many_read_at_once(self, store: Store) -> None:
        """Each has its own unit of work."""
        await add_ada(store)

        async with asyncio.timeout(PATIENCE), store.read() as one, store.read() as two:
            assert await one.users.get(ADA.id) == await two.users.get(ADA.id) == ADA

    async def test_a_reading_unit_of_work_changes_nothing(self, store: Store) -> None:
        """It refuses with the adapter's own error, since that is misuse."""

        async def write_in_read() -> None:
            async with store.read() as work:
                await work.users.add(ADA)

        with pytest.raises(Exception) as refused:  # noqa: PT011 - a database's own error
            await write_in_read()

        assert not isinstance(refused.value, VidcoreError)
        assert not await ada_is_there(store)

    async def test_a_cancelled_unit_of_work_changes_nothing_and_lets_the_next_in(
        self, store: Store
    ) -> None:
        """A store that keeps its lock would stand still for all."""
        inside = asyncio.Event()

        async def hang() -> None:
            async with store.write() as work:
                await work.users.add(ADA)
                inside.set()
                await asyncio.Event().wait()

        hanging = asyncio.create_task(hang())
        await inside.wait()
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging

        assert not await ada_is_there(store)
        async with asyncio.timeout(PATIENCE):
            await add_ada(store)
