import io
import struct
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters_ffmpeg.boxes import BOXES_MAX, EDITS_MAX, ENTRIES_MAX, BoxError, Mp4Facts, read_facts

MOVIE_SCALE = 1000
TRACK_SCALE = 600


def box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def large_box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload


def header(kind: bytes, scale: int, *, version: int = 0) -> bytes:
    times = struct.pack(">QQ", 0, 0) if version else struct.pack(">II", 0, 0)
    return box(kind, bytes([version, 0, 0, 0]), times, struct.pack(">I", scale), bytes(80))


def stts(*entries: tuple[int, int]) -> bytes:
    rows = b"".join(struct.pack(">II", *entry) for entry in entries)
    return box(b"stts", struct.pack(">II", 0, len(entries)), rows)


def edit_list(*edits: tuple[int, int], version: int = 0) -> bytes:
    form = ">QqI" if version else ">IiI"
    rows = b"".join(struct.pack(form, length, start, 0x10000) for length, start in edits)
    return box(
        b"edts", box(b"elst", bytes([version, 0, 0, 0]), struct.pack(">I", len(edits)), rows)
    )


def track(
    table: bytes,
    *,
    handler: bytes = b"vide",
    edits: bytes = b"",
    scale: int = TRACK_SCALE,
    version: int = 0,
) -> bytes:
    media = box(
        b"mdia",
        header(b"mdhd", scale, version=version),
        box(b"hdlr", bytes(8), handler, bytes(12)),
        box(b"minf", box(b"stbl", table)),
    )
    return box(b"trak", edits, media)


def movie(*tracks: bytes, version: int = 0) -> bytes:
    return box(b"moov", header(b"mvhd", MOVIE_SCALE, version=version), *tracks)


def facts(*parts: bytes) -> Mp4Facts:
    return read_facts(io.BytesIO(b"".join(parts)))


FTYP = box(b"ftyp", b"isom", bytes(4))
MDAT = box(b"mdat", bytes(32))
TWO_SECONDS = stts((60, 20))


def test_an_index_before_the_data_is_a_fast_start() -> None:
    assert facts(FTYP, movie(track(TWO_SECONDS)), MDAT).faststart
    assert not facts(FTYP, MDAT, movie(track(TWO_SECONDS))).faststart


@pytest.mark.parametrize("version", [0, 1])
def test_the_longest_picture_or_sound_track_is_the_duration(version: int) -> None:
    tracks = (
        track(TWO_SECONDS, version=version),
        track(stts((60, 20), (1, 300)), handler=b"soun", version=version),
        track(stts((1, 6000)), handler=b"tmcd", version=version),
    )

    assert facts(FTYP, movie(*tracks, version=version)).duration == 2.5


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    ("edits", "seconds"),
    [
        ([(2000, 40)], 2.0),  # the whole of a track whose pictures are reordered
        ([(500, -1), (1000, 0)], 1.5),  # a late start, then a part
        ([(0, 300)], 1.5),  # the rest from half a second on
        ([(0, 9000)], None),  # the rest, from behind the end on
        ([(4_000_000, 0)], 2.0),  # more than there is
        ([(500, 0), (500, 600)], 1.0),  # two parts
    ],
)
def test_edit_lists_say_what_is_shown(
    edits: Sequence[tuple[int, int]], seconds: float | None, version: int
) -> None:
    data = movie(track(TWO_SECONDS, edits=edit_list(*edits, version=version)))

    assert facts(FTYP, data).duration == seconds


def test_a_fragmented_file_does_not_tell_its_duration() -> None:
    assert facts(FTYP, movie(track(stts()), box(b"mvex"))).duration is None
    assert facts(FTYP, movie(track(stts()))).duration is None


def test_an_absurd_duration_is_none() -> None:
    assert facts(FTYP, movie(track(stts((2**32 - 1, 2**31 - 1))))).duration is None


def test_large_boxes_and_boxes_to_the_end_are_read() -> None:
    index = header(b"mvhd", MOVIE_SCALE) + track(TWO_SECONDS)

    assert facts(FTYP, large_box(b"mdat", bytes(9)), large_box(b"moov", index)).duration == 2.0
    assert facts(FTYP, struct.pack(">I4s", 0, b"moov"), index).duration == 2.0


def test_data_that_was_cut_off_behind_the_index_hides_nothing() -> None:
    assert (
        facts(FTYP, movie(track(TWO_SECONDS)), struct.pack(">I4s", 10**6, b"mdat")).duration == 2.0
    )


def test_long_tables_are_added_up_in_blocks() -> None:
    entries = [(1, 600)] * 70_000

    assert facts(FTYP, movie(track(stts(*entries)))).duration == 70_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 64,
        FTYP,
        FTYP + MDAT,
        movie(track(TWO_SECONDS))[:-20],
        box(b"moov"),
        box(b"moov", header(b"mvhd", 0)),
        box(b"moov", box(b"mvhd")),
        movie(box(b"trak")),
        movie(box(b"trak", struct.pack(">I4s", 10**6, b"mdia"))),
        movie(track(TWO_SECONDS, scale=0)),
        movie(track(box(b"stsz"))),
        movie(track(box(b"stts", struct.pack(">II", 0, ENTRIES_MAX + 1)))),
        movie(track(box(b"stts", struct.pack(">II", 0, 1000)))),
        movie(track(stts((1, 2**31)))),
        movie(
            track(
                TWO_SECONDS, edits=box(b"edts", box(b"elst", struct.pack(">II", 0, EDITS_MAX + 1)))
            )
        ),
        struct.pack(">I4s", 4, b"free") + FTYP,
        struct.pack(">I4s", 1, b"free"),
        struct.pack(">I4sQ", 1, b"free", 2**63),
        box(b"free") * (BOXES_MAX + 1),
        movie(box(b"free") * BOXES_MAX),
    ],
)
def test_what_is_not_sound_is_refused(data: bytes) -> None:
    with pytest.raises(BoxError):
        facts(data)


KINDS = st.sampled_from(
    [
        b"ftyp",
        b"moov",
        b"mvhd",
        b"mvex",
        b"trak",
        b"mdia",
        b"mdhd",
        b"hdlr",
        b"minf",
        b"stbl",
        b"stts",
    ]
)
SIZES = st.integers(0, 40) | st.sampled_from([0, 1, 2**31, 2**32 - 1])
HEADERS = st.builds(lambda size, kind: struct.pack(">I4s", size, kind), SIZES, KINDS)
WHOLE = FTYP + movie(track(TWO_SECONDS, edits=edit_list((2000, 40)))) + MDAT


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(WHOLE)
    for _ in range(draw(st.integers(1, 8))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


@given(
    st.one_of(
        st.binary(max_size=300), st.lists(HEADERS | st.binary(max_size=30)).map(b"".join), damaged()
    )
)
@example(WHOLE)
def test_no_bytes_make_the_reader_fail_otherwise_or_go_on_for_ever(data: bytes) -> None:
    try:
        found = facts(data)
    except BoxError:
        return
    assert found.duration is None or found.duration > 0
