"""tus' headers: what can be written can be read, and nothing else."""

import base64
import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters_http import tus
from adapters_http.errors import MalformedRequestError, UnsupportedTusVersionError
from adapters_http.receiving import Checksum
from vidcore.testing.strategies import moments

KEYS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1
)
HEADERS = st.text(st.characters(codec="utf-8")) | st.text(
    st.characters(min_codepoint=0, max_codepoint=0xFF)
).map(lambda text: text.encode("latin-1").decode("utf-8", "surrogateescape"))


@given(values=st.dictionaries(KEYS, st.text(st.characters(codec="utf-8"))))
def test_metadata_come_back_as_they_were_written(values: dict[str, str]) -> None:
    assert tus.parse_metadata(tus.format_metadata(values)) == values


@given(header=HEADERS)
def test_any_metadata_are_read_or_refused(header: str) -> None:
    try:
        read = tus.parse_metadata(header)
    except MalformedRequestError:
        return
    assert tus.parse_metadata(tus.format_metadata(read)) == read


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("  ", {}),
        ("is_private", {"is_private": ""}),
        ("filename bXkubXA0,is_private", {"filename": "my.mp4", "is_private": ""}),
        ("filename bXkubXA0 , title w6Q=", {"filename": "my.mp4", "title": "ä"}),
        ("filename   bXkubXA0", {"filename": "my.mp4"}),
    ],
)
def test_metadata_are_pairs_of_which_the_second_may_be_missing(
    header: str, expected: dict[str, str]
) -> None:
    assert tus.parse_metadata(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        ",",
        "filename bXkubXA0,",
        "filename bXkubXA0,filename bXkubXA0",
        "filename bXkubXA",
        "filename b Xku",
        "filename \u00e9",
        "filename \udcff",
        "naïve bXkubXA0",
        "title /w==",
        " ,a",
    ],
)
def test_other_metadata_are_refused(header: str) -> None:
    with pytest.raises(MalformedRequestError):
        tus.parse_metadata(header)


@given(content=st.binary(), algorithm=st.sampled_from(["sha1", "sha256"]))
def test_checksums_are_read(content: bytes, algorithm: str) -> None:
    digest = hashlib.new(algorithm, content).digest()

    read = tus.parse_checksum(f"{algorithm} {base64.b64encode(digest).decode()}")

    assert read == Checksum(algorithm=algorithm, digest=digest)


@given(header=HEADERS | st.text().map("sha1 {}".format))
def test_any_other_checksum_is_refused(header: str) -> None:
    with pytest.raises(MalformedRequestError):
        tus.parse_checksum(header)


def test_no_checksum_is_none() -> None:
    assert tus.parse_checksum(None) is None


@pytest.mark.parametrize(
    "header",
    [
        "md5 1B2M2Y8AsgTpgAmY7PhCfg==",
        "sha1 1B2M2Y8AsgTpgAmY7PhCfg==",
        "sha256 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "sha1",
        "sha1 é",
    ],
)
def test_a_digest_of_another_algorithm_or_size_is_refused(header: str) -> None:
    with pytest.raises(MalformedRequestError):
        tus.parse_checksum(header)


@given(size=st.integers(0, 10**18 - 1))
def test_sizes_are_read(size: int) -> None:
    assert tus.parse_size({"Upload-Offset": str(size)}, "Upload-Offset") == size
    assert tus.parse_length({"Upload-Length": str(size)}) == size


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1_0", "٣", "1" * 19, "0x1"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(MalformedRequestError):
        tus.parse_size({"Upload-Offset": text}, "Upload-Offset")


def test_the_size_must_be_said_at_once() -> None:
    with pytest.raises(MalformedRequestError):
        tus.parse_length({})
    with pytest.raises(MalformedRequestError, match="not supported"):
        tus.parse_length({"Upload-Defer-Length": "1"})


def test_a_file_is_one_upload() -> None:
    for part in ("partial", "final;/api/uploads/a /api/uploads/b"):
        with pytest.raises(MalformedRequestError, match="as one upload"):
            tus.parse_length({"Upload-Length": "1", "Upload-Concat": part})


@pytest.mark.parametrize("headers", [{}, {"Tus-Resumable": "0.2.2"}, {"Tus-Resumable": ""}])
def test_another_version_is_refused_with_the_one_that_is_spoken(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedTusVersionError) as refused:
        tus.check_version(headers)
    assert refused.value.supported == "1.0.0"
    tus.check_version({"Tus-Resumable": "1.0.0"})


@given(moment=moments())
def test_moments_are_dates_of_http(moment: datetime) -> None:
    written = tus.format_moment(moment)

    assert written.endswith(" GMT")
    assert parsedate_to_datetime(written).astimezone(UTC) == moment.replace(microsecond=0)
