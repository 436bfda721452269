"""Pages of a list that is in a total order: `page` counts from 1, a page past the end is empty.

A page can also be asked for by the cursor that the page before it gave: it begins behind the last item
of that one, whatever came or went meanwhile, and costs the same wherever it is.

>>> from vidcore import Page, PageRequest
>>> PageRequest(page=3).offset
20
>>> Page(items=("u", "v"), total=22, page=3, page_size=10).pages
3
"""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

import attrs

from vidcore.cursors import Cursor
from vidcore.errors import InvalidValueError
from vidcore.orders import Order, Place

PAGE_SIZE: Final = 10  # items; promised to clients
PAGE_SIZE_MAX: Final = 100  # items; promised to clients
PAGE_MAX: Final = 2**53 // PAGE_SIZE_MAX  # pages; so that an offset fits every database's integer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


def _check_page(_: object, __: object, value: int) -> None:
    if not 1 <= value <= PAGE_MAX:
        raise InvalidValueError("page", f"must be 1 or more, not {value}")


def _check_page_size(_: object, __: object, value: int) -> None:
    if not 1 <= value <= PAGE_SIZE_MAX:
        raise InvalidValueError("page_size", f"must be 1 to {PAGE_SIZE_MAX}, not {value}")


def _check_cursor(_: object, __: object, value: Cursor | None) -> None:
    if value is not None and not 1 < value.page <= PAGE_MAX:
        raise InvalidValueError("cursor", "must be the next_cursor of a page")


@attrs.frozen(kw_only=True)
class PageRequest:
    """Which page of a list is wanted, by its number or by a cursor, and how many items (1–100) it has.

    Raises InvalidValueError for numbers out of bounds, and for a number beside a cursor.
    """

    page: int = attrs.field(default=1, validator=_check_page)
    page_size: int = attrs.field(default=PAGE_SIZE, validator=_check_page_size)
    cursor: Cursor | None = attrs.field(default=None, validator=_check_cursor)

    def __attrs_post_init__(self) -> None:
        if self.cursor is not None and self.page != 1:
            raise InvalidValueError("page", "must be left out beside a cursor")

    @property
    def offset(self) -> int:
        """Give the number of items that come before the page; behind a cursor, none does."""
        return (self.page - 1) * self.page_size

    @property
    def number(self) -> int:
        """Give the number of the page: behind a cursor, one more than that of the page that gave it."""
        return self.page if self.cursor is None else self.cursor.page

    def behind(self, sort: str, order: Order) -> Place | None:
        """Give the place behind which the page begins in a list of this order; None: at its offset.

        Raises InvalidValueError for a cursor from a list of another order.
        """
        return None if self.cursor is None else self.cursor.place_in(sort, order)


@attrs.frozen(kw_only=True)
class Page(Generic[T_co]):
    """One page: its `items`, and the `total` number of items on all pages.

    `next_cursor` asks for the next page; None: there is none.
    """

    items: tuple[T_co, ...]
    total: int
    page: int
    page_size: int
    next_cursor: Cursor | None = None

    @property
    def pages(self) -> int:
        """Give the number of pages that have an item on them."""
        return -(-self.total // self.page_size)

    def map(self, change: Callable[[T_co], U]) -> "Page[U]":
        """Give the same page with every item changed."""
        return Page(
            items=tuple(change(item) for item in self.items),
            total=self.total,
            page=self.page,
            page_size=self.page_size,
            next_cursor=self.next_cursor,
        )


@attrs.frozen(kw_only=True)
class Ordering(Generic[T]):
    """How a list is ordered: by the key `sort`, of which `place` says what an item has."""

    sort: str
    order: Order
    place: Callable[[T], Place]

    def page(self, found: Sequence[T], total: int, request: PageRequest) -> Page[T]:
        """Give the page that was wanted of the items that were found from its beginning on.

        `found` is in order, and has at least one item more than the page if there are as many.
        """
        items = tuple(found[: request.page_size])
        cursor = None
        if len(found) > request.page_size and request.number < PAGE_MAX:
            cursor = Cursor(
                sort=self.sort,
                order=self.order,
                place=self.place(items[-1]),
                page=request.number + 1,
            )
        return Page(
            items=items,
            total=total,
            page=request.number,
            page_size=request.page_size,
            next_cursor=cursor,
        )


def newest_first(place: Callable[[T], Place]) -> Ordering[T]:
    """Give the order by age that lists have unless asked otherwise."""
    return Ordering(sort="created_at", order=Order.DESC, place=place)
