"""Sessions: whether a token still holds, and for how long an account that was read is believed.

A session holds while its account is active and of the epoch in which the token was made. What was read
of an account is believed for a second, and only until the account is changed here: so a change shows at
once in the process that makes it, and within a second in every other one.

>>> from datetime import UTC, datetime, timedelta
>>> from uuid import UUID
>>> from vidcore import AccountCache, Role, User
>>> ann = User.register(
...     id=UUID(int=1), username="ann", email="ann@example.org", password_hash="…",
...     role=Role.ADMIN, now=datetime(2026, 11, 20, tzinfo=UTC),
... )
>>> cache = AccountCache()
>>> cache.remember(cache.begin(timedelta(seconds=5)), ann)
>>> cache.recall(ann.id, epoch=0, elapsed=timedelta(seconds=5.9)) == ann
True
>>> early = cache.begin(timedelta(seconds=5.9))
>>> cache.forget(ann.id)
>>> cache.remember(early, ann)  # read before the change, and so worth nothing
>>> cache.recall(ann.id, epoch=0, elapsed=timedelta(seconds=5.9)) is None
True
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

import attrs

from vidcore.errors import AccountInactiveError, NotAuthenticatedError
from vidcore.users import User

BELIEVED_FOR: Final = timedelta(seconds=1)  # in which another process's change may go unheard
CAPACITY: Final = 10_000  # accounts; some 7 MB, and more than a private platform has


def check_session(user: User, epoch: int) -> User:
    """Give `user` back if a token of `epoch` still holds.

    Raises AccountInactiveError, or NotAuthenticatedError if the token died.
    """
    if not user.is_active:
        raise AccountInactiveError(user.username)
    if user.token_epoch != epoch:
        raise NotAuthenticatedError("This token was revoked; log in again.")
    return user


@attrs.frozen(kw_only=True)
class AccountReading:
    """A look at the store: when it began, by `Clock.elapsed`, and after how many changes here."""

    began: timedelta
    changes: int

    def is_believed(self, elapsed: timedelta, believed_for: timedelta) -> bool:
        """Say whether what was found is still believed at `elapsed`, or lies after it."""
        return timedelta() <= elapsed - self.began < believed_for


class AccountCache:
    """The accounts of sessions that held when they were last looked at; never why one did not.

    It only ever lets in: whoever is not recalled must be looked up. No call waits, so on one event
    loop each is a whole. Zero for `believed_for` believes nothing; `capacity` is in accounts.
    """

    def __init__(self, *, believed_for: timedelta = BELIEVED_FOR, capacity: int = CAPACITY) -> None:
        self._believed_for = believed_for
        self._capacity = capacity
        self._known: dict[UUID, tuple[AccountReading, User]] = {}  # longest remembered first
        self._changes = 0

    def recall(self, user_id: UUID, *, epoch: int, elapsed: timedelta) -> User | None:
        """Give the account if a session of `epoch` is believed to hold at `elapsed`."""
        known = self._known.get(user_id)
        if known is None:
            return None
        reading, user = known
        if user.token_epoch != epoch or not reading.is_believed(elapsed, self._believed_for):
            return None
        return user

    def begin(self, elapsed: timedelta) -> AccountReading:
        """Note, before the store is asked, that an account is about to be read."""
        return AccountReading(began=elapsed, changes=self._changes)

    def remember(self, reading: AccountReading, user: User) -> None:
        """Keep what `reading` found, a session of which holds, unless an account changed since.

        Whose account it was does not matter: changes are few. The longest remembered makes room.
        """
        if reading.changes != self._changes:
            return
        self._known.pop(user.id, None)
        self._known[user.id] = (reading, user)
        if len(self._known) > self._capacity:
            del self._known[next(iter(self._known))]

    def forget(self, user_id: UUID) -> None:
        """Believe nothing of the account that was read so far, nor what is being read just now."""
        self._changes += 1
        self._known.pop(user_id, None)

    @contextmanager
    def changing(self, user_id: UUID) -> Iterator[None]:
        """Forget the account when the block ends, however: a commit that failed may have arrived."""
        try:
            yield
        finally:
            self.forget(user_id)
