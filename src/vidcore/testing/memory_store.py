"""A store in memory, as strict as a database, and as forgetful as its process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from vidcore.errors import ServiceUnavailableError
from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.memory_accounts import InMemoryInvitations, InMemoryUsers
from vidcore.testing.memory_books import InMemoryBooks, InMemoryConfig, InMemoryLoginFailures
from vidcore.testing.memory_deliveries import InMemoryDeliveries
from vidcore.testing.memory_tables import Session, StoreMisuseError, Tables
from vidcore.testing.memory_tallies import InMemoryTallies
from vidcore.testing.memory_videos import InMemoryCategories, InMemoryUploads, InMemoryVideos


class InMemoryUnitOfWork(UnitOfWork):
    """One view of the tables, and one change of them. It is over with `commit`."""

    def __init__(self, session: Session, keep: Callable[[Tables], None]) -> None:
        self._session = session
        self._keep = keep
        self.users = InMemoryUsers(session)
        self.invitations = InMemoryInvitations(session)
        self.categories = InMemoryCategories(session)
        self.videos = InMemoryVideos(session)
        self.uploads = InMemoryUploads(session)
        self.config = InMemoryConfig(session)
        self.login_failures = InMemoryLoginFailures(session)
        self.tallies = InMemoryTallies(session)
        self.deliveries = InMemoryDeliveries(session)
        self.books = InMemoryBooks(session)

    async def commit(self) -> None:
        """Make all changes last, at once."""
        self._keep(self._session.changing)
        self._session.close()


class InMemoryStore(Store):
    """Keeps everything in this object. Set `reachable` to False to see a database go away.

    `write` lets one in at a time; a second one in the same task, which a database would let wait for
    ever, raises StoreMisuseError. `read` sees what was committed when it was opened.
    """

    def __init__(self) -> None:
        self.reachable = True
        self._committed = Tables()
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that only looks."""
        await self.check()
        session = Session(self._committed, writable=False)
        try:
            yield InMemoryUnitOfWork(session, self._keep)
        finally:
            session.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that may change; left without `commit`, it changes nothing."""
        await self.check()
        if self._writer is not None and self._writer is asyncio.current_task():
            raise StoreMisuseError(
                "This task has a `write` open already, and would wait for itself."
            )
        async with self._writing:
            self._writer = asyncio.current_task()
            session = Session(self._committed.copy(), writable=True)
            try:
                yield InMemoryUnitOfWork(session, self._keep)
            finally:
                session.close()
                self._writer = None

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless `reachable`."""
        if not self.reachable:
            raise ServiceUnavailableError("The database is out of reach.")

    def _keep(self, tables: Tables) -> None:
        self._committed = tables
