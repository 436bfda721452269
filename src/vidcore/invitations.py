"""Invitations: valid for seven days, for one registration, revocable until then.

Only a hash of the token is kept, so nobody who reads the database can register with it.

>>> from datetime import UTC, datetime, timedelta
>>> from uuid import UUID
>>> from vidcore import Invitation
>>> ann, now = "ann@example.org", datetime(2026, 11, 20, tzinfo=UTC)
>>> issued = Invitation.issue(id=UUID(int=1), email=ann, token="…", created_by=UUID(int=2), now=now)
>>> issued.accept(now + timedelta(days=7))
Traceback (most recent call last):
vidcore.errors.InvitationExpiredError: This invitation expired on 2026-11-27 at 00:00 UTC; ask for a new one.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.errors import InvitationExpiredError, InvitationInvalidError, InvitationUsedError
from vidcore.users import check_email

VALIDITY: Final = timedelta(days=7)  # promised to clients


class InvitationStatus(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    USED = "used"
    EXPIRED = "expired"


def hash_token(token: str) -> str:
    """Give the SHA-256 of a token as 64 hexadecimal digits.

    A fast hash is enough: the token is random and long, not a word that somebody chose.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@attrs.frozen(kw_only=True)
class Invitation:
    """An invitation to `email`.

    `created_by` is None once that admin is gone, `used_at` as long as nobody registered with it.
    """

    id: UUID
    email: str
    token_hash: str = attrs.field(repr=False)
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None

    @classmethod
    def issue(
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        email: str,
        token: str,
        created_by: UUID | None,
        now: datetime,
    ) -> Self:
        """Make a new invitation, valid for seven days. Raises InvalidValueError for a bad e-mail."""
        return cls(
            id=id,
            email=check_email(email),
            token_hash=hash_token(token),
            created_by=created_by,
            created_at=now,
            expires_at=now + VALIDITY,
            used_at=None,
        )

    def status(self, now: datetime) -> InvitationStatus:
        """Say where the invitation stands at `now`; at `expires_at` itself it is expired."""
        if self.used_at is not None:
            return InvitationStatus.USED
        return InvitationStatus.PENDING if now < self.expires_at else InvitationStatus.EXPIRED

    def accept(self, now: datetime) -> Self:
        """Use the invitation up.

        Raises InvitationInvalidError if it was used, InvitationExpiredError if its time is over.
        """
        self.check_open(now)
        return attrs.evolve(self, used_at=now)

    def check_open(self, now: datetime) -> None:
        """Raise, as `accept` does, if nobody could register with it at `now`.

        Raises InvitationInvalidError, InvitationExpiredError.
        """
        status = self.status(now)
        if status is InvitationStatus.USED:
            raise InvitationInvalidError
        if status is InvitationStatus.EXPIRED:
            raise InvitationExpiredError(self.expires_at)

    def check_revocable(self) -> None:
        """Raise InvitationUsedError if somebody has registered with it."""
        if self.used_at is not None:
            raise InvitationUsedError(self.used_at)
