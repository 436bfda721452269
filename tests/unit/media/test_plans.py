from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.media.tracks import picture, sound, source
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import (
    AudioStream,
    MediaInfo,
    Mode,
    Plan,
    VideoStream,
    displayed_size,
    fit,
    plan,
    why_video_is_encoded,
)
from vidcore.testing.media_strategies import audio_streams, media_infos, video_streams
from vidcore.testing.strategies import plans

REMOVED = "metadata, and with it any position, is removed"
sources = st.builds(
    lambda stream, audio: source(
        video=(attrs.evolve(stream, attached_picture=False),), audio=audio
    ),
    video_streams().filter(lambda stream: stream.width * stream.height <= 36_000_000),
    st.just(()) | st.tuples(audio_streams()),
)


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
    assert made.duration == info.credible_duration
    assert made.plays_at_once == (made.mode is Mode.REMUX and info.container == "mov")
    assert all(made.reasons)
    assert len(set(made.reasons)) == len(made.reasons)


@given(info=sources)
def test_without_copying_nothing_is_copied_and_all_else_is_planned_as_ever(
    info: MediaInfo,
) -> None:
    made = plan(info, copying=False)

    assert (made.copy_video, made.copy_audio, made.copies) == (False, False, False)
    assert made.mode is (Mode.ENCODE if info.audio else Mode.VIDEO)
    assert made == attrs.evolve(
        plan(info), copy_video=False, copy_audio=False, plays_at_once=False, reasons=made.reasons
    )
    assert made.reasons[0] == (
        "the picture is encoded as H.264 High: the settings of this service ask for it"
    )
    assert not info.audio or (
        "the default sound track is encoded as stereo AAC: the settings of this service ask for it"
    ) in (made.reasons)


@given(info=sources)
def test_a_plan_copies_what_it_can_and_gives_a_reason_for_each_thing_it_does(
    info: MediaInfo,
) -> None:
    [stream] = info.video
    made = plan(info)
    reasons = " ".join(made.reasons[:-1])

    assert made.copy_video == (why_video_is_encoded(info, stream) is None)
    assert made.copy_video == ("the picture is copied" in reasons)
    assert made.copy_audio == ("sound track is copied" in reasons)
    assert made.deinterlace == stream.interlaced == ("deinterlaced" in reasons)
    assert made.cap_frame_rate == ("frames a second are reduced" in reasons)
    assert (made.tone_map is not None) == ("tone-mapped" in reasons)
    resized = (made.width, made.height) != (stream.width, stream.height)
    assert resized == (f"becomes {made.width}x{made.height}" in reasons)
    assert not made.copy_video or not (
        resized or made.deinterlace or made.cap_frame_rate or made.tone_map
    )


OPUS = sound(codec="opus")
HEVC = picture(codec="hevc")


@pytest.mark.parametrize(
    ("stream", "tracks", "mode"),
    [
        (picture(), (sound(),), Mode.REMUX),
        (picture(), (), Mode.REMUX),
        (picture(), (OPUS,), Mode.AUDIO),
        (HEVC, (sound(),), Mode.VIDEO),
        (HEVC, (), Mode.VIDEO),
        (HEVC, (OPUS,), Mode.ENCODE),
    ],
)
@pytest.mark.parametrize("container", ["mov", "matroska"])
def test_the_mode_says_which_tracks_are_encoded_and_only_an_mp4_that_is_fit_plays_at_once(
    container: str, stream: VideoStream, tracks: tuple[AudioStream, ...], mode: Mode
) -> None:
    made = plan(source(container=container, video=(stream,), audio=tracks))

    assert made.mode is mode
    assert made.copy_video == (stream.codec == "h264")
    assert made.copy_audio == (sound() in tracks)
    assert made.copies == (made.copy_video or made.copy_audio)
    assert made.plays_at_once == (mode is Mode.REMUX and container == "mov")


def test_a_track_alone_of_two_that_is_copied_is_a_copy_too() -> None:
    assert plan(source(video=(HEVC,))).copies
    assert plan(source(audio=(OPUS,))).copies
    assert not plan(source(video=(HEVC,), audio=(OPUS,))).copies


@given(made=plans())
def test_a_plan_whose_copying_failed_encodes_everything_and_says_why(made: Plan) -> None:
    encoded = made.encoded(because="It is damaged.")

    assert encoded.mode is (Mode.VIDEO if made.audio_index is None else Mode.ENCODE)
    assert not encoded.copies
    assert encoded == attrs.evolve(
        made,
        copy_video=False,
        copy_audio=False,
        plays_at_once=False,
        reasons=(
            *made.reasons,
            "everything is encoded after all, since copying failed: It is damaged.",
        ),
    )


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

    assert plan(little) == Plan(
        video_index=0,
        audio_index=1,
        width=640,
        height=480,
        matrix="smpte170m",
        duration=None,
        copy_video=False,
        copy_audio=False,
        deinterlace=False,
        cap_frame_rate=False,
        tone_map=None,
        plays_at_once=False,
        reasons=(
            "the picture is encoded as H.264 High: its codec is vp9, which not every browser plays",
            "colours without a tag are read as SMPTE 170M, since the picture is SD",
            (
                "the default sound track is encoded as stereo AAC: "
                "its codec is opus, which not every browser plays"
            ),
            REMOVED,
        ),
    )


def test_a_file_that_is_fit_is_copied_at_its_own_size() -> None:
    assert plan(source()) == Plan(
        video_index=0,
        audio_index=1,
        width=1280,
        height=720,
        matrix="bt709",
        duration=10.0,
        copy_video=True,
        copy_audio=True,
        plays_at_once=True,
        reasons=(
            "the picture is copied as it is: every browser plays it",
            "the default sound track is copied as it is: every browser plays it",
            REMOVED,
        ),
    )


def test_a_plan_does_nothing_of_which_it_does_not_speak() -> None:
    bare = Plan(video_index=0, audio_index=None, width=2, height=2, matrix="bt709")

    assert (bare.copy_video, bare.copy_audio, bare.plays_at_once) == (False, False, False)
    assert bare.duration is None
    assert (bare.deinterlace, bare.cap_frame_rate, bare.tone_map) == (False, False, None)
    assert (bare.mode, bare.copies) == (Mode.VIDEO, False)


def test_a_plan_gives_its_reasons_in_numbers_that_a_reader_knows() -> None:
    fast = picture(
        width=3840,
        height=2160,
        interlaced=True,
        frame_rate=Fraction(120),
        variable_frame_rate=True,
        transfer="smpte2084",
        matrix="bt2020nc",
    )

    assert plan(source(video=(fast,), audio=())).reasons == (
        "the picture is encoded as H.264 High: its colours are smpte2084 instead of BT.709",
        "3840x2160 becomes 1920x1080, upright and at most 1080p",
        "an interlaced picture is deinterlaced",
        "more than 60 frames a second are reduced to that",
        "the frame rate varies, and each frame keeps its time",
        "high dynamic range (smpte2084) is tone-mapped to SDR",
        "the source has no sound",
        REMOVED,
    )


@pytest.mark.parametrize("varies", [None, False])
def test_a_frame_rate_that_is_not_known_to_vary_is_not_spoken_of(
    varies: bool | None,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    steady = picture(codec="vp9", variable_frame_rate=varies)

    assert "varies" not in " ".join(plan(source(video=(steady,))).reasons)


def test_the_less_is_copied_the_more_of_the_time_goes_into_making() -> None:
    """The rest is for decoding what was copied: none where nothing was."""
    made = plan(source())
    shares = [
        attrs.evolve(made, copy_video=video, copy_audio=audio).making_share
        for video, audio in ((True, True), (True, False), (False, True), (False, False))
    ]

    assert shares == sorted(set(shares))
    assert shares[0] > 0
    assert shares[-1] == 1
