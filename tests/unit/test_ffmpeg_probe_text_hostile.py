import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters_ffmpeg.probe_text import parse
from tests.unit.descriptions import described
from vidcore.errors import FileFormatNotSupportedError


def test_a_title_cannot_pose_as_a_track() -> None:
    text = described("  Stream #0:0: Video: h264, yuv420p, 64x64").replace(
        "  Duration",
        "  Metadata:\n    title           : x\n"
        "                    :   Stream #0:1: Video: h264, yuv420p, 8x8\n"
        "    displaymatrix   : rotation of -90.00 degrees\n  Duration",
        1,
    )

    info = parse(text)

    assert [(v.index, v.width, v.rotation) for v in info.video] == [(0, 64, 0)]


@pytest.mark.parametrize(
    "lines",
    [
        # The language "en)\n  Stream #0:9: Video: h264, yuv420p, 66x66", as ffmpeg 5 and 9 print it.
        (
            "  Stream #0:0(en)",
            "  Stream #0:9: Video: h264, yuv420p, 66x66): Video: h264, yuv420p, 8x8",
        ),
        ("  Stream #0:0(en): Data: none", "  Stream #0:9: Video: h264, yuv420p, 66x66"),
        ("  Stream #0:0: Video: h264, yuv420p, 8x8", "  Stream #0:0: Video: h264, yuv420p, 66x66"),
        ("  Stream #1:0: Video: h264, yuv420p, 8x8",),
    ],
)
def test_a_language_that_poses_as_a_track_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(FileFormatNotSupportedError, match="not described clearly"):
        parse(described(*lines))


PARTS = st.sampled_from(
    [
        *("Input #0, mov,mp4, from 'source':", "  Duration: 00:00:02.00,", "  Duration: N/A,"),
        *(
            "  Stream #0:0",
            "[0x1]",
            "(eng)",
            ": Video: ",
            ": Audio: ",
            "h264 (High)",
            ", ",
            "yuv420p",
        ),
        *(
            "(tv, ",
            "bt709/bt709/",
            "))",
            "((",
            "[",
            "]",
            "64x64",
            "SAR 1:0 DAR 1:1",
            "25 fps",
            "9" * 5000,
        ),
        *(
            "48000 Hz",
            "1.2.3 fps",
            "      displaymatrix: rotation of ",
            "1.2.3",
            " degrees",
            "٣",
            "\n",
        ),
    ]
)


@given(st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=40).map("".join))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    try:
        info = parse(f"Input #0, avi, from 'source':\n{text}")
    except FileFormatNotSupportedError:
        return
    assert info.container == "avi"
