"""Members and admins: their names, their passwords' bounds, and who may change whom.

Names and e-mail addresses are compared without regard to case; there is always an active admin.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Role, User
>>> ann = User.register(
...     id=UUID(int=1), username="ann", email="ann@example.org", password_hash="…",
...     role=Role.ADMIN, now=datetime(2026, 11, 20, tzinfo=UTC),
... )
>>> ann.with_role(Role.USER, other_active_admins=0)
Traceback (most recent call last):
vidcore.errors.LastAdminError: This is the last active admin; make somebody else an admin first.
"""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.errors import InvalidValueError, LastAdminError
from vidcore.quota import WEEK, used, week_start
from vidcore.text import check_storable

USERNAME_PATTERN: Final = r"[A-Za-z0-9_.-]{3,32}"  # promised to clients
PASSWORD_MIN: Final = 8  # characters; promised to clients
PASSWORD_MAX: Final = 128  # characters; promised to clients, all of them count
EMAIL_MAX: Final = 254  # characters; RFC 5321 4.5.3.1.3: 256 octets with a path's two brackets


class Role(StrEnum):
    """What an account may do."""

    ADMIN = "admin"
    USER = "user"


def check_username(value: str) -> str:
    """Give `value` back if it is 3–32 of `[A-Za-z0-9_.-]`; else raise InvalidValueError."""
    if re.fullmatch(USERNAME_PATTERN, value, re.ASCII) is None:
        raise InvalidValueError(
            "username", "must be 3 to 32 letters of a-z, digits, underscores, dots or hyphens"
        )
    return value


def check_password(value: str, *, field: str = "password") -> str:
    """Give `value` back if it has 8–128 characters; else raise InvalidValueError."""
    if not PASSWORD_MIN <= len(value) <= PASSWORD_MAX:
        raise InvalidValueError(
            field, f"must have {PASSWORD_MIN} to {PASSWORD_MAX} characters, not {len(value)}"
        )
    check_storable(field, value)
    return value


def check_email(value: str) -> str:
    """Give `value` back, trimmed, if it has one `@` with text on both sides and at most 254 characters.

    More cannot be known without sending a message. Raises InvalidValueError.
    """
    trimmed = value.strip()
    name, at, domain = trimmed.partition("@")
    if not (name and at and domain) or "@" in domain or len(trimmed) > EMAIL_MAX:
        raise InvalidValueError("email", f"must be name@domain with at most {EMAIL_MAX} characters")
    check_storable("email", trimmed)
    if any(character.isspace() or unicodedata.category(character) == "Cc" for character in trimmed):
        raise InvalidValueError("email", "must not contain spaces or control characters")
    return trimmed


def name_key(name: str) -> str:
    """Give the form in which a username or an e-mail address is compared and kept unique."""
    return unicodedata.normalize("NFC", name).casefold()


@attrs.frozen(kw_only=True)
class User:
    """An account.

    `token_epoch` counts the times at which every earlier token died. `weekly_upload_bytes` were
    accepted in the week that began at `last_upload_reset`, which may be long past: ask `quota.used`.
    """

    id: UUID
    email: str
    username: str
    password_hash: str = attrs.field(repr=False)
    role: Role
    is_active: bool
    created_at: datetime
    token_epoch: int
    weekly_upload_bytes: int
    last_upload_reset: datetime

    @classmethod
    def register(  # noqa: PLR0913 - an account has this many first values
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        email: str,
        username: str,
        password_hash: str,
        role: Role,
        now: datetime,
    ) -> Self:
        """Make a new, active account. Raises InvalidValueError for a bad name or e-mail."""
        return cls(
            id=id,
            email=check_email(email),
            username=check_username(username),
            password_hash=password_hash,
            role=role,
            is_active=True,
            created_at=now,
            token_epoch=0,
            weekly_upload_bytes=0,
            last_upload_reset=week_start(now),
        )

    @property
    def is_admin(self) -> bool:
        """Say whether the account has an admin's rights."""
        return self.role is Role.ADMIN

    def with_role(self, role: Role, *, other_active_admins: int) -> Self:
        """Change the role. Raises LastAdminError if no active admin would be left."""
        if role is not Role.ADMIN:
            self.check_dispensable(other_active_admins=other_active_admins)
        return attrs.evolve(self, role=role)

    def with_active(self, *, is_active: bool, other_active_admins: int) -> Self:
        """Switch the account on or off. Off ends every token of it, for good.

        Raises LastAdminError if no active admin would be left.
        """
        if is_active == self.is_active:
            return self
        if is_active:
            return attrs.evolve(self, is_active=True)
        self.check_dispensable(other_active_admins=other_active_admins)
        return attrs.evolve(self, is_active=False, token_epoch=self.token_epoch + 1)

    def with_password_hash(self, password_hash: str) -> Self:
        """Change the password, which ends every earlier token."""
        return attrs.evolve(self, password_hash=password_hash, token_epoch=self.token_epoch + 1)

    def charged(self, size: int, now: datetime) -> Self:
        """Count an accepted file of `size` bytes in the week of `now`."""
        return attrs.evolve(
            self,
            weekly_upload_bytes=self.used_bytes(now) + size,
            last_upload_reset=self.week_counted(now),
        )

    def counted(self, at_least: int, now: datetime) -> Self:
        """Have no fewer than `at_least` bytes count in the week of `now`."""
        return attrs.evolve(
            self,
            weekly_upload_bytes=max(at_least, self.used_bytes(now)),
            last_upload_reset=self.week_counted(now),
        )

    def used_bytes(self, now: datetime) -> int:
        """Give the bytes that count against the quota at `now`."""
        return used(self.weekly_upload_bytes, self.last_upload_reset, now=now)

    def week_counted(self, now: datetime) -> datetime:
        """Give the start of the week whose bytes `used_bytes` counts."""
        return max(self.last_upload_reset, week_start(now))

    def check_dispensable(self, *, other_active_admins: int) -> None:
        """Raise LastAdminError if this is the only active admin."""
        if self.is_admin and self.is_active and other_active_admins == 0:
            raise LastAdminError


@attrs.frozen(kw_only=True)
class Account:
    """A user as that user and admins see it at `now`; `weekly_upload_limit_bytes` is the platform's."""

    user: User
    weekly_upload_limit_bytes: int
    now: datetime

    @property
    def weekly_upload_bytes(self) -> int:
        """Give the bytes that count this week."""
        return self.user.used_bytes(self.now)

    @property
    def last_upload_reset(self) -> datetime:
        """Give the start of the week that is counted."""
        return self.user.week_counted(self.now)

    @property
    def quota_resets_at(self) -> datetime:
        """Give the start of the next week, in UTC."""
        return week_start(self.now) + WEEK


@attrs.frozen(kw_only=True)
class Profile:
    """A user as every member sees it; `video_count` counts completed videos."""

    user: User
    video_count: int
