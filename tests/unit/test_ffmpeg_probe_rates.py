from fractions import Fraction

import pytest

from adapters_ffmpeg.probe_text import parse
from tests.unit.descriptions import described, picture


@pytest.mark.parametrize(
    ("header", "duration", "bit_rate"),
    [
        ("00:00:02.00, start: 0.000000, bitrate: 12 kb/s", 2.0, 12_000),
        ("1193:02:47.28, start: 0.000000, bitrate: N/A", 4_294_967.28, None),
        ("N/A, start: 0.000000, bitrate: N/A", None, None),
        ("00:00:01.00, bitrate: 5 kb/s", 1.0, 5000),
    ],
)
def test_the_header_tells_duration_and_bit_rate(
    header: str, duration: float | None, bit_rate: int | None
) -> None:
    info = parse(f"Input #0, avi, from 'source':\n  Duration: {header}\n")

    assert (info.duration, info.bit_rate) == (duration, bit_rate)


@pytest.mark.parametrize(
    ("file", "track", "start"),
    [
        ("0.000000", ", start 0.480000 (default)", Fraction(12, 25)),
        ("0.000000", " (default)", 0),
        ("10.000000", ", start 10.000000", 0),
        ("10.000000", ", start 10.500000", Fraction(1, 2)),
        ("-0.021000", ", start 0.000000", 0),  # the priming of the sound is not shown
        ("0.000000", ", start -0.500000", Fraction(-1, 2)),
    ],
)
def test_a_track_starts_after_its_file(file: str, track: str, start: Fraction) -> None:
    text = described(
        f"  Stream #0:0: Video: h264, yuv420p, 64x64, 25 fps, 25 tbr, 1k tbn{track}",
        f"  Stream #0:1: Audio: aac (LC), 48000 Hz, stereo, fltp{track}",
    ).replace("start: 0.000000", f"start: {file}")

    info = parse(text)

    assert (info.video[0].start, info.audio[0].start) == (start, start)


@pytest.mark.parametrize(
    ("rates", "varies"),
    [
        ("25 fps, 25 tbr", False),
        ("29.97 fps, 30 tbr", False),
        ("37.84 fps, 240 tbr", True),
        ("24.5 fps, 25 tbr", True),
        ("25 tbr", None),
        ("25 fps", None),
    ],
)
def test_a_rate_varies_if_its_average_is_not_its_base(rates: str, varies: bool | None) -> None:  # noqa: FBT001 - a table
    assert picture(f"h264, yuv420p, 64x64, {rates}").variable_frame_rate is varies


def test_fields_have_a_rate_of_their_own() -> None:
    pal = picture("mpeg2video (Main), yuv420p(tv, top first), 720x576, 25 fps, 50 tbr")

    assert pal.interlaced
    assert (pal.frame_rate, pal.real_frame_rate) == (Fraction(25), Fraction(50))
    assert pal.variable_frame_rate is None
