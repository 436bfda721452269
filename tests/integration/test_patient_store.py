import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters_db import patient_store
from adapters_db.patient_store import PatientStore
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.examples import example_user
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.store_contract import StoreContract

ALICE = example_user(1)


class OutOfReach(InMemoryStore):
    """Refuses its first units of work."""

    def __init__(self, refusals: int) -> None:
        super().__init__()
        self.refusals = refusals
        self.writes = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        self._refuse()
        async with super().read() as work:
            yield work

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        self._refuse()
        self.writes += 1
        async with super().write() as work:
            yield work

    async def check(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise ServiceUnavailableError("The database is out of reach.")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_store, "PAUSE", 0.001)


class TestPatientStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return PatientStore(InMemoryStore())


async def test_who_waits_reaches_a_database_that_comes_back() -> None:
    store = PatientStore(OutOfReach(3))

    async with store.write() as work:
        await work.users.add(ALICE)
        await work.commit()

    async with store.read() as work:
        assert await work.users.get(ALICE.id) == ALICE


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_patience_ends(kind: str) -> None:
    inner = OutOfReach(1_000_000)
    store = PatientStore(inner, patience=0.02)
    with pytest.raises(ServiceUnavailableError):
        async with getattr(store, kind)():
            pytest.fail("there is no database")

    assert inner.refusals < 1_000_000 - 2


async def test_what_fails_in_the_middle_is_not_begun_again() -> None:
    inner = OutOfReach(0)
    store = PatientStore(inner)

    async def cut_off() -> None:
        async with store.write() as work:
            await work.users.add(ALICE)
            raise ServiceUnavailableError("The database is out of reach.")

    with pytest.raises(ServiceUnavailableError):
        await cut_off()

    assert inner.writes == 1


async def test_who_is_cancelled_waits_no_longer() -> None:
    store = PatientStore(OutOfReach(1_000_000))

    async def wait() -> None:
        async with store.read():
            pytest.fail("there is no database")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_check_does_not_wait() -> None:
    with pytest.raises(ServiceUnavailableError):
        await PatientStore(OutOfReach(1)).check()
