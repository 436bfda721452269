import math
from fractions import Fraction

import pytest

from tests.unit.media.tracks import picture, sound, source
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import AudioStream, MediaInfo, Transfer, VideoStream, check_source, plan
from vidcore.media.sources import DURATION_MAX


@pytest.mark.parametrize("container", ["mov", "matroska", "avi"])
def test_a_known_container_with_a_picture_may_be_uploaded(container: str) -> None:
    assert check_source(source(container=container)) == picture()


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (
            source(container="mpegts"),
            "The file is of the kind 'mpegts' inside; MP4, MOV, AVI, MKV and WEBM can be uploaded.",
        ),
        (
            source(container="hls"),
            "The file is of the kind 'hls' inside; MP4, MOV, AVI, MKV and WEBM can be uploaded.",
        ),
        (source(video=()), "The file has no video track."),
        (source(video=(picture(attached_picture=True),)), "The file has no video track."),
        (
            source(video=(picture(width=36_000_001, height=1),)),
            "The picture has 36000001x1 pixels; 36000000 in all are allowed.",
        ),
        (
            source(video=(picture(width=6_001, height=6_000),)),
            "The picture has 6001x6000 pixels; 36000000 in all are allowed.",
        ),
    ],
)
def test_another_source_is_not_supported_and_told_why(info: MediaInfo, reason: str) -> None:
    with pytest.raises(FileFormatNotSupportedError) as checked:
        check_source(info)
    with pytest.raises(FileFormatNotSupportedError) as planned:
        plan(info)

    assert str(checked.value) == str(planned.value) == reason


def test_a_frame_of_36_megapixels_is_supported() -> None:
    assert check_source(source(video=(picture(width=6_000, height=6_000),))).width == 6_000


def test_the_main_picture_is_the_first_that_is_no_cover() -> None:
    cover = picture(index=0, attached_picture=True)
    one, two = picture(index=1), picture(index=2)

    assert source(video=(cover, one, two)).main_video == one
    assert source(video=(cover,)).main_video is None


def test_the_main_sound_is_the_default_and_a_commentary_only_for_want_of_another() -> None:
    first, second, default = sound(index=1), sound(index=2), sound(index=3, default=True)
    commentary = sound(index=0, default=True, commentary=True)

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


def test_twelve_hours_are_believed() -> None:
    assert DURATION_MAX == 43_200.0


@pytest.mark.parametrize(
    ("depth", "names"),
    [
        (
            8,
            "yuv420p yuvj420p nv12 p8 pal8 gray gbrp rgb24 rgb0 rgb565le bgr444be bayer_rggb8 vaapi",
        ),
        (9, "yuv420p9le gbrp9be gray9"),
        (10, "yuv420p10le yuva444p10be p010le p210be p410le y210le nv20le gray10le x2rgb10le"),
        (10, "gbrp10msble xv30le v30xle yuv422p10"),
        (12, "gray12 gray12be yuv444p12le p012le p212le p412be y212le xyz12le xv36be gbrap12le"),
        (14, "gray14le gbrp14be yuv420p14le"),
        (
            16,
            "rgb48 rgb48le bgr48be rgba64le bgra64le ayuv64le ya16le gray16 p016le p416be y216le xv48le",
        ),
        (16, "grayf16le rgbaf16be yuva420p16le gbrap16be"),
        (32, "gbrpf32le grayf32be rgb96le rgba128be gray32le"),
    ],
)
def test_the_bits_of_a_component_are_in_the_name_of_its_pixel_format(
    depth: int, names: str
) -> None:
    told = {name: picture(pixel_format=name).bit_depth for name in names.split()}

    assert told == dict.fromkeys(names.split(), depth)


@pytest.mark.parametrize(
    ("transfer", "known"),
    [
        (None, None),
        ("bt709", None),
        ("smpte2084", Transfer.PQ),
        ("arib-std-b67", Transfer.HLG),
    ],
)
def test_two_transfer_functions_are_of_high_dynamic_range(
    transfer: str | None, known: Transfer | None
) -> None:
    assert picture(transfer=transfer).high_dynamic_range is known


@pytest.mark.parametrize(
    ("layout", "channels"),
    [
        ("mono", 1),
        ("1 channels", 1),
        ("stereo", 2),
        ("downmix", 2),
        ("2 channels", 2),
        ("2.1", None),
        ("5.1(side)", None),
        ("3 channels", None),
    ],
)
def test_only_mono_and_stereo_are_counted(layout: str, channels: int | None) -> None:
    assert sound(layout=layout).channels == channels


def test_a_track_of_which_little_is_known_is_plain() -> None:
    bare = VideoStream(index=0, codec="vp9", width=640, height=480, pixel_format="yuv420p")
    tone = AudioStream(index=1, codec="opus", sample_rate=48_000, layout="stereo")

    assert (bare.sample_aspect, bare.rotation, bare.start) == (Fraction(1), 0, Fraction(0))
    assert (bare.interlaced, bare.full_range, bare.attached_picture) == (False, False, False)
    assert (bare.edits, bare.sample_descriptions) == ((), 1)
    assert (tone.default, tone.commentary, tone.start) == (False, False, Fraction(0))
    assert (tone.edits, tone.sample_descriptions) == ((), 1)
