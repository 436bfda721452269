"""The query of every list: which page is wanted."""

import attrs

from vidcore.pages import PAGE_SIZE, PageRequest


@attrs.frozen(kw_only=True)
class PageQuery:
    """Which page; both numbers count from 1, and a page has at most 100 items."""

    page: int = 1
    page_size: int = PAGE_SIZE

    def request(self) -> PageRequest:
        """Give the page request. Raises InvalidValueError."""
        return PageRequest(page=self.page, page_size=self.page_size)
