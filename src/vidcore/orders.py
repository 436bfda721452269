"""Orders that are total: by a key, and where keys are equal by id, both in one direction.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Order, Place
>>> Order("desc") is Order.DESC
True
>>> Place(key=3, id=UUID(int=7)).key
3
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import attrs


class Order(StrEnum):
    """The direction of a sort; ids break ties in the same direction."""

    ASC = "asc"
    DESC = "desc"


@attrs.frozen(kw_only=True)
class Place:
    """Where an item stands: its key, a moment or a number from 0, and its id, which breaks ties."""

    key: datetime | int
    id: UUID


class Aged(Protocol):
    """What was created at a moment."""

    @property
    def created_at(self) -> datetime:
        """Give the moment."""
        ...

    @property
    def id(self) -> UUID:
        """Give the id."""
        ...


def by_age(item: Aged) -> Place:
    """Give the place of an item in a list by age."""
    return Place(key=item.created_at, id=item.id)
