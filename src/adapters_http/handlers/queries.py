"""The query of every list: which page is wanted, by its number or by the cursor of the one before."""

import attrs

from adapters_http.schemas import bounded
from vidcore.cursors import CURSOR_MAX, Cursor
from vidcore.pages import PAGE_MAX, PAGE_SIZE, PAGE_SIZE_MAX, PageRequest


@attrs.frozen(kw_only=True)
class PageQuery:
    """Which page; both numbers count from 1, and a page has at most 100 items.

    `cursor` is the `next_cursor` of the page before, in a list of the same order, and takes the place of
    `page`: what comes or goes meanwhile moves no other item, and every page costs the same.
    """

    page: int = attrs.field(default=1, metadata=bounded(minimum=1, maximum=PAGE_MAX))
    page_size: int = attrs.field(
        default=PAGE_SIZE, metadata=bounded(minimum=1, maximum=PAGE_SIZE_MAX)
    )

    cursor: str | None = attrs.field(default=None, metadata=bounded(maxLength=CURSOR_MAX))

    def request(self) -> PageRequest:
        """Give the page request. Raises InvalidValueError."""
        return PageRequest(
            page=self.page,
            page_size=self.page_size,
            cursor=None if self.cursor is None else Cursor.parse(self.cursor),
        )
