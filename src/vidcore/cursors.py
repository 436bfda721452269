"""Cursors: places in a list that is in a total order, written down for a client who goes on there later.

A place is the key of an item in the list's order, and the item's id, which breaks equal keys. So nothing
comes twice and nothing is left out that was there all the time with its key, whatever else comes and goes.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Cursor, Order, Place
>>> place = Place(key=datetime(2026, 11, 20, tzinfo=UTC), id=UUID(int=7))
>>> cursor = Cursor(sort="created_at", order=Order.DESC, place=place, page=2)
>>> Cursor.parse(str(cursor)) == cursor
True
"""

from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.errors import InvalidValueError
from vidcore.orders import Order, Place

CURSOR_MAX: Final = 120  # characters; the longest there is has 111

_BY_MOMENT: Final = "created_at"  # the keys of every other sort are numbers
_NUMBER_MAX: Final = 2**63 - 1  # what every database's integer holds
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@attrs.frozen(kw_only=True)
class Cursor:
    """The place behind which page `page` begins, in a list by `sort` in `order`.

    As text it is base64url of the four, so it says nothing that the page before has not said.
    """

    sort: str
    order: Order
    place: Place
    page: int

    def __str__(self) -> str:
        """Write it down, so that `parse` reads it."""
        key = self.place.key
        number = (key - _EPOCH) // _MICROSECOND if isinstance(key, datetime) else key
        words = (self.sort, self.order.value, str(self.page), str(number), self.place.id.hex)
        return urlsafe_b64encode(" ".join(words).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises InvalidValueError for everything else."""
        try:
            cursor = cls._read(text)
        except (ValueError, OverflowError):
            cursor = None
        # What can be written in two ways was not written by us in one of them.
        if cursor is None or str(cursor) != text:
            raise InvalidValueError("cursor", "must be the next_cursor of a page")
        return cursor

    @classmethod
    def _read(cls, text: str) -> Self | None:
        if len(text) > CURSOR_MAX:
            return None
        padded = text + "=" * (-len(text) % 4)
        sort, order, page, number, hex_id = (
            b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(" ")
        )
        key: datetime | int = int(number)
        if sort == _BY_MOMENT:
            key = _EPOCH + int(number) * _MICROSECOND
        elif not 0 <= int(number) <= _NUMBER_MAX:
            return None
        place = Place(key=key, id=UUID(hex_id))
        return cls(sort=sort, order=Order(order), place=place, page=int(page))

    def place_in(self, sort: str, order: Order) -> Place:
        """Give the place in a list of this order. Raises InvalidValueError for one of another."""
        if (self.sort, self.order) != (sort, order):
            raise InvalidValueError("cursor", f"must be of a list by {sort}, {order}")
        return self.place
