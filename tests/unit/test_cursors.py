from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.cursors import CURSOR_MAX, Cursor
from vidcore.errors import InvalidValueError
from vidcore.orders import Order, Place
from vidcore.pages import PAGE_MAX, PageRequest
from vidcore.testing.examples import NOBODY, NOW
from vidcore.testing.strategies import ids

FIRST = Place(key=NOW, id=NOBODY)
CURSOR = Cursor(sort="created_at", order=Order.DESC, place=FIRST, page=2)

places = st.tuples(st.just("created_at"), st.datetimes(timezones=st.just(UTC))) | st.tuples(
    st.sampled_from(["age", "view_count"]), st.integers(0, 2**63 - 1)
)
cursors = st.builds(
    lambda keyed, order, page, id_: Cursor(
        sort=keyed[0], order=order, place=Place(key=keyed[1], id=id_), page=page
    ),
    places,
    st.sampled_from(Order),
    st.integers(2, PAGE_MAX),
    ids(),
)


def encoded(*words: object) -> str:
    return urlsafe_b64encode(" ".join(map(str, words)).encode()).decode().rstrip("=")


@given(cursors)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor
    assert len(str(cursor)) <= CURSOR_MAX
    assert str(cursor).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("number", [0, 1, 2**62, 2**63 - 1])
def test_every_number_that_a_database_holds_can_be_a_key(number: int) -> None:
    cursor = attrs.evolve(CURSOR, sort="view_count", place=Place(key=number, id=NOBODY))

    assert Cursor.parse(str(cursor)) == cursor


def test_what_is_longer_than_any_cursor_is_not_read() -> None:
    """One of 121 characters there cannot be: no base64 has one more than a multiple of four."""
    longest = Cursor(sort="s" * 48, order=Order.DESC, place=Place(key=0, id=NOBODY), page=2)
    longer = attrs.evolve(longest, sort="s" * 49)

    assert (len(str(longest)), len(str(longer))) == (120, 122)
    assert Cursor.parse(str(longest)) == longest
    with pytest.raises(InvalidValueError):
        Cursor.parse(str(longer))


@given(st.text(max_size=200))
def test_any_text_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Cursor.parse(text)

    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "a",
        "!!!!",
        "é",
        "x" * (CURSOR_MAX + 1),
        str(CURSOR) + "=",
        str(CURSOR)[:-1],
        encoded("created_at", "desc", 2, 0),
        encoded("created_at", "sideways", 2, 0, NOBODY.hex),
        encoded("created_at", "desc", "two", 0, NOBODY.hex),
        encoded("created_at", "desc", "0_2", 0, NOBODY.hex),
        encoded("created_at", "desc", 2, "noon", NOBODY.hex),
        encoded("created_at", "desc", 2, 10**18, NOBODY.hex),
        encoded("created_at", "desc", 2, 10**40, NOBODY.hex),
        encoded("created_at", "desc", 2, 0, str(NOBODY)),
        encoded("created_at", "desc", 2, 0, "nobody"),
        encoded("view_count", "desc", 2, -1, NOBODY.hex),
        encoded("view_count", "desc", 2, 2**63, NOBODY.hex),
        urlsafe_b64encode("é desc 2 0 0".encode()).decode(),
    ],
)
def test_what_was_not_written_by_us_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Cursor.parse(text)

    assert refused.value.field == "cursor"


def test_a_cursor_leads_on_in_its_own_order_only() -> None:
    assert CURSOR.place_in("created_at", Order.DESC) == FIRST
    for sort, order in (("created_at", Order.ASC), ("view_count", Order.DESC)):
        with pytest.raises(InvalidValueError):
            CURSOR.place_in(sort, order)


@pytest.mark.parametrize("page", [-1, 0, 1, PAGE_MAX + 1])
def test_a_cursor_leads_to_the_second_page_or_a_later_one(page: int) -> None:
    cursor = Cursor(sort="created_at", order=Order.DESC, place=FIRST, page=page)

    with pytest.raises(InvalidValueError) as refused:
        PageRequest(cursor=cursor)

    assert refused.value.field == "cursor"


def test_a_page_is_asked_for_by_number_or_by_cursor() -> None:
    with pytest.raises(InvalidValueError) as refused:
        PageRequest(page=2, cursor=CURSOR)

    assert refused.value.field == "page"
    assert PageRequest(cursor=CURSOR).number == 2
    assert PageRequest(cursor=CURSOR).offset == 0
    assert PageRequest(page=3).number == 3


def test_a_moment_is_written_to_the_microsecond() -> None:
    place = Place(key=datetime(2026, 3, 4, 5, 6, 7, 8, UTC), id=UUID(int=1))
    cursor = Cursor(sort="created_at", order=Order.ASC, place=place, page=2)

    assert str(cursor) == encoded("created_at", "asc", 2, 1772600767000008, UUID(int=1).hex)
