import math
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import (
    DURATION_MAX,
    AudioStream,
    MediaInfo,
    Plan,
    Transfer,
    VideoStream,
    check_source,
    displayed_size,
    fit,
    plan,
    thumbnail_width,
)
from vidcore.testing.strategies import media_infos, video_streams
from vidcore.testing.transcoding import SOURCE

PICTURE = SOURCE.video[0]
SOUND = SOURCE.audio[0]
edges = st.fractions(2, 20_000, max_denominator=400)


def picture(**changes: Any) -> VideoStream:
    return attrs.evolve(PICTURE, **changes)


def source(**changes: Any) -> MediaInfo:
    return attrs.evolve(SOURCE, **changes)


@given(width=edges, height=edges)
def test_a_picture_is_never_enlarged_always_even_and_within_1080p(
    width: Fraction, height: Fraction
) -> None:
    fitted = fit(width, height)

    assert all(edge >= 2 and edge % 2 == 0 for edge in fitted)
    assert max(fitted) <= 1920
    assert min(fitted) <= 1080
    assert fitted[0] < width + 1
    assert fitted[1] < height + 1


@given(width=edges, height=edges)
def test_a_picture_keeps_its_aspect_to_the_pixel(width: Fraction, height: Fraction) -> None:
    fitted = fit(width, height)
    long, short = max(width, height), min(width, height)
    scale = min(1.0, 1920 / float(long), 1080 / float(short))

    for edge, wanted in zip(fitted, (width, height), strict=True):
        assert edge == 2 or abs(edge - float(wanted) * scale) <= 1 + 1e-6


@given(width=edges, height=edges)
def test_a_picture_that_lies_is_treated_as_one_that_stands(
    width: Fraction, height: Fraction
) -> None:
    assert fit(height, width) == fit(width, height)[::-1]


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((1920, 1080), (1920, 1080)),
        ((3840, 2160), (1920, 1080)),
        ((1080, 1920), (1080, 1920)),
        ((2160, 3840), (1080, 1920)),
        ((1280, 720), (1280, 720)),
        ((4096, 2160), (1920, 1012)),
        ((1440, 1440), (1080, 1080)),
        ((2880, 2160), (1440, 1080)),
        ((641, 361), (640, 360)),
        ((Fraction(2560, 3), 480), (854, 480)),
        ((1, 1), (2, 2)),
        ((20_000, 10), (1920, 2)),
    ],
)
def test_common_sizes_become_what_one_expects(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert fit(Fraction(size[0]), Fraction(size[1])) == fitted


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, (1280, 720)),
        ({"rotation": 90}, (720, 1280)),
        ({"rotation": 180}, (1280, 720)),
        ({"rotation": 270}, (720, 1280)),
        ({"rotation": -90}, (720, 1280)),
        ({"sample_aspect": Fraction(4, 3)}, (Fraction(5120, 3), 720)),
        ({"sample_aspect": Fraction(4, 3), "rotation": 90}, (720, Fraction(5120, 3))),
        ({"sample_aspect": Fraction(0)}, (1280, 720)),
        ({"sample_aspect": Fraction(1, 10)}, (1280, 720)),
        ({"sample_aspect": Fraction(10)}, (1280, 720)),
        ({"sample_aspect": Fraction(11)}, (1280, 720)),
        ({"sample_aspect": Fraction(1, 11)}, (1280, 720)),
        ({"sample_aspect": Fraction(19, 2)}, (12_160, 720)),
        ({"sample_aspect": Fraction(2, 19)}, (Fraction(2_560, 19), 720)),
    ],
)
def test_a_picture_is_seen_upright_in_square_pixels_unless_their_shape_is_absurd(
    changes: dict[str, Any], size: tuple[Fraction, Fraction]
) -> None:
    assert displayed_size(picture(**changes)) == size


@pytest.mark.parametrize("container", ["mov", "matroska", "avi"])
def test_a_known_container_with_a_picture_may_be_uploaded(container: str) -> None:
    assert check_source(source(container=container)) == PICTURE


@pytest.mark.parametrize(
    "info",
    [
        source(container="mpegts"),
        source(container="hls"),
        source(video=()),
        source(video=(picture(attached_picture=True),)),
        source(video=(picture(width=36_000_001, height=1),)),
        source(video=(picture(width=6_001, height=6_000),)),
    ],
)
def test_another_source_is_not_supported(info: MediaInfo) -> None:
    with pytest.raises(FileFormatNotSupportedError):
        check_source(info)
    with pytest.raises(FileFormatNotSupportedError):
        plan(info)


def test_a_frame_of_36_megapixels_is_supported() -> None:
    assert check_source(source(video=(picture(width=6_000, height=6_000),))).width == 6_000


def test_the_main_picture_is_the_first_that_is_no_cover() -> None:
    cover = picture(index=0, attached_picture=True)
    one, two = picture(index=1), picture(index=2)

    assert source(video=(cover, one, two)).main_video == one
    assert source(video=(cover,)).main_video is None


def test_the_main_sound_is_the_default_and_a_commentary_only_for_want_of_another() -> None:
    def sound(index: int, **flags: Any) -> AudioStream:
        return attrs.evolve(SOUND, index=index, **flags)

    first, second, default = sound(1), sound(2), sound(3, default=True)
    commentary = sound(0, default=True, commentary=True)

    assert source(audio=(second, first)).main_audio == first
    assert source(audio=(commentary, first, default)).main_audio == default
    assert source(audio=(commentary, second)).main_audio == second
    assert source(audio=(commentary,)).main_audio == commentary
    assert source(audio=()).main_audio is None


@pytest.mark.parametrize(
    ("claimed", "credible"),
    [
        (None, None),
        (0.0, None),
        (-1.0, None),
        (math.nan, None),
        (math.inf, None),
        (0.04, 0.04),
        (DURATION_MAX, DURATION_MAX),
        (DURATION_MAX + 0.1, None),
    ],
)
def test_an_absurd_duration_is_not_believed(claimed: float | None, credible: float | None) -> None:
    assert source(duration=claimed).credible_duration == credible


@given(info=media_infos())
def test_any_source_is_planned_or_refused_with_a_sentence(info: MediaInfo) -> None:
    try:
        made = plan(info)
    except FileFormatNotSupportedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - one of two outcomes
        return
    stream = info.main_video

    assert stream is not None
    assert made.video_index == stream.index
    assert (made.width, made.height) == fit(*displayed_size(stream))
    assert (made.audio_index is None) == (not info.audio)
    assert all(made.reasons)
    assert len(set(made.reasons)) == len(made.reasons)


@given(stream=video_streams())
def test_a_plan_gives_a_reason_for_each_thing_it_does(stream: VideoStream) -> None:
    stream = attrs.evolve(stream, attached_picture=False, width=stream.width % 4_000 + 1)
    made = plan(source(video=(stream,)))
    reasons = " ".join(made.reasons)

    assert made.deinterlace == stream.interlaced == ("deinterlaced" in reasons)
    assert made.cap_frame_rate == ("frames a second" in reasons)
    assert (made.tone_map is not None) == ("tone-mapped" in reasons)
    resized = (made.width, made.height) != (stream.width, stream.height)
    assert resized == (f"becomes {made.width}x{made.height}" in reasons)


@pytest.mark.parametrize(
    ("rate", "capped"),
    [(None, False), (Fraction(60), False), (Fraction(61), False), (Fraction(123, 2), True)],
)
def test_more_than_60_frames_a_second_are_reduced(
    rate: Fraction | None,
    capped: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    assert plan(source(video=(picture(frame_rate=rate),))).cap_frame_rate is capped


def test_a_track_of_which_little_is_known_is_upright_square_progressive_and_untagged() -> None:
    bare = VideoStream(index=0, codec="vp9", width=640, height=480, pixel_format="yuv420p")
    little = MediaInfo(
        container="matroska",
        duration=None,
        video=(bare,),
        audio=(AudioStream(index=1, codec="opus", sample_rate=48_000, layout="stereo"),),
    )

    assert bare.sample_aspect == Fraction(1)
    assert not bare.full_range
    assert not bare.attached_picture
    assert plan(little) == Plan(
        video_index=0,
        audio_index=1,
        width=640,
        height=480,
        matrix="smpte170m",
        deinterlace=False,
        cap_frame_rate=False,
        tone_map=None,
        reasons=(
            "vp9 is encoded as H.264 High, which every browser plays",
            "colours without a tag are read as SMPTE 170M, since the picture is SD",
            "the default sound track is encoded as stereo AAC",
            "metadata, and with it any position, is removed",
        ),
    )


def test_a_plan_does_nothing_of_which_it_does_not_speak() -> None:
    bare = Plan(video_index=0, audio_index=None, width=2, height=2, matrix="bt709")

    assert (bare.deinterlace, bare.cap_frame_rate, bare.tone_map) == (False, False, None)


def test_a_plan_gives_its_reasons_in_numbers_that_a_reader_knows() -> None:
    fast = picture(frame_rate=Fraction(120), transfer="smpte2084", matrix="bt2020nc")

    assert plan(source(video=(fast,), audio=())).reasons[1:-1] == (
        "more than 60 frames a second are reduced to that",
        "high dynamic range (smpte2084) is tone-mapped to SDR",
        "the source has no sound",
    )


@pytest.mark.parametrize(
    ("transfer", "tone_map"),
    [
        (None, None),
        ("bt709", None),
        ("smpte2084", Transfer.PQ),
        ("arib-std-b67", Transfer.HLG),
    ],
)
def test_high_dynamic_range_is_tone_mapped(transfer: str | None, tone_map: Transfer | None) -> None:
    assert plan(source(video=(picture(transfer=transfer),))).tone_map is tone_map


@pytest.mark.parametrize(
    ("changes", "matrix"),
    [
        ({"pixel_format": "gbrp", "matrix": "bt470bg"}, "bt709"),
        ({"pixel_format": "rgb24"}, "bt709"),
        ({"pixel_format": "pal8"}, "bt709"),
        ({"matrix": "bt2020nc"}, "bt2020"),
        ({"matrix": "smpte170m"}, "smpte170m"),
        ({"matrix": "ycgco"}, "bt709"),
        ({"matrix": None}, "bt709"),
        ({"matrix": None, "height": 719}, "smpte170m"),
        ({"matrix": None, "width": 719, "height": 1_280}, "smpte170m"),
    ],
)
def test_colours_are_read_as_tagged_or_else_by_the_size_of_the_picture(
    changes: dict[str, Any], matrix: str
) -> None:
    assert plan(source(video=(picture(**changes),))).matrix == matrix


@pytest.mark.parametrize(
    ("size", "width"),
    [((1920, 1080), 640), ((1080, 1920), 202), ((640, 480), 480), ((2, 1920), 2), ((2, 2), 360)],
)
def test_a_thumbnail_is_360_high_and_evenly_wide(size: tuple[int, int], width: int) -> None:
    assert thumbnail_width(*size) == width


def test_twelve_hours_are_believed() -> None:
    assert DURATION_MAX == 43_200.0
