"""The parts of a form, however its bytes were cut on the way."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_http.body import Body
from adapters_http.errors import MalformedRequestError
from adapters_http.form_parts import HEAD_MAX, PASSED_MAX, FormParts, form_boundary

BOUNDARY = b"--x-"
NEAR = (b"\r", b"\n", b"-", b"--", b"\r\n--", b"\r\n--x", b"\r\n----x", b"--x-", b"a", b"\x00\xff")


class CutBody(Body):
    """A body that arrives in given pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = deque(filter(None, pieces))

    async def read(self) -> bytes:
        return self._pieces.popleft() if self._pieces else b""


def cut(whole: bytes, cuts: list[int]) -> CutBody:
    edges = [0, *sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]
    return CutBody([whole[start:end] for start, end in pairwise(edges)])


def form(*parts: tuple[str, bytes], end: bytes = b"----x---\r\n") -> bytes:
    return (
        b"".join(
            b"--" + BOUNDARY + b"\r\n" + head.encode() + b"\r\n" + content + b"\r\n"
            for head, content in parts
        )
        + end
    )


async def read_all(parts: FormParts) -> list[tuple[dict[str, str], bytes, int]]:
    """Give headers, content, and the bytes consumed before the content of each part."""
    found = []
    while (headers := await parts.next()) is not None:
        before, content = parts.consumed, b""
        while block := await parts.read():
            content += block
        found.append((dict(headers), content, before))
    return found


contents = st.lists(st.sampled_from(NEAR), max_size=30).map(b"".join)


@given(
    parts=st.lists(
        contents.filter(lambda content: b"\r\n----x-" not in b"\r\n" + content), max_size=4
    ),
    cuts=st.lists(st.integers(0, 10_000), max_size=40),
    preamble=st.sampled_from([b"", b"\r\n", b"text\r\n", b"-\r\n\r\n"]),
    epilogue=st.sampled_from([b"", b"\r\n", b"----x-\r\nno part of it"]),
)
@settings(max_examples=200)
async def test_parts_come_back_exactly_however_the_body_is_cut(
    parts: list[bytes], cuts: list[int], preamble: bytes, epilogue: bytes
) -> None:
    heads = [f"A: {number}\r\n" for number in range(len(parts))]
    whole = preamble + form(*zip(heads, parts, strict=True)) + epilogue

    found = await read_all(FormParts(cut(whole, cuts), BOUNDARY))

    expected = [({"A": str(number)}, content) for number, content in enumerate(parts)]
    assert [(headers, content) for headers, content, _ in found] == expected
    for _, content, before in found:
        assert whole[before : before + len(content)] == content


async def test_parts_that_nobody_reads_are_passed_over() -> None:
    parts = FormParts(CutBody([form(("A: 1\r\n", b"x" * 1_000), ("A: 2\r\n", b"yz"))]), BOUNDARY)

    assert dict(await parts.next() or {}) == {"A": "1"}
    assert dict(await parts.next() or {}) == {"A": "2"}
    assert await parts.read() == b"yz"
    assert await parts.next() is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", {}),
        ("A: b\r\nC:d\r\n", {"A": "b", "C": "d"}),
        ("A:  b \t\r\n", {"A": "b"}),
        ("A: b;\r\n  c\r\n", {"A": "b; c"}),
        ("A: \udcff\r\n", {"A": "\udcff"}),
        ("A: :\r\n", {"A": ":"}),
    ],
)
async def test_headers_are_read_as_clients_write_them(head: str, expected: dict[str, str]) -> None:
    body = b"----x-  \r\n" + head.encode("utf-8", "surrogateescape") + b"\r\n\r\n----x---"

    assert dict(await FormParts(CutBody([body]), BOUNDARY).next() or {}) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"----x-",
        b"----x-\r\n",
        b"----x-\r\nA: b\r\n",
        b"----x-\r\nA: b\r\n\r\n",
        b"----x-\r\nA: b\r\n\r\ncontent",
        b"----x-\r\nA: b\r\n\r\ncontent\r\n----x",
        b"----x-\r\nA: b\r\n\r\ncontent\r\n----x--",
        b"----x-more\r\nA: b\r\n\r\n\r\n----x---",
        b"----x-\r\nno colon\r\n\r\n\r\n----x---",
        b"----x-\r\nA: " + b"b" * HEAD_MAX + b"\r\n\r\n\r\n----x---",
        b"----x-\r\nA: " + b"b" * 2 * HEAD_MAX,
        b"x" * (PASSED_MAX + 1) + b"\r\n----x---",
        b"----x---" + b"x" * (PASSED_MAX + 1),
    ],
)
@pytest.mark.parametrize("step", [1 << 20, 997])
async def test_what_is_no_form_is_malformed(body: bytes, step: int) -> None:
    pieces = [body[at : at + step] for at in range(0, len(body), step)]

    with pytest.raises(MalformedRequestError):
        await read_all(FormParts(CutBody(pieces), BOUNDARY))


async def test_blocks_without_a_delimiter_go_through_uncopied() -> None:
    blocks = [b"x" * 100_000, b"y" * 100_000]
    parts = FormParts(CutBody([b"----x-\r\n\r\n", *blocks, b"\r\n----x---"]), BOUNDARY)
    await parts.next()

    assert [await parts.read() is block for block in blocks] == [True, True]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; charset=utf-8; Boundary="a b;c"; x=y', b"a b;c"),
        ("multipart/form-data;boundary=" + "x" * 70, b"x" * 70),
    ],
)
def test_the_boundary_is_named_by_the_content_type(content_type: str, expected: bytes) -> None:
    assert form_boundary(content_type) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        *("", "; boundary", "; boundary=", '; boundary=""', "; xboundary=x"),
        *("; boundary=" + "x" * 71, "; boundary*=utf-8''x"),
    ],
)
def test_without_a_good_boundary_there_is_no_form(parameters: str) -> None:
    with pytest.raises(MalformedRequestError):
        form_boundary("multipart/form-data" + parameters)
