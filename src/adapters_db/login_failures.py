"""The failed log-ins in the database."""

from collections.abc import Sequence
from datetime import datetime

import attrs
import sqlalchemy as sa

from adapters_db.session import Session
from adapters_db.tables import login_failures
from vidcore.ports.store import LoginFailures


@attrs.frozen
class SqlLoginFailures(LoginFailures):
    """The failures, in the table `login_failures`."""

    _session: Session

    async def add(self, *, name: str, address: str, at: datetime) -> None:
        """Remember a failure."""
        values = {"name": name, "address": address, "at": at}
        await self._session.change(login_failures.insert().values(values))

    async def moments(
        self, *, name: str, address: str, since: datetime
    ) -> tuple[Sequence[datetime], Sequence[datetime]]:
        """Give the failures after `since` for the name, and those from the address, oldest first."""
        return (
            await self._moments(login_failures.c.name == name, since),
            await self._moments(login_failures.c.address == address, since),
        )

    async def forget(self, *, name: str) -> None:
        """Forget the failures for a name."""
        await self._session.change(login_failures.delete().where(login_failures.c.name == name))

    async def forget_before(self, moment: datetime) -> None:
        """Forget the failures up to `moment`."""
        await self._session.change(login_failures.delete().where(login_failures.c.at <= moment))

    async def _moments(
        self, condition: sa.ColumnElement[bool], since: datetime
    ) -> Sequence[datetime]:
        at = login_failures.c.at
        rows = await self._session.all(sa.select(at).where(condition, at > since).order_by(at))
        return [row[at] for row in rows]
