"""How the in-memory store sorts, cuts and searches."""

from collections.abc import Iterable
from operator import gt, lt
from typing import Any, TypeVar
from uuid import UUID

from vidcore.orders import Order, Place
from vidcore.pages import Ordering, Page, PageRequest
from vidcore.text import search_key

T = TypeVar("T")


def cut(items: Iterable[T], ordering: Ordering[T], request: PageRequest) -> Page[T]:
    """Sort `items` and give the page that is wanted."""

    def key(place: Place) -> tuple[Any, UUID]:
        return place.key, place.id

    down = ordering.order is Order.DESC
    ordered = sorted(items, key=lambda item: key(ordering.place(item)), reverse=down)
    behind = request.behind(ordering.sort, ordering.order)
    if behind is None:
        found = ordered[request.offset :]
    else:
        later = lt if down else gt
        found = [item for item in ordered if later(key(ordering.place(item)), key(behind))]
    return ordering.page(found, len(ordered), request)


def contains(q: str | None, *texts: str | None) -> bool:
    """Say whether `q` is a part of one of the texts, as `search_key` has it; None is in everything."""
    return q is None or any(
        text is not None and search_key(q) in search_key(text) for text in texts
    )
