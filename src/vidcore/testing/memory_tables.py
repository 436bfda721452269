"""What the in-memory store remembers, and who may look at it or change it at the moment."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Self, TypeVar
from uuid import UUID

import attrs

from vidcore.categories import Category
from vidcore.config import Config
from vidcore.invitations import Invitation
from vidcore.media import Mode
from vidcore.paces import Tally
from vidcore.uploads import Upload
from vidcore.users import User
from vidcore.videos import Video
from vidcore.webhooks import Delivery

T = TypeVar("T")


class StoreMisuseError(RuntimeError):
    """A call that no adapter has to bear, such as a change in a `read` unit of work."""


@attrs.frozen(kw_only=True)
class LoginFailure:
    """A failed log-in."""

    name: str
    address: str
    at: datetime


@attrs.define(kw_only=True)
class Tables:
    """Everything that is remembered. The entities are frozen, so a copy of the collections is a copy."""

    users: dict[UUID, User] = attrs.Factory(dict)
    invitations: dict[UUID, Invitation] = attrs.Factory(dict)
    categories: dict[UUID, Category] = attrs.Factory(dict)
    videos: dict[UUID, Video] = attrs.Factory(dict)
    uploads: dict[UUID, Upload] = attrs.Factory(dict)
    config: Config | None = None
    failures: list[LoginFailure] = attrs.Factory(list)
    tallies: dict[Mode | None, Tally] = attrs.Factory(dict)
    deliveries: dict[UUID, Delivery] = attrs.Factory(dict)
    runs: dict[str, str] = attrs.Factory(dict)

    def copy(self) -> Self:
        """Give tables that change without these."""
        return attrs.evolve(
            self,
            users=dict(self.users),
            invitations=dict(self.invitations),
            categories=dict(self.categories),
            videos=dict(self.videos),
            uploads=dict(self.uploads),
            failures=list(self.failures),
            tallies=dict(self.tallies),
            deliveries=dict(self.deliveries),
            runs=dict(self.runs),
        )


class Session:
    """One unit of work's tables: open until it ends or commits, and writable or not."""

    def __init__(self, tables: Tables, *, writable: bool) -> None:
        self._tables = tables
        self._writable = writable
        self._open = True

    @property
    def tables(self) -> Tables:
        """Give the tables to look at. Raises StoreMisuseError once the unit of work is over."""
        if not self._open:
            raise StoreMisuseError("This unit of work is over; open another.")
        return self._tables

    @property
    def changing(self) -> Tables:
        """Give the tables to change. Raises StoreMisuseError unless this is an open `write`."""
        if not self._writable:
            raise StoreMisuseError("A unit of work opened by `read` changes nothing; use `write`.")
        return self.tables

    def close(self) -> None:
        """End the unit of work."""
        self._open = False


def walk(table: Mapping[UUID, T], last: UUID | None, limit: int) -> list[T]:
    """Give the first entities of a table, at most `limit`, whose ids come after `last`."""
    ids = sorted(key for key in table if last is None or key > last)
    return [table[key] for key in ids[:limit]]


def check_new(table: Container[UUID], key: UUID) -> None:
    """Raise StoreMisuseError if there is something with the id `key` already."""
    if key in table:
        raise StoreMisuseError(f"The id {key} is taken.")


def check_known(tables: Tables, user_id: UUID | None) -> None:
    """Raise StoreMisuseError if `user_id` names an account that is not there."""
    if user_id is not None and user_id not in tables.users:
        raise StoreMisuseError(f"There is no account {user_id} to refer to.")
