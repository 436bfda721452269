"""Holding up those who guess: every attempt counts as failed until it has succeeded."""

from datetime import datetime

import attrs

from vidcore.ports.clock import Clock
from vidcore.ports.store import Store, UnitOfWork
from vidcore.throttle import WINDOW, check_throttle


@attrs.frozen(kw_only=True)
class Throttle:
    """Counts attempts in the store, so that all processes and machines count together."""

    store: Store
    clock: Clock

    async def begin(self, *, name: str, address: str) -> None:
        """Count an attempt on `name` from `address`. Raises TooManyAttemptsError, counting nothing.

        It counts before its outcome is known, so that many at once gain nothing. Who is refused at a
        first look keeps nobody waiting: attempts that count go one after the other.
        """
        now = self.clock.now()
        async with self.store.read() as uow:
            await _check(uow, name=name, address=address, now=now)
        async with self.store.write() as uow:
            await _check(uow, name=name, address=address, now=now)
            await uow.login_failures.add(name=name, address=address, at=now)
            await uow.commit()

    async def succeed(self, *, name: str) -> None:
        """Forget the attempts on `name`, since one of them was right."""
        async with self.store.write() as uow:
            await uow.login_failures.forget(name=name)
            await uow.commit()


async def _check(uow: UnitOfWork, *, name: str, address: str, now: datetime) -> None:
    by_name, by_address = await uow.login_failures.moments(
        name=name, address=address, since=now - WINDOW
    )
    check_throttle(by_name=by_name, by_address=by_address, now=now)
