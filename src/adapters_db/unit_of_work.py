"""All repositories on one connection."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from adapters_db.books import SqlBooks
from adapters_db.categories import SqlCategories
from adapters_db.config import SqlConfig
from adapters_db.deliveries import SqlDeliveries
from adapters_db.invitations import SqlInvitations
from adapters_db.login_failures import SqlLoginFailures
from adapters_db.session import Session
from adapters_db.tallies import SqlTallies
from adapters_db.uploads import SqlUploads
from adapters_db.users import SqlUsers
from adapters_db.videos import SqlVideos
from vidcore.ports.store import UnitOfWork

T = TypeVar("T")


class SqlUnitOfWork(UnitOfWork):
    """The repositories of one transaction, or of one connection that only looks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.users = SqlUsers(session)
        self.invitations = SqlInvitations(session)
        self.categories = SqlCategories(session)
        self.videos = SqlVideos(session)
        self.uploads = SqlUploads(session)
        self.config = SqlConfig(session)
        self.login_failures = SqlLoginFailures(session)
        self.tallies = SqlTallies(session)
        self.deliveries = SqlDeliveries(session)
        self.books = SqlBooks(session)

    async def commit(self) -> None:
        """Make all changes last, at once."""
        await self._session.commit()

    async def on_driver(self, call: Callable[[Any], Awaitable[T]]) -> T:
        """Give the result of `call`, which gets the driver's own connection.

        What it does there belongs to this unit of work, and ends with it: so a queue in the same
        database hears of a video if, and only if, the video is there.
        """
        return await self._session.on_driver(call)
