"""What a probe can find, for hypothesis: sound and broken, and just within and beyond every bound."""

from fractions import Fraction
from typing import Any, Final, TypeVar

import attrs
from hypothesis import strategies as st

from vidcore.media import AudioStream, Edit, MediaInfo, Transfer, VideoStream

T = TypeVar("T", VideoStream, AudioStream)

EDGES: Final = [1, 2, 3, 719, 720, 1079, 1080, 1081, 1082, 1919, 1920, 1921, 1922]  # pixels
SPANS: Final = [Fraction(n, 10) for n in (-3, -2, -1, 0, 1, 2, 3, 90, 97, 98, 99, 100)]  # s
RATES: Final = [Fraction(rate) for rate in ("4.99", "5", "30000/1001", "30", "60", "61", "61.01")]
BIT_RATES: Final = [0, 384_000, 384_001, 1_500_000, 1_500_001, 10_000_000, 50_000_000]  # bits/s
CONTAINERS: Final = ["mov", "matroska", "avi", "mpegts", "gif"]
PIXEL_FORMATS: Final = ["yuv420p", "yuvj420p", "yuv422p", "yuv420p10le", "gbrp", "rgb24", "pal8"]


def edits() -> st.SearchStrategy[tuple[Edit, ...]]:
    """Make edit lists: none, empty edits, one, some, around the bound of 0.2 s."""
    span = st.sampled_from(SPANS)
    edit = st.builds(Edit, start=st.sampled_from([None, *SPANS]), length=span.map(abs))
    return st.lists(edit, max_size=3).map(tuple)


_EDGE: Final = st.integers(1, 9_000) | st.sampled_from(EDGES)
_RATE: Final = st.sampled_from([None, *RATES]) | st.integers(1_001, 240 * 1_001).map(
    lambda parts: Fraction(parts, 1_001)
)
_ASPECT: Final = st.just(Fraction(1)) | st.integers(0, 12 * 360).map(
    lambda parts: Fraction(parts, 360)
)
_TIMING: Final[dict[str, st.SearchStrategy[Any]]] = {
    "bit_rate": st.sampled_from([None, *BIT_RATES]),
    "start": st.sampled_from(SPANS),
    "edits": edits(),
    "media_duration": st.sampled_from([None, *SPANS]),
    "sample_descriptions": st.sampled_from([0, 1, 2]),
}
_VIDEO: Final[dict[str, st.SearchStrategy[Any]]] = {
    "index": st.integers(0, 20),
    "codec": st.sampled_from(["h264", "hevc", "mpeg4", "vp9", "rawvideo"]),
    "width": _EDGE,
    "height": _EDGE,
    "pixel_format": st.sampled_from(PIXEL_FORMATS),
    "profile": st.sampled_from([None, "Baseline", "Main", "High", "High 10", "Main 10"]),
    "level": st.sampled_from([None, 9, 42, 43, 62]),
    "sample_aspect": _ASPECT,
    "rotation": st.sampled_from([-90, 0, 90, 180, 270]),
    "frame_rate": _RATE,
    "real_frame_rate": _RATE,
    "variable_frame_rate": st.sampled_from([None, False, True]),
    "interlaced": st.booleans(),
    "full_range": st.booleans(),
    "matrix": st.sampled_from([None, "bt709", "smpte170m", "bt2020nc", "gbr", "ycgco"]),
    "primaries": st.sampled_from([None, "bt709", "bt2020"]),
    "transfer": st.sampled_from([None, "bt709", *(transfer.value for transfer in Transfer)]),
    "key_frame_gap": st.sampled_from([None, 0.5, 9.9, 10.0, 10.1, 600.0]),
    "attached_picture": st.booleans(),
    **_TIMING,
}
_AUDIO: Final[dict[str, st.SearchStrategy[Any]]] = {
    "index": st.integers(0, 20),
    "codec": st.sampled_from(["aac", "opus", "pcm_s16le"]),
    "sample_rate": st.sampled_from([8_000, 44_100, 48_000, 96_000, 192_000]),
    "layout": st.sampled_from(["mono", "stereo", "downmix", "2 channels", "5.1", "3 channels"]),
    "profile": st.sampled_from([None, "LC", "HE-AAC", "HE-AACv2"]),
    "default": st.booleans(),
    "commentary": st.booleans(),
    **_TIMING,
}


def video_streams() -> st.SearchStrategy[VideoStream]:
    """Make picture tracks: anyhow, or fit to be copied but for up to two fields.

    Those are tiny to huge, rotated, with broken aspects, tagged or not, SDR or HDR.
    """
    return st.builds(VideoStream, **_VIDEO) | _fit_video_streams().flatmap(
        lambda track: _spoilt(track, _VIDEO)
    )


def audio_streams() -> st.SearchStrategy[AudioStream]:
    """Make sound tracks, commentaries among them: anyhow, or fit but for up to two fields."""
    return st.builds(AudioStream, **_AUDIO) | _fit_audio_streams().flatmap(
        lambda track: _spoilt(track, _AUDIO)
    )


def _fit_video_streams() -> st.SearchStrategy[VideoStream]:
    return st.builds(
        lambda size, **fields: VideoStream(
            codec="h264", pixel_format="yuv420p", width=size[0], height=size[1], **fields
        ),
        st.sampled_from([(2, 2), (640, 360), (1080, 1080), (1920, 1080), (1080, 1920)]),
        index=st.integers(0, 20),
        profile=st.sampled_from(["Constrained Baseline", "Main", "High"]),
        level=st.sampled_from([None, 9, 31, 42]),
        frame_rate=st.sampled_from([Fraction(5), Fraction(30), Fraction(61)]),
        matrix=st.sampled_from([None, "bt709", "smpte170m", "bt470bg"]),
        bit_rate=st.sampled_from([1, 1_500_000]),
        start=st.sampled_from([Fraction(-1, 5), Fraction(0), Fraction(1, 5)]),
        key_frame_gap=st.sampled_from([None, 0.5, 10.0]),
    )


def _fit_audio_streams() -> st.SearchStrategy[AudioStream]:
    return st.builds(
        AudioStream,
        index=st.integers(0, 20),
        codec=st.just("aac"),
        sample_rate=st.sampled_from([44_100, 48_000]),
        layout=st.sampled_from(["mono", "stereo"]),
        profile=st.just("LC"),
        bit_rate=st.sampled_from([None, 128_000, 384_000]),
        default=st.booleans(),
    )


def _spoilt(track: T, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[T]:
    names = st.sets(st.sampled_from(sorted(fields)), max_size=2)
    changes = names.flatmap(
        lambda taken: st.fixed_dictionaries({name: fields[name] for name in sorted(taken)})
    )
    return changes.map(lambda changed: attrs.evolve(track, **changed))


def media_infos() -> st.SearchStrategy[MediaInfo]:
    """Make what a probe can find; some of it may not be uploaded, and some can be copied."""
    durations = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([None, 43_200.0])
    return st.builds(
        MediaInfo,
        container=st.sampled_from(["mov", "matroska"]) | st.sampled_from(CONTAINERS),
        duration=st.just(10.0) | durations,
        video=st.lists(video_streams(), max_size=2).map(tuple),
        audio=st.lists(audio_streams(), max_size=2).map(tuple),
        bit_rate=st.sampled_from([None, *BIT_RATES]),
        faststart=st.none() | st.booleans(),
    )
