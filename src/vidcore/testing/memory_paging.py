"""How the in-memory store sorts, cuts and searches."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from vidcore.pages import Page, PageRequest
from vidcore.text import search_key

T = TypeVar("T")


def cut(
    items: Iterable[T], request: PageRequest, *, key: Callable[[T], Any], reverse: bool
) -> Page[T]:
    """Sort `items` by `key` and give the page that is wanted."""
    ordered = sorted(items, key=key, reverse=reverse)
    return Page(
        items=tuple(ordered[request.offset : request.offset + request.page_size]),
        total=len(ordered),
        page=request.page,
        page_size=request.page_size,
    )


def contains(q: str | None, *texts: str | None) -> bool:
    """Say whether `q` is a part of one of the texts, as `search_key` has it; None is in everything."""
    return q is None or any(
        text is not None and search_key(q) in search_key(text) for text in texts
    )
