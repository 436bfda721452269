"""What is done to a source: which tracks, which of them are copied, and how the picture is made.

>>> from fractions import Fraction
>>> from vidcore.media import fit
>>> fit(Fraction(853), Fraction(479)), fit(Fraction(2160), Fraction(3840))
((852, 478), (1080, 1920))
"""

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final, Self

import attrs

from vidcore.media.copying import (
    FRAME_RATE_KEPT,
    FRAME_RATE_MAX,
    LONG_SIDE_MAX,
    SHORT_SIDE_MAX,
    why_audio_is_encoded,
    why_video_is_encoded,
)
from vidcore.media.sources import AudioStream, MediaInfo, Transfer, VideoStream, check_source

HD_SHORT_SIDE: Final = 720  # pixels; untagged sources from this size on are taken as BT.709
ASPECT_MAX: Final = 10  # a pixel wider or higher than this is a broken header
THUMBNAIL_HEIGHT: Final = 360  # pixels; a third of 1080p


class Mode(StrEnum):
    """Which of the tracks are encoded; `remux` copies all, `encode` none."""

    REMUX = "remux"
    AUDIO = "audio"
    VIDEO = "video"
    ENCODE = "encode"


@attrs.frozen(kw_only=True)
class Plan:
    """What is done to a source: which tracks, and how the picture is made.

    `width` and `height` are the output's, in pixels. `copy_video` and `copy_audio` say which tracks
    stay as they are. `matrix` is how the source's colours are read, as ffmpeg's scaler names it.
    `duration` is what the source claims to last, in seconds, None if it claims nothing credible.
    `plays_at_once` says that browsers play the source itself. `reasons` has one sentence for each
    decision.
    """

    video_index: int
    audio_index: int | None
    width: int
    height: int
    matrix: str
    duration: float | None = None
    copy_video: bool = False
    copy_audio: bool = False
    deinterlace: bool = False
    cap_frame_rate: bool = False
    tone_map: Transfer | None = None
    plays_at_once: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def mode(self) -> Mode:
        """Say which of the tracks are encoded; a video without sound is a remux or `video`."""
        copies_audio = self.copy_audio or self.audio_index is None
        match self.copy_video, copies_audio:
            case True, True:
                return Mode.REMUX
            case True, False:
                return Mode.AUDIO
            case False, True:
                return Mode.VIDEO
            case _:
                return Mode.ENCODE

    @property
    def making_share(self) -> float:
        """Say how much of the time making the file takes; the rest is for decoding what was copied."""
        return _MAKING[self.mode]

    @property
    def copies(self) -> bool:
        """Say whether any track is copied, which may turn out not to do."""
        return self.copy_video or self.copy_audio

    def encoded(self, because: str) -> Self:
        """Give the plan that encodes everything, since copying failed; `because` is a sentence."""
        return attrs.evolve(
            self,
            copy_video=False,
            copy_audio=False,
            plays_at_once=False,
            reasons=(
                *self.reasons,
                f"everything is encoded after all, since copying failed: {because}",
            ),
        )


# Measured with a minute of 720p: 0.2 s and 4.4 s, 2.8 s and 3.9 s, 27 s and 0.3 s.
_MAKING: Final = {Mode.REMUX: 0.05, Mode.AUDIO: 0.4, Mode.VIDEO: 0.98, Mode.ENCODE: 1.0}
_MATRICES: Final = {
    "bt709": "bt709",
    "bt470bg": "bt470bg",
    "smpte170m": "smpte170m",
    "smpte240m": "smpte240m",
    "fcc": "fcc",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
_RGB: Final = ("gbr", "rgb", "bgr", "argb", "abgr", "0rgb", "0bgr", "pal")


def displayed_size(stream: VideoStream) -> tuple[Fraction, Fraction]:
    """Give width and height as they are to be seen: square pixels, upright."""
    aspect = stream.sample_aspect
    if not Fraction(1, ASPECT_MAX) < aspect < ASPECT_MAX:
        aspect = Fraction(1)
    width, height = stream.width * aspect, Fraction(stream.height)
    return (height, width) if stream.rotation % 180 else (width, height)


def fit(width: Fraction, height: Fraction) -> tuple[int, int]:
    """Give the even size, in pixels, of a picture that is shrunk to 1080p but never enlarged.

    An edge goes to the even number nearest to it; an odd one, which has two, to the lower.
    """
    factor = min(
        Fraction(1),
        LONG_SIDE_MAX / max(width, height),
        SHORT_SIDE_MAX / min(width, height),
    )
    return _even(width * factor), _even(height * factor)


def _even(edge: Fraction) -> int:
    return max(2, 2 * ceil(edge / 2 - Fraction(1, 2)))


def plan(info: MediaInfo, *, copying: bool = True) -> Plan:
    """Decide how the source is made into the MP4 that is published.

    Without `copying`, everything is encoded. Raises FileFormatNotSupportedError, as `check_source`
    does.
    """
    stream, audio = check_source(info), info.main_audio
    forbidden = None if copying else "the settings of this service ask for it"
    against_video = forbidden or why_video_is_encoded(info, stream)
    against_audio = forbidden
    if audio is not None:
        against_audio = forbidden or why_audio_is_encoded(audio, container=info.container)
    width, height = fit(*displayed_size(stream))
    matrix, _ = _matrix(stream)
    made = Plan(
        video_index=stream.index,
        audio_index=None if audio is None else audio.index,
        width=width,
        height=height,
        matrix=matrix,
        duration=info.credible_duration,
        copy_video=against_video is None,
        copy_audio=audio is not None and against_audio is None,
        deinterlace=stream.interlaced,
        cap_frame_rate=stream.frame_rate is not None and stream.frame_rate > FRAME_RATE_KEPT,
        tone_map=stream.high_dynamic_range,
    )
    return attrs.evolve(
        made,
        plays_at_once=made.mode is Mode.REMUX and info.container == "mov",
        reasons=(
            *_about_picture(made, stream, against_video),
            *_about_sound(audio, against_audio),
            "metadata, and with it any position, is removed",
        ),
    )


def _about_picture(made: Plan, stream: VideoStream, against: str | None) -> Iterator[str]:
    if against is None:
        yield "the picture is copied as it is: every browser plays it"
        return
    yield f"the picture is encoded as H.264 High: {against}"
    if (made.width, made.height) != (stream.width, stream.height):
        yield (
            f"{stream.width}x{stream.height} becomes {made.width}x{made.height}, "
            "upright and at most 1080p"
        )
    if made.deinterlace:
        yield "an interlaced picture is deinterlaced"
    if made.cap_frame_rate:
        yield f"more than {FRAME_RATE_MAX} frames a second are reduced to that"
    if stream.variable_frame_rate:
        yield "the frame rate varies, and each frame keeps its time"
    if made.tone_map is not None:
        yield f"high dynamic range ({made.tone_map}) is tone-mapped to SDR"
        return
    _, colours = _matrix(stream)
    yield colours


def _about_sound(audio: AudioStream | None, against: str | None) -> Iterator[str]:
    if audio is None:
        yield "the source has no sound"
    elif against is None:
        yield "the default sound track is copied as it is: every browser plays it"
    else:
        yield f"the default sound track is encoded as stereo AAC: {against}"


def _matrix(stream: VideoStream) -> tuple[str, str]:
    if stream.pixel_format.startswith(_RGB):
        return "bt709", "RGB is converted to BT.709"
    if stream.matrix in _MATRICES:
        return _MATRICES[stream.matrix], f"colours are read as tagged: {stream.matrix}"
    if min(stream.width, stream.height) >= HD_SHORT_SIDE:
        return "bt709", "colours without a tag are read as BT.709, since the picture is HD"
    return "smpte170m", "colours without a tag are read as SMPTE 170M, since the picture is SD"


def thumbnail_width(width: int, height: int) -> int:
    """Give the even width, in pixels, of a thumbnail 360 high."""
    return max(2, 2 * int(Fraction(THUMBNAIL_HEIGHT * width, 2 * height) + Fraction(1, 2)))
