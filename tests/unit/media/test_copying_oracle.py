"""A track is copied if and only if it breaks no rule: each is written down here once more, by hand."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.media.tracks import source
from vidcore.media import (
    AudioStream,
    MediaInfo,
    Transfer,
    VideoStream,
    why_audio_is_encoded,
    why_video_is_encoded,
)
from vidcore.testing.media_strategies import BIT_RATES, audio_streams, video_streams

files = st.builds(
    source,
    container=st.sampled_from(["mov", "matroska", "avi"]),
    duration=st.sampled_from([10.0, 43_200.0, 43_200.1, 0.0, None]),
    bit_rate=st.sampled_from([None, *BIT_RATES]),
)


def is_plain(track: VideoStream | AudioStream) -> bool:
    """Say whether, with 200 ms forgiven at either end, a track is shown whole and once."""
    parts = [(edit.start, edit.length) for edit in track.edits]
    if parts and parts[0][0] is None and parts[0][1] * 1000 <= 200:
        del parts[0]
    if not parts:
        return True
    start, length = parts[0]
    if len(parts) > 1 or start is None or start < 0 or start * 1000 > 200:
        return False
    if length == 0 or track.media_duration is None:
        return True
    return (start + length + Fraction("0.2")) >= track.media_duration


def timing_is_sound(track: VideoStream | AudioStream, container: str) -> list[bool]:
    return [
        container in ("mov", "matroska"),
        track.sample_descriptions == 1,
        -200 <= track.start * 1000 <= 200,
        is_plain(track),
    ]


def video_may_be_copied(info: MediaInfo, track: VideoStream) -> bool:
    if track.frame_rate is None or info.duration is None:
        return False
    bits = track.bit_rate or info.bit_rate
    per_second = track.width * track.height * track.frame_rate
    sizes = sorted([track.width, track.height])
    return all(
        [
            track.codec == "h264",
            track.profile in ("Constrained Baseline", "Main", "High"),
            track.level is None or track.level < 43,
            track.pixel_format == "yuv420p",
            not track.full_range,
            track.transfer not in list(Transfer),
            track.matrix in (None, "bt709", "smpte170m", "bt470bg"),
            not track.interlaced,
            track.rotation == 0,
            track.sample_aspect == 1,
            sizes[0] < 1081,
            sizes[1] < 1921,
            sizes[0] % 2 + sizes[1] % 2 == 0,
            5 <= track.frame_rate <= 61,
            0 < info.duration <= 12 * 60 * 60,
            bits is not None and (bits <= 1_500_000 or 100 * bits <= 17 * per_second),
            track.key_frame_gap is None or not track.key_frame_gap > 10,
            *timing_is_sound(track, info.container),
        ]
    )


def audio_may_be_copied(info: MediaInfo, track: AudioStream) -> bool:
    return all(
        [
            track.codec == "aac",
            track.profile == "LC",
            track.layout in ("mono", "stereo", "downmix", "1 channels", "2 channels"),
            track.sample_rate in (44_100, 48_000),
            track.bit_rate is None or track.bit_rate < 384_001,
            *timing_is_sound(track, info.container),
        ]
    )


@given(info=files, stream=video_streams())
def test_a_picture_is_copied_if_and_only_if_no_rule_is_broken(
    info: MediaInfo, stream: VideoStream
) -> None:
    reason = why_video_is_encoded(info, stream)

    assert (reason is None) == video_may_be_copied(info, stream)
    assert reason is None or (reason and reason == reason.strip())


@given(info=files, stream=audio_streams())
def test_sound_is_copied_if_and_only_if_no_rule_is_broken(
    info: MediaInfo, stream: AudioStream
) -> None:
    reason = why_audio_is_encoded(stream, container=info.container)

    assert (reason is None) == audio_may_be_copied(info, stream)
