from fractions import Fraction
from typing import Any

import pytest

from tests.unit.media.tracks import picture, sound, source
from vidcore.media import (
    Edit,
    why_audio_is_encoded,
    why_video_is_encoded,
)

MS = Fraction(1, 1000)  # seconds
WITHIN, BEYOND = Fraction(200) * MS, Fraction(201) * MS  # of what may be lost at either end
CUT = "it is cut or shifted by an edit list, which players treat differently"


def empty(length: Fraction) -> Edit:
    return Edit(start=None, length=length)


def shown(start: Fraction, length: Fraction) -> Edit:
    return Edit(start=start, length=length)


def against_video(*, container: str = "mov", **changes: Any) -> str | None:
    stream = picture(**changes)
    return why_video_is_encoded(source(container=container, video=(stream,)), stream)


def against_audio(*, container: str = "mov", **changes: Any) -> str | None:
    return why_audio_is_encoded(sound(**changes), container=container)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"profile": "Constrained Baseline"},
        {"profile": "Main"},
        {"level": None},
        {"level": 42},
        {"width": 1920, "height": 1080},
        {"width": 1080, "height": 1920},
        {"width": 2, "height": 2},
        {"frame_rate": Fraction(5)},
        {"frame_rate": Fraction(30_000, 1_001)},
        {"frame_rate": Fraction(61)},
        {"variable_frame_rate": True},
        {"matrix": "bt709", "primaries": "bt709", "transfer": "bt709"},
        {"matrix": "smpte170m"},
        {"matrix": "bt470bg"},
        {"key_frame_gap": None},
        {"key_frame_gap": 10.0},
        {"start": WITHIN},
        {"start": -WITHIN},
        {"container": "matroska", "key_frame_gap": None},
    ],
)
def test_a_picture_that_every_browser_plays_is_copied(changes: dict[str, Any]) -> None:
    assert against_video(**changes) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"codec": "hevc"}, "its codec is hevc, which not every browser plays"),
        ({"codec": "av1"}, "its codec is av1, which not every browser plays"),
        ({"profile": "High 10"}, "its profile is High 10, which phones may not decode"),
        ({"profile": "Baseline"}, "its profile is Baseline, which phones may not decode"),
        ({"profile": None}, "its profile is unknown, which phones may not decode"),
        ({"level": 43}, "its level 4.3 is over 4.2"),
        ({"level": 51}, "its level 5.1 is over 4.2"),
        ({"pixel_format": "yuv422p"}, "its pixels are yuv422p instead of 8-bit 4:2:0"),
        ({"pixel_format": "nv12"}, "its pixels are nv12 instead of 8-bit 4:2:0"),
        ({"pixel_format": "yuv420p10le"}, "its pixels are yuv420p10le instead of 8-bit 4:2:0"),
        ({"full_range": True}, "its colours use the full range"),
        ({"transfer": "smpte2084"}, "its colours are smpte2084 instead of BT.709"),
        ({"transfer": "arib-std-b67"}, "its colours are arib-std-b67 instead of BT.709"),
        ({"matrix": "bt2020nc"}, "its colours are bt2020nc instead of BT.709"),
        (
            {"matrix": "bt2020nc", "transfer": "smpte2084"},
            "its colours are smpte2084 instead of BT.709",
        ),
        ({"interlaced": True}, "it is interlaced"),
        ({"rotation": 90}, "it is to be turned by 90 degrees"),
        ({"rotation": -180}, "it is to be turned by -180 degrees"),
        ({"sample_aspect": Fraction(4, 3)}, "its pixels have an aspect of 4/3"),
        ({"sample_aspect": Fraction(0)}, "its pixels have an aspect of 0"),
        ({"width": 1922, "height": 1080}, "its 1922x1080 pixels are more than 1080p"),
        ({"width": 1920, "height": 1082}, "its 1920x1082 pixels are more than 1080p"),
        ({"width": 1920, "height": 1081}, "its 1920x1081 pixels are more than 1080p"),
        ({"width": 1080, "height": 1922}, "its 1080x1922 pixels are more than 1080p"),
        ({"width": 1279}, "its 1279x720 pixels are an odd number"),
        ({"height": 719}, "its 1280x719 pixels are an odd number"),
        ({"frame_rate": None}, "its frame rate, unknown, is not from 5 to 60"),
        (
            {"frame_rate": Fraction(499, 100)},
            "its frame rate, 4.99 a second, is not from 5 to 60",
        ),
        (
            {"frame_rate": Fraction(6_101, 100)},
            "its frame rate, 61.01 a second, is not from 5 to 60",
        ),
        ({"frame_rate": Fraction(120)}, "its frame rate, 120 a second, is not from 5 to 60"),
        ({"sample_descriptions": 2}, "its coding changes on the way"),
        ({"sample_descriptions": 0}, "its coding changes on the way"),
        ({"start": BEYOND}, CUT),
        ({"start": -BEYOND}, CUT),
        ({"container": "avi"}, "the time stamps of avi files cannot be copied"),
        (
            {"key_frame_gap": 10.1},
            "its key frames are up to 10.1 s apart, too far to seek well; 10 s are allowed",
        ),
    ],
)
def test_a_picture_beyond_any_bound_is_encoded_and_the_bound_is_named(
    changes: dict[str, Any], reason: str
) -> None:
    assert against_video(**changes) == reason


@pytest.mark.parametrize(
    ("size", "rate", "most"),
    [
        ((1920, 1080), 30, 10_575_360),
        ((1080, 1920), 60, 21_150_720),
        ((1280, 720), 61, 9_556_992),
        ((1280, 720), 25, 3_916_800),
        ((320, 180), 30, 1_500_000),
    ],
)
def test_a_picture_has_the_bits_that_its_size_and_rate_need_and_no_more(
    size: tuple[int, int], rate: int, most: int
) -> None:
    shape: dict[str, Any] = {"width": size[0], "height": size[1], "frame_rate": Fraction(rate)}

    assert against_video(**shape, bit_rate=most) is None
    assert against_video(**shape, bit_rate=most + 1) is not None


@pytest.mark.parametrize(
    ("bit_rate", "enough", "told"),
    [
        (25_449_999, 10_449_999, "its 25.4 Mbit/s are more than the 10.4 "),
        (25_450_001, 10_450_001, "its 25.5 Mbit/s are more than the 10.5 "),
    ],
)
def test_a_bit_rate_that_is_too_high_is_told_beside_what_would_do(
    bit_rate: int, enough: int, told: str
) -> None:
    rate = Fraction(enough * 100, 17 * 1920 * 1080)
    reason = against_video(width=1920, height=1080, frame_rate=rate, bit_rate=bit_rate)

    assert reason == f"{told}that its size and frame rate need"


@pytest.mark.parametrize("own", [None, 0])
@pytest.mark.parametrize(
    ("of_file", "reason"),
    [
        (2_000_000, None),
        (9_000_000, "its 9.0 Mbit/s are more than the 4.7 that its size and frame rate need"),
        (None, "its duration or bit rate is unknown"),
    ],
)
def test_a_picture_of_unknown_bit_rate_is_judged_by_that_of_the_file(
    own: int | None, of_file: int | None, reason: str | None
) -> None:
    stream = picture(bit_rate=own)

    assert why_video_is_encoded(source(bit_rate=of_file), stream) == reason


def test_a_known_bit_rate_of_the_picture_counts_before_that_of_the_file() -> None:
    assert why_video_is_encoded(source(bit_rate=99_000_000), picture()) is None


@pytest.mark.parametrize("duration", [None, 0.0, 43_200.1])
def test_a_picture_of_unknown_duration_is_encoded(duration: float | None) -> None:
    reason = why_video_is_encoded(source(duration=duration), picture())

    assert reason == "its duration or bit rate is unknown"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"layout": "mono"},
        {"sample_rate": 44_100},
        {"bit_rate": None},
        {"bit_rate": 384_000},
        {"start": WITHIN},
        {"start": -WITHIN},
        {"container": "matroska"},
    ],
)
def test_sound_that_every_browser_plays_is_copied(changes: dict[str, Any]) -> None:
    assert against_audio(**changes) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"codec": "opus"}, "its codec is opus, which not every browser plays"),
        ({"codec": "8svx_fib"}, "its codec is 8svx_fib, which not every browser plays"),
        ({"profile": "Main"}, "its profile is Main instead of AAC-LC"),
        ({"profile": "HE-AAC"}, "its profile is HE-AAC instead of AAC-LC"),
        ({"profile": None}, "its profile is unknown instead of AAC-LC"),
        ({"layout": "5.1(side)"}, "its channels are 5.1(side) instead of stereo"),
        ({"sample_rate": 44_101}, "its sample rate is 44101 Hz"),
        ({"sample_rate": 96_000}, "its sample rate is 96000 Hz"),
        ({"bit_rate": 384_001}, "its 384 kbit/s are more than stereo needs"),
        ({"bit_rate": 1_411_999}, "its 1411 kbit/s are more than stereo needs"),
        ({"sample_descriptions": 2}, "its coding changes on the way"),
        ({"sample_descriptions": 0}, "its coding changes on the way"),
        ({"start": BEYOND}, CUT),
        ({"start": -BEYOND}, CUT),
        ({"edits": (empty(BEYOND),)}, CUT),
        ({"container": "avi"}, "the time stamps of avi files cannot be copied"),
    ],
)
def test_sound_beyond_any_bound_is_encoded_and_the_bound_is_named(
    changes: dict[str, Any], reason: str
) -> None:
    assert against_audio(**changes) == reason


@pytest.mark.parametrize(
    "edits",
    [
        (),
        (empty(WITHIN),),
        (empty(Fraction(0)),),
        (shown(Fraction(0), Fraction(10)),),
        (shown(WITHIN, Fraction(10) - WITHIN),),
        (shown(Fraction(0), Fraction(10) - WITHIN),),
        (shown(WITHIN, Fraction(10) - 2 * WITHIN),),
        (shown(Fraction(0), Fraction(11)),),
        (shown(Fraction(0), Fraction(0)),),
        (empty(WITHIN), shown(WITHIN, Fraction(0))),
        (empty(WITHIN), shown(Fraction(0), Fraction(10) - WITHIN)),
    ],
)
def test_an_edit_list_that_takes_at_most_a_fifth_of_a_second_from_either_end_is_ordinary(
    edits: tuple[Edit, ...],
) -> None:
    changes: dict[str, Any] = {"edits": edits, "media_duration": Fraction(10)}

    assert against_video(**changes) is None
    assert against_audio(**changes) is None


@pytest.mark.parametrize(
    "edits",
    [
        (empty(BEYOND),),
        (empty(BEYOND), shown(Fraction(0), Fraction(10))),
        (empty(WITHIN), empty(WITHIN)),
        (shown(BEYOND, Fraction(10) - BEYOND),),
        (shown(BEYOND, Fraction(0)),),
        (shown(-MS, Fraction(10)),),
        (shown(Fraction(0), Fraction(10) - BEYOND),),
        (shown(Fraction(0), MS),),
        (shown(WITHIN, Fraction(10) - WITHIN - BEYOND),),
        (shown(Fraction(0), Fraction(5)), shown(Fraction(5), Fraction(5))),
        (shown(Fraction(0), Fraction(10)), shown(Fraction(0), Fraction(10))),
        (shown(Fraction(0), Fraction(10)), empty(MS)),
        (empty(MS), shown(Fraction(0), Fraction(5)), shown(Fraction(5), Fraction(5))),
    ],
)
def test_an_edit_list_that_takes_more_or_puts_parts_together_is_not(
    edits: tuple[Edit, ...],
) -> None:
    changes: dict[str, Any] = {"edits": edits, "media_duration": Fraction(10)}

    assert against_video(**changes) == CUT
    assert against_audio(**changes) == CUT


def test_an_edit_of_a_track_of_unknown_duration_is_judged_by_its_start_alone() -> None:
    assert against_video(edits=(shown(WITHIN, Fraction(1)),), media_duration=None) is None
    assert against_video(edits=(shown(BEYOND, Fraction(1)),), media_duration=None) == CUT


def test_of_several_reasons_the_first_is_the_plainest() -> None:
    assert against_video(codec="hevc", profile="Main 10", level=153) == (
        "its codec is hevc, which not every browser plays"
    )
    assert against_audio(codec="ac3", layout="5.1", profile=None) == (
        "its codec is ac3, which not every browser plays"
    )
