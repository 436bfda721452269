from fractions import Fraction

import pytest

from adapters_ffmpeg.probe_text import parse, track_ids
from tests.unit.descriptions import described, picture
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import AudioStream, MediaInfo, VideoStream

PHONE_MOV_BY_9 = """\
Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'source':
  Metadata:
    major_brand     : qt  
    encoder         : Lavf63.1.102
  Duration: 00:00:02.00, start: 0.000000, bitrate: 2123 kb/s
  Stream group #0:0[0x3]: Track Reference:
    Stream #0:0[0x1]: Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), 1920x1080 [SAR 1:1 DAR 16:9], 2043 kb/s, 30 fps, 30 tbr, 15360 tbn (default)
      Metadata:
        handler_name    : VideoHandler
        timecode        : 01:00:00:00
      Side data:
        Display Matrix: rotation of -90.00 degrees
    Stream #0:2[0x3](eng): Data: none (tmcd / 0x64636D74), 0 kb/s
      Metadata:
        handler_name    : VideoHandler
  Stream #0:1[0x2]: Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 63 kb/s (default)
    Metadata:
      handler_name    : SoundHandler
At least one output file must be specified
"""  # noqa: W291 - as ffmpeg prints it
PHONE_MOV_BY_5 = """\
Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'source':
  Metadata:
    major_brand     : qt  
    encoder         : Lavf63.1.102
  Duration: 00:00:02.00, start: 0.000000, bitrate: 2123 kb/s
  Stream #0:0[0x1]: Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), 1920x1080 [SAR 1:1 DAR 16:9], 2043 kb/s, 30 fps, 30 tbr, 15360 tbn (default)
    Metadata:
      handler_name    : VideoHandler
    Side data:
      displaymatrix: rotation of -90.00 degrees
  Stream #0:1[0x2]: Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 63 kb/s (default)
    Metadata:
      handler_name    : SoundHandler
  Stream #0:2[0x3](eng): Data: none (tmcd / 0x64636D74), 0 kb/s
    Metadata:
      handler_name    : VideoHandler
At least one output file must be specified
"""  # noqa: W291 - as ffmpeg prints it
PHONE_MOV = MediaInfo(
    container="mov",
    duration=2.0,
    bit_rate=2_123_000,
    video=(
        VideoStream(
            index=0,
            codec="h264",
            profile="High",
            width=1920,
            height=1080,
            pixel_format="yuv420p",
            rotation=90,
            frame_rate=Fraction(30),
            real_frame_rate=Fraction(30),
            variable_frame_rate=False,
            bit_rate=2_043_000,
        ),
    ),
    audio=(
        AudioStream(
            index=1,
            codec="aac",
            profile="LC",
            sample_rate=48000,
            layout="stereo",
            bit_rate=63_000,
            default=True,
        ),
    ),
)
MKV_WITH_MANY_TRACKS = """\
Input #0, matroska,webm, from 'source':
  Metadata:
    ENCODER         : Lavf63.1.102
  Duration: 00:00:02.02, start: 0.000000, bitrate: 1679 kb/s
  Chapters:
    Chapter #0:0: start 0.000000, end 1.000000
      Metadata:
        title           : one
  Stream #0:0: Video: h264 (High), yuv420p(tv, progressive), 1280x720 [SAR 1:1 DAR 16:9], 24 fps, 24 tbr, 1k tbn
  Stream #0:1: Audio: opus, 48000 Hz, mono, fltp (comment)
  Stream #0:2(eng): Audio: ac3, 48000 Hz, 5.1(side), fltp, 448 kb/s (default)
  Stream #0:3: Audio: mp3 (mp3float), 48000 Hz, stereo, fltp, 128 kb/s
  Stream #0:4: Subtitle: ass (ssa)
  Stream #0:5: Attachment: ttf
    Metadata:
      filename        : font.ttf
At least one output file must be specified
"""


@pytest.mark.parametrize("text", [PHONE_MOV_BY_9, PHONE_MOV_BY_5])
def test_both_forms_of_a_description_are_read_alike(text: str) -> None:
    assert parse(text) == PHONE_MOV


@pytest.mark.parametrize("text", [PHONE_MOV_BY_9, PHONE_MOV_BY_5])
def test_the_tracks_own_numbers_are_read(text: str) -> None:
    assert track_ids(text) == {0: 1, 1: 2, 2: 3}
    assert track_ids(MKV_WITH_MANY_TRACKS) == {}


def test_all_sound_tracks_are_told_with_what_they_are_for() -> None:
    info = parse(MKV_WITH_MANY_TRACKS)

    assert [(a.index, a.codec, a.layout, a.profile) for a in info.audio] == [
        (1, "opus", "mono", None),
        (2, "ac3", "5.1(side)", None),
        (3, "mp3", "stereo", None),
    ]
    assert [(a.default, a.commentary) for a in info.audio] == [
        (False, True),
        (True, False),
        (False, False),
    ]
    assert info.main_audio == info.audio[1]


def test_colours_and_ranges_are_read() -> None:
    hdr = picture("hevc (Main 10), yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive), 64x64")
    sdr = picture("h264 (High), yuv420p(tv, bt709), 64x64, 25 fps, 25 tbr")
    rgb = picture("ffv1, bgr0(pc, gbr/unknown/unknown, progressive), 640x480")

    assert (hdr.matrix, hdr.primaries, hdr.transfer) == ("bt2020nc", "bt2020", "smpte2084")
    assert (sdr.matrix, sdr.primaries, sdr.transfer) == ("bt709", "bt709", "bt709")
    assert (rgb.matrix, rgb.transfer, rgb.full_range) == ("gbr", None, True)
    assert (hdr.profile, hdr.full_range, hdr.frame_rate) == ("Main 10", False, None)


@pytest.mark.parametrize(
    ("order", "interlaced"),
    [
        ("progressive", False),
        ("top first", True),
        ("bottom first", True),
        ("top coded first (swapped)", True),
        ("bottom coded first (swapped)", True),
    ],
)
def test_interlaced_pictures_are_seen(order: str, interlaced: bool) -> None:  # noqa: FBT001 - a table
    assert picture(f"mpeg2video (Main), yuv420p(tv, {order}), 720x576").interlaced is interlaced


def test_the_containers_aspect_wins_over_the_codecs() -> None:
    both = picture("h264, yuv420p, 720x576 [SAR 16:15 DAR 4:3], SAR 64:45 DAR 16:9, 25 fps")
    broken = picture("h264, yuv420p, 720x576 [SAR 0:1 DAR 0:1]")

    assert both.sample_aspect == Fraction(64, 45)
    assert broken.sample_aspect == 1


@pytest.mark.parametrize(
    ("printed", "clockwise"),
    [("-90.00", 90), ("90.00", 270), ("180.00", 180), ("-0.00", 0), ("-89.60", 90), ("45.00", 0)],
)
def test_rotations_are_quarter_turns_clockwise(printed: str, clockwise: int) -> None:
    text = described(
        "  Stream #0:0: Video: h264, yuv420p, 64x64",
        "    Side data:",
        f"      displaymatrix: rotation of {printed} degrees",
    )

    assert parse(text).video[0].rotation == clockwise


@pytest.mark.parametrize(
    ("printed", "rate"),
    [("29.97", Fraction(2997, 100)), ("1k", Fraction(1000)), ("0.0500", Fraction(1, 20))],
)
def test_frame_rates_are_exact(printed: str, rate: Fraction) -> None:
    assert picture(f"h264, yuv420p, 64x64, {printed} fps, 90k tbn").frame_rate == rate


def test_an_unknown_duration_stays_unknown() -> None:
    text = described("  Stream #0:0: Video: vp8, yuv420p, 64x64", duration="N/A")

    assert parse(text).duration is None


def test_a_cover_is_no_main_video() -> None:
    text = described(
        "  Stream #0:0: Video: mjpeg, yuvj420p(pc), 600x600, 90k tbr (attached pic)",
        "  Stream #0:1: Video: h264 (High), yuv420p, 64x64",
    )

    main = parse(text).main_video

    assert main is not None
    assert main.index == 1


def test_tracks_without_a_form_are_left_out() -> None:
    text = described(
        "  Stream #0:0: Video: h264, yuv420p, 64x64",
        "  Stream #0:1: Video: png, rgba",
        "  Stream #0:2: Video: png, none, 0x0",
        "  Stream #0:3: Audio: aac",
        "  Stream #0:4: Unknown: none",
    )

    info = parse(text)

    assert [v.index for v in info.video] == [0]
    assert info.audio == ()


def test_sound_that_cannot_be_decoded_is_left_out_if_there_is_other() -> None:
    text = described(
        "  Stream #0:0: Video: hevc, yuv420p, 64x64",
        "  Stream #0:1: Audio: none (apac / 0x63617061), 48000 Hz, 4.0, 449 kb/s (default)",
        "  Stream #0:2: Audio: aac (LC), 48000 Hz, stereo, fltp",
    )

    assert [a.index for a in parse(text).audio] == [2]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("  Stream #0:0: Video: vvc (Main 10), none, 64x64", "'vvc'"),
        ("  Stream #0:0: Audio: atrac9, 48000 Hz, stereo", "'atrac9'"),
        ("  Stream #0:0: Video: ???, none, 64x64", "'none'"),
    ],
)
def test_what_cannot_be_decoded_is_refused_by_name(line: str, named: str) -> None:
    with pytest.raises(FileFormatNotSupportedError, match=named):
        parse(described(line))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[in#0] moov atom not found\nError opening input", "its index is missing"),
        (
            "detected only with low score of 1\nmoov atom not found",
            "is no MP4, MOV, AVI, MKV or WEBM",
        ),
        ("source: Invalid data found when processing input", "is no MP4, MOV, AVI, MKV or WEBM"),
        ("", "is no MP4, MOV, AVI, MKV or WEBM"),
    ],
)
def test_an_unreadable_file_is_refused_with_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(FileFormatNotSupportedError, match=reason):
        parse(text)
