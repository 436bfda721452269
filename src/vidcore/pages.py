"""Pages of a list that is in a total order: `page` counts from 1, a page past the end is empty.

>>> from vidcore import Page, PageRequest
>>> PageRequest(page=3).offset
20
>>> Page(items=("u", "v"), total=22, page=3, page_size=10).pages
3
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Generic, TypeVar

import attrs

from vidcore.errors import InvalidValueError

PAGE_SIZE: Final = 10  # items; promised to clients
PAGE_SIZE_MAX: Final = 100  # items; promised to clients
PAGE_MAX: Final = 2**53 // PAGE_SIZE_MAX  # pages; so that an offset fits every database's integer

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


class Order(StrEnum):
    """The direction of a sort; ids break ties in the same direction."""

    ASC = "asc"
    DESC = "desc"


def _check_page(_: object, __: object, value: int) -> None:
    if not 1 <= value <= PAGE_MAX:
        raise InvalidValueError("page", f"must be 1 or more, not {value}")


def _check_page_size(_: object, __: object, value: int) -> None:
    if not 1 <= value <= PAGE_SIZE_MAX:
        raise InvalidValueError("page_size", f"must be 1 to {PAGE_SIZE_MAX}, not {value}")


@attrs.frozen(kw_only=True)
class PageRequest:
    """Which page of a list is wanted, and how many items (1–100) it has.

    Raises InvalidValueError for numbers out of bounds.
    """

    page: int = attrs.field(default=1, validator=_check_page)
    page_size: int = attrs.field(default=PAGE_SIZE, validator=_check_page_size)

    @property
    def offset(self) -> int:
        """Give the number of items that come before the page."""
        return (self.page - 1) * self.page_size


@attrs.frozen(kw_only=True)
class Page(Generic[T_co]):
    """One page: its `items`, and the `total` number of items on all pages."""

    items: tuple[T_co, ...]
    total: int
    page: int
    page_size: int

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
        )
