import asyncio
from collections.abc import Awaitable, Callable

import pytest

from vidcore.errors import CategoryExistsError, ServiceUnavailableError, UsernameTakenError
from vidcore.ports.store import UnitOfWork
from vidcore.testing.examples import (
    NOBODY,
    example_category,
    example_config,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.memory_tables import StoreMisuseError
from vidcore.testing.store_contract import StoreContract

ADA, BOB = example_user(1), example_user(2)


class TestInMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore()


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


async def test_a_store_out_of_reach_says_so(store: InMemoryStore) -> None:
    store.reachable = False

    with pytest.raises(ServiceUnavailableError):
        await store.check()
    for opened in (store.read(), store.write()):
        with pytest.raises(ServiceUnavailableError):
            await opened.__aenter__()


async def test_a_unit_of_work_is_over_once_it_is_left_or_committed(store: InMemoryStore) -> None:
    async with store.read() as left:
        pass
    async with store.write() as committed:
        await committed.commit()
        with pytest.raises(StoreMisuseError):
            await committed.users.add(ADA)

    for over in (left, committed):
        with pytest.raises(StoreMisuseError):
            await over.users.find("ada")


async def test_a_second_write_in_one_task_is_refused_rather_than_waited_for(
    store: InMemoryStore,
) -> None:
    async with store.write():
        with pytest.raises(StoreMisuseError):
            await store.write().__aenter__()

    async with asyncio.timeout(5), store.write() as work:
        assert await work.config.find() is None


async def test_a_reader_keeps_the_view_that_it_began_with(store: InMemoryStore) -> None:
    async with store.read() as reading:
        async with store.write() as work:
            await work.users.add(ADA)
            await work.commit()

        assert await reading.users.find(ADA.username) is None


MISUSES: dict[str, Callable[[UnitOfWork], Awaitable[None]]] = {
    "an id twice": lambda work: work.users.add(example_user(1, username="x", email="x@x")),
    "an invitation by nobody": lambda work: work.invitations.add(
        example_invitation(5, created_by=NOBODY)
    ),
    "a token twice": lambda work: work.invitations.add(
        example_invitation(5, token_hash=example_invitation(3).token_hash)
    ),
    "a category by nobody": lambda work: work.categories.add(
        example_category(5, created_by=NOBODY)
    ),
    "a video of nobody": lambda work: work.videos.add(example_video(5, example_user(999_999_999))),
    "an upload of nobody": lambda work: work.uploads.add(
        example_upload(5, example_user(999_999_999))
    ),
    "a config by nobody": lambda work: work.config.save(example_config(updated_by=NOBODY)),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
async def test_what_a_database_would_refuse_is_refused(
    store: InMemoryStore, misuse: Callable[[UnitOfWork], Awaitable[None]]
) -> None:
    async with store.write() as work:
        await work.users.add(ADA)
        await work.invitations.add(example_invitation(3))
        with pytest.raises(StoreMisuseError):
            await misuse(work)


async def test_names_are_unique_when_saved_too(store: InMemoryStore) -> None:
    async with store.write() as work:
        await work.users.add(ADA)
        await work.users.add(BOB)
        await work.categories.add(example_category(3))
        await work.categories.add(example_category(4))

        with pytest.raises(UsernameTakenError):
            await work.users.save(example_user(2, username=ADA.username.upper()))
        with pytest.raises(CategoryExistsError):
            await work.categories.save(example_category(4, slug="category-3"))
