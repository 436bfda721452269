"""The failed log-ins in the database.

What was not tried yet has no row that PostgreSQL could hold. There, whoever looks takes an advisory
lock on the name and one on the address, which end with the transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

import attrs
import sqlalchemy as sa

from adapters_db.session import Session
from adapters_db.tables import login_failures
from vidcore.ports.store import LoginFailures

_LOWEST_KEY: Final = -(2**63)  # of PostgreSQL's bigint


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
        if self._session.holds and not self._session.is_sqlite:  # whose transaction is the lock
            await self._lock(name, address)
        failures = login_failures.c
        of_either = sa.union_all(
            _moments(failures.name == name, since, of_name=True),
            _moments(failures.address == address, since, of_name=False),
        )
        rows = await self._session.all(of_either.order_by("at"))
        return (
            [row["at"] for row in rows if row["of_name"]],
            [row["at"] for row in rows if not row["of_name"]],
        )

    async def forget(self, *, name: str) -> None:
        """Forget the failures for a name."""
        await self._session.change(login_failures.delete().where(login_failures.c.name == name))

    async def forget_before(self, moment: datetime) -> None:
        """Forget the failures up to `moment`."""
        await self._session.change(login_failures.delete().where(login_failures.c.at <= moment))

    async def _lock(self, name: str, address: str) -> None:
        # In one order for all, so that no two hold what the other waits for. Each is a statement of
        # its own, and so is the look-up after them: a statement sees what was there as it began.
        for key in sorted({lock_key("name", name), lock_key("address", address)}):
            lock = sa.func.pg_advisory_xact_lock(sa.literal(key, sa.BigInteger))
            await self._session.first(sa.select(lock))


def _moments(
    condition: sa.ColumnElement[bool], since: datetime, *, of_name: bool
) -> sa.Select[tuple[bool, datetime]]:
    at = login_failures.c.at
    return sa.select(sa.literal(of_name).label("of_name"), at).where(condition, at > since)


def lock_key(kind: str, value: str) -> int:
    """Give the advisory lock of a name or an address: the same in every process and release.

    It is negative, where the keys of migrations and of anything else on this database are positive.
    Two that share a key by chance wait for one another without need, and nothing else.
    """
    digest = blake2b(value.encode(), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "big", signed=True) | _LOWEST_KEY
