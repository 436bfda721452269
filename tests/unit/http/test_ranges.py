"""Conditional and range requests, decided from headers and facts alone."""

from http import HTTPStatus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters_http.ranges import Representation, Selection, select

FILE = Representation(etag='"e-1"', modified=1_700_000_000, size=1_000)
AS_DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
NEXT_SECOND = "Tue, 14 Nov 2023 22:13:21 GMT"
WHOLE = Selection(status=HTTPStatus.OK, stop=1_000)
NAMES = ("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since")


def part(start: int, stop: int) -> Selection:
    return Selection(status=HTTPStatus.PARTIAL_CONTENT, start=start, stop=stop)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=0-0", part(0, 1)),
        ("bytes=999-", part(999, 1_000)),
        ("bytes=0-999999999999999999", part(0, 1_000)),
        ("bytes=-1", part(999, 1_000)),
        ("bytes=-1000", part(0, 1_000)),
        ("bytes=-5000", part(0, 1_000)),
        ("BYTES =\t3 - 4 ", part(3, 5)),
        ("bytes=,3-4,", part(3, 5)),
        ("bytes=3-4,7-8", WHOLE),
        ("bytes=4-3", WHOLE),
        ("bytes=9999999999999999999-", WHOLE),
        ("bytes=٣-٤", WHOLE),
        ("seconds=1-2", WHOLE),
        ("", WHOLE),
    ],
)
def test_one_range_is_cut_and_anything_else_ignored(wanted: str, expected: Selection) -> None:
    assert select("GET", {"Range": wanted}, FILE) == expected


@pytest.mark.parametrize("wanted", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(wanted: str) -> None:
    found = select("GET", {"Range": wanted}, FILE)

    assert found.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


def test_a_range_is_for_get_alone() -> None:
    assert select("HEAD", {"Range": "bytes=0-1"}, FILE) == WHOLE


def test_an_empty_file_has_no_range() -> None:
    empty = Representation(etag='"e"', modified=0, size=0)

    for wanted in ("bytes=0-", "bytes=-1"):
        found = select("GET", {"Range": wanted}, empty)
        assert found.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


@given(start=st.integers(0, 1_100), length=st.integers(1, 1_100))
def test_a_range_is_what_a_slice_is(start: int, length: int) -> None:
    content = bytes(1_000)
    found = select("GET", {"Range": f"bytes={start}-{start + length - 1}"}, FILE)

    if start < 1_000:
        assert found.stop - found.start == len(content[start : start + length])
        assert found.start == start
    else:
        assert found.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


HEADER = st.text(st.characters(max_codepoint=0xFF)) | st.sampled_from(
    ["*", '"e-1"', 'W/"e-1"', AS_DATE, NEXT_SECOND, "bytes=0-1", "bytes=5000-", "0, 0 0 0:0 +9999"]
)


@given(headers=st.dictionaries(st.sampled_from([*NAMES, "If-Unmodified-Since"]), HEADER))
@example(headers={"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 -2359"})
@example(headers={"If-Modified-Since": "Mon, 01 Jan 0001 00:00:00 +2359"})
@example(headers={"If-Unmodified-Since": "1 Jan 99999999999999999999 00:00:00 GMT"})
def test_whatever_a_client_sends_gets_a_selection_within_the_file(
    headers: dict[str, str],
) -> None:
    for method in ("GET", "HEAD"):
        found = select(method, headers, FILE)
        assert 0 <= found.start <= found.stop <= FILE.size


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"e-1"'}, HTTPStatus.NOT_MODIFIED),
        ({"If-None-Match": 'W/"e-1"'}, HTTPStatus.NOT_MODIFIED),
        ({"If-None-Match": '"a", "e-1"'}, HTTPStatus.NOT_MODIFIED),
        ({"If-None-Match": "*"}, HTTPStatus.NOT_MODIFIED),
        ({"If-None-Match": "e-1"}, HTTPStatus.OK),
        ({"If-None-Match": '"a"', "If-Modified-Since": NEXT_SECOND}, HTTPStatus.OK),
        ({"If-Modified-Since": AS_DATE}, HTTPStatus.NOT_MODIFIED),
        ({"If-Modified-Since": "yesterday"}, HTTPStatus.OK),
        ({"If-Match": 'W/"e-1"'}, HTTPStatus.PRECONDITION_FAILED),
        ({"If-Match": '"e-1"', "If-Unmodified-Since": "1 Jan 2000 0:0:0 GMT"}, HTTPStatus.OK),
        ({"If-Unmodified-Since": "1 Jan 2000 0:0:0 GMT"}, HTTPStatus.PRECONDITION_FAILED),
        ({"If-Unmodified-Since": "yesterday"}, HTTPStatus.OK),
        ({"If-Match": '"a"', "If-None-Match": '"e-1"'}, HTTPStatus.PRECONDITION_FAILED),
    ],
)
def test_conditions_are_weighed_in_the_order_of_the_rfc(
    headers: dict[str, str], status: HTTPStatus
) -> None:
    assert select("GET", headers, FILE).status is status


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ('"e-1"', True),
        (' "e-1" ', True),
        ('W/"e-1"', False),
        ('"e-2"', False),
        (AS_DATE, True),
        (NEXT_SECOND, False),
        ("garbage", False),
        ("", False),
    ],
)
def test_if_range_wants_this_very_file(condition: str, applies: bool) -> None:  # noqa: FBT001 - a column of the table
    headers = {"Range": "bytes=1-2", "If-Range": condition}

    assert select("GET", headers, FILE) == (part(1, 3) if applies else WHOLE)
