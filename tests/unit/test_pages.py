import attrs
import pytest

from vidcore.errors import InvalidValueError
from vidcore.orders import Place
from vidcore.pages import PAGE_MAX, Ordering, Page, PageRequest, newest_first
from vidcore.testing.examples import NOBODY, NOW


@pytest.mark.parametrize(
    ("page", "page_size", "offset"),
    [(1, 1, 0), (1, 100, 0), (2, 10, 10), (PAGE_MAX, 100, (PAGE_MAX - 1) * 100)],
)
def test_an_offset_counts_what_comes_before_the_page(
    page: int, page_size: int, offset: int
) -> None:
    assert PageRequest(page=page, page_size=page_size).offset == offset < 2**53


def test_the_first_page_of_ten_is_what_one_gets_unasked() -> None:
    assert PageRequest() == PageRequest(page=1, page_size=10)


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"page": 0}, "page"),
        ({"page": -1}, "page"),
        ({"page": PAGE_MAX + 1}, "page"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
    ],
)
def test_a_page_out_of_bounds_is_refused_by_the_name_of_its_field(
    numbers: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        PageRequest(page=numbers.get("page", 1), page_size=numbers.get("page_size", 20))

    assert refused.value.field == field


@pytest.mark.parametrize(("total", "pages"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_pages_are_those_with_an_item_on_them(total: int, pages: int) -> None:
    assert Page(items=(), total=total, page=1, page_size=10).pages == pages


def test_a_page_changes_item_by_item() -> None:
    page = Page(items=(1, 2), total=5, page=2, page_size=2)

    assert page.map(str) == Page(items=("1", "2"), total=5, page=2, page_size=2)


def test_the_last_page_is_as_far_as_an_offset_fits() -> None:
    assert isinstance(PAGE_MAX, int)
    assert PAGE_MAX * 100 <= 2**53 < (PAGE_MAX + 1) * 100


def test_the_last_page_is_reached_by_cursor_and_leads_no_further() -> None:
    ordering: Ordering[int] = newest_first(lambda _: Place(key=NOW, id=NOBODY))
    before_last = PageRequest(page=PAGE_MAX - 1, page_size=1)

    cursor = ordering.page([1, 2], PAGE_MAX + 1, before_last).next_cursor
    assert cursor is not None
    last = PageRequest(page_size=1, cursor=cursor)

    assert last.number == PAGE_MAX
    assert ordering.page([1, 2], PAGE_MAX + 1, last).next_cursor is None
    with pytest.raises(InvalidValueError):
        PageRequest(cursor=attrs.evolve(cursor, page=PAGE_MAX + 1))
