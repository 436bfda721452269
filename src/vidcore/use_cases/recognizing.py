"""Finding out whose token it is: remembered for a moment, else looked up."""

from uuid import UUID

import attrs

from vidcore.errors import NotAuthenticatedError, NotFoundError
from vidcore.ports.clock import Clock
from vidcore.ports.store import Store, UnitOfWork
from vidcore.sessions import AccountCache, check_session
from vidcore.users import User


@attrs.frozen(kw_only=True)
class Recognize:
    """Find the account behind a genuine token, if the token still holds."""

    store: Store
    accounts: AccountCache
    clock: Clock

    async def __call__(self, *, user_id: UUID, epoch: int) -> User:
        """Give the account: id, name and role are for trust, the rest may be a moment old.

        Raises AccountInactiveError, and NotAuthenticatedError if the token died or the account is gone.
        Nobody is refused but by what the store says now.
        """
        elapsed = self.clock.elapsed()
        known = self.accounts.recall(user_id, epoch=epoch, elapsed=elapsed)
        if known is not None:
            return known
        reading = self.accounts.begin(elapsed)
        async with self.store.read() as uow:
            user = check_session(await own_account(uow, user_id), epoch)
        self.accounts.remember(reading, user)
        return user


async def own_account(uow: UnitOfWork, user_id: UUID) -> User:
    """Give the account of who is asking. Raises NotAuthenticatedError if it is gone."""
    try:
        return await uow.users.get(user_id)
    except NotFoundError:
        raise NotAuthenticatedError("This account is gone.") from None
