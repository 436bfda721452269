import io
import struct
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters_ffmpeg.boxes import BOXES_MAX, ENTRIES_MAX, BoxError
from adapters_ffmpeg.mp4 import EDITS_MAX, Mp4Facts, TrackFacts, read_facts
from tests.unit.mp4_boxes import (
    FTYP,
    MDAT,
    MOVIE_SCALE,
    TWO_SECONDS,
    box,
    edit_list,
    h264,
    header,
    large_box,
    movie,
    stsd,
    stss,
    stts,
    track,
)
from vidcore.media import Edit


def facts(*parts: bytes) -> Mp4Facts:
    return read_facts(io.BytesIO(b"".join(parts)))


def only(*tables: bytes, edits: bytes = b"", coding: bytes = stsd(h264(31))) -> TrackFacts:
    (found,) = facts(FTYP, movie(track(*tables, edits=edits, coding=coding))).tracks
    return found


def test_an_index_before_the_data_is_a_fast_start() -> None:
    assert facts(FTYP, movie(track(TWO_SECONDS)), MDAT).faststart
    assert not facts(FTYP, MDAT, movie(track(TWO_SECONDS))).faststart


@pytest.mark.parametrize("version", [0, 1])
def test_the_longest_picture_or_sound_track_is_the_duration(version: int) -> None:
    tracks = (
        track(TWO_SECONDS, number=7, version=version),
        track(stts((60, 20), (1, 300)), number=9, handler=b"soun", version=version),
        track(stts((1, 6000)), handler=b"tmcd", version=version),
    )

    found = facts(FTYP, movie(*tracks, version=version))

    assert found.duration == 2.5
    assert [(t.track_id, t.duration, t.variable_frame_rate) for t in found.tracks] == [
        (7, 2, False),
        (9, Fraction(5, 2), None),
    ]


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


def test_edits_are_told_in_seconds() -> None:
    found = only(TWO_SECONDS, edits=edit_list((500, -1), (1500, 20)))

    assert found.edits == (
        Edit(start=None, length=Fraction(1, 2)),
        Edit(start=Fraction(1, 30), length=Fraction(3, 2)),
    )


def test_what_is_shown_faster_or_slower_is_not_told_as_edits() -> None:
    assert only(TWO_SECONDS, edits=edit_list((1000, 0), speed=2 << 16)).edits is None
    assert only(TWO_SECONDS, edits=edit_list((1000, -1), (2000, 0))).edits is not None


@pytest.mark.parametrize(
    ("coding", "level", "descriptions"),
    [
        (stsd(h264(42)), 42, 1),
        (stsd(h264(31), h264(31)), 31, 2),
        (stsd(box(b"hvc1", bytes(78), box(b"hvcC", bytes(20)))), None, 1),
        (stsd(box(b"avc1", bytes(78))), None, 1),
        (stsd(), None, 0),
        (box(b"stsd", struct.pack(">III4s", 0, 1, 200, b"avc1")), None, 1),
    ],
)
def test_the_coding_is_described_with_its_level(
    coding: bytes, level: int | None, descriptions: int
) -> None:
    found = only(TWO_SECONDS, coding=coding)

    assert (found.level, found.sample_descriptions) == (level, descriptions)


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        (stss(1), 2.0),  # the only one, until the end
        (stss(1, 31), 1.0),
        (stss(1, 46), 1.5),
        (stss(16, 46), 1.0),  # nothing can be shown before the first
        (stss(), 2.0),
        (b"", 1 / 30),  # every picture is one
    ],
)
def test_the_longest_gap_between_key_frames_is_found(keys: bytes, seconds: float) -> None:
    assert only(TWO_SECONDS, keys).key_frame_gap == pytest.approx(seconds)


def test_key_frames_are_found_in_variable_rates_too() -> None:
    times = stts((10, 20), (5, 60), (10, 20))

    assert only(times, stss(1, 11, 16)).key_frame_gap == 0.5
    assert only(times, b"").key_frame_gap == 0.1


@pytest.mark.parametrize("keys", [stss(2, 1), stss(1, 1), stss(0), stss(61)])
def test_key_frames_that_cannot_be_are_refused(keys: bytes) -> None:
    with pytest.raises(BoxError):
        only(TWO_SECONDS, keys)


@pytest.mark.parametrize(
    ("entries", "varies"),
    [
        ([(60, 20)], False),
        ([(30, 20), (30, 21)], False),  # a clock too slow for the rate
        ([(30, 19), (30, 21)], False),
        ([(59, 20), (1, 600)], False),  # how long the last one stands says nothing
        ([(58, 20), (2, 600)], True),
        ([(30, 20), (30, 25)], True),
        ([(1, 0), (30, 20)], False),
        ([], False),
    ],
)
def test_a_rate_varies_if_more_than_rounding_does(
    entries: Sequence[tuple[int, int]],
    varies: bool,  # noqa: FBT001 - a table
) -> None:
    assert only(stts(*entries)).variable_frame_rate is varies


def test_rounding_to_milliseconds_is_no_variable_rate() -> None:
    table = stts((1, 33 * 90), (1, 34 * 90), (1, 33 * 90))
    found = facts(movie(track(table, scale=90_000)))

    assert found.tracks[0].variable_frame_rate is False


def test_a_fragmented_file_does_not_tell_its_samples() -> None:
    found = facts(FTYP, movie(track(stts(), edits=edit_list((0, 0))), box(b"mvex")))

    assert found.duration is None
    (only_track,) = found.tracks
    assert (only_track.duration, only_track.key_frame_gap) == (None, None)
    assert only_track.variable_frame_rate is None
    assert only_track.sample_descriptions == 1
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


def test_long_tables_are_added_up() -> None:
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
        movie(track(TWO_SECONDS, coding=b"")),
        movie(track(box(b"stsz"))),
        movie(track(box(b"stts", struct.pack(">II", 0, ENTRIES_MAX + 1)))),
        movie(track(box(b"stts", struct.pack(">II", 0, 1000)))),
        movie(track(stts((1, 2**31)))),
        movie(track(TWO_SECONDS, box(b"stss", struct.pack(">II", 0, ENTRIES_MAX)))),
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
    b"ftyp moov mvhd mvex trak tkhd mdia mdhd hdlr minf stbl stsd avc1 avcC stts stss edts elst".split()
)
SIZES = st.integers(0, 40) | st.sampled_from([0, 1, 2**31, 2**32 - 1])
HEADERS = st.builds(lambda size, kind: struct.pack(">I4s", size, kind), SIZES, KINDS)
WHOLE = (
    FTYP
    + movie(track(TWO_SECONDS, stss(1, 31), edits=edit_list((2000, 40)), coding=stsd(h264(31))))
    + MDAT
)


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
    for one in found.tracks:
        assert one.key_frame_gap is None or one.key_frame_gap >= 0
