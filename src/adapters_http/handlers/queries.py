"""The query of every list: which page is wanted."""

import attrs

from adapters_http.schemas import bounded
from vidcore.pages import PAGE_MAX, PAGE_SIZE, PAGE_SIZE_MAX, PageRequest


@attrs.frozen(kw_only=True)
class PageQuery:
    """Which page; both numbers count from 1, and a page has at most 100 items."""

    page: int = attrs.field(default=1, metadata=bounded(minimum=1, maximum=PAGE_MAX))
    page_size: int = attrs.field(
        default=PAGE_SIZE, metadata=bounded(minimum=1, maximum=PAGE_SIZE_MAX)
    )

    def request(self) -> PageRequest:
        """Give the page request. Raises InvalidValueError."""
        return PageRequest(page=self.page, page_size=self.page_size)
