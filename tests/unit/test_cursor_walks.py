"""Walks by cursor through a list that changes between its pages, against a plain set of what stayed."""

from collections.abc import Sequence
from uuid import UUID

import attrs
from hypothesis import given
from hypothesis import strategies as st

from vidcore.orders import Order, Place
from vidcore.pages import Ordering, Page, PageRequest
from vidcore.testing.memory_paging import cut

Item = tuple[int, int]  # a key, of which many are equal, and the id

items = st.tuples(st.integers(0, 3), st.integers(0, 40))
changes = st.lists(st.tuples(st.booleans(), items), max_size=4)


def place(item: Item) -> Place:
    return Place(key=item[0], id=UUID(int=item[1]))


@given(
    there=st.sets(items, max_size=30),
    between=st.lists(changes, max_size=40),
    order=st.sampled_from(Order),
    size=st.integers(1, 5),
)
def test_what_was_there_all_the_time_comes_exactly_once_and_in_order(
    there: set[Item], between: Sequence[Sequence[tuple[bool, Item]]], order: Order, size: int
) -> None:
    ordering = Ordering(sort="view_count", order=order, place=place)
    stayed, present, met = set(there), set(there), list[Item]()
    request, steps = PageRequest(page_size=size), iter(between)
    while True:
        page: Page[Item] = cut(present, ordering, request)
        met += page.items
        assert page.total == len(present)
        if page.next_cursor is None:
            break
        for comes, item in next(steps, ()):
            (present.add if comes else present.discard)(item)
            stayed -= set() if comes else {item}
        request = attrs.evolve(request, cursor=page.next_cursor)

    assert met == sorted(set(met), reverse=order is Order.DESC)
    assert stayed <= set(met)


@given(there=st.sets(items, max_size=30), order=st.sampled_from(Order), size=st.integers(1, 5))
def test_by_cursor_and_by_number_the_pages_are_the_same(
    there: set[Item], order: Order, size: int
) -> None:
    ordering = Ordering(sort="view_count", order=order, place=place)
    page = cut(there, ordering, PageRequest(page_size=size))
    for number in range(2, page.pages + 1):
        assert page.next_cursor is not None
        behind = cut(there, ordering, PageRequest(page_size=size, cursor=page.next_cursor))
        page = cut(there, ordering, PageRequest(page_size=size, page=number))
        assert page == behind

    assert page.next_cursor is None
