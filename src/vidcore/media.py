"""What a source is, what has to be done to it, and why.

`plan` decides, from the facts of a probe alone, how a source becomes an MP4 that every browser plays:
upright, square pixels, even sizes, no larger than 1080p, 8-bit 4:2:0 in BT.709, at most 60 frames a
second, stereo AAC. Each decision is in the plan with its rule in words. `check_output` holds the
result against it before anything is published.

>>> from vidcore import MediaInfo, VideoStream, plan
>>> size = {"width": 3840, "height": 2160, "rotation": 90}
>>> phone = VideoStream(index=0, codec="hevc", pixel_format="yuv420p", **size)
>>> made = plan(MediaInfo(container="mov", duration=12.5, video=(phone,), audio=()))
>>> made.width, made.height, made.reasons[1]
(1080, 1920, '3840x2160 becomes 1080x1920, upright and at most 1080p')
"""

from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

import attrs

from vidcore.errors import FileFormatNotSupportedError, InvalidValueError, VideoProcessingError
from vidcore.text import check_storable

EXTENSIONS: Final = frozenset({"mp4", "mov", "avi", "mkv", "webm"})  # promised to clients
FORMATS: Final = "MP4, MOV, AVI, MKV and WEBM"
CONTAINERS: Final = frozenset({"mov", "matroska", "avi"})  # ffmpeg's demuxers of these
FILENAME_MAX: Final = 255  # characters; what filesystems take

PIXELS_MAX: Final = 36_000_000  # pixels; a frame of 8192x4352, the most of H.264's level 6.2
DURATION_MAX: Final = 12 * 3600.0  # seconds; what is longer, claims so or fills the disk
SHORT_SIDE_MAX: Final = 1080  # pixels; 1080p, lying or upright
LONG_SIDE_MAX: Final = 1920  # pixels; 1080p, lying or upright
FRAME_RATE_MAX: Final = 60  # frames/s; what phones record and screens show
FRAME_RATE_KEPT: Final = 61  # frames/s; averages of 60 fps sources lie a little above it
HD_SHORT_SIDE: Final = 720  # pixels; untagged sources from this size on are taken as BT.709
ASPECT_MAX: Final = 10  # a pixel wider or higher than this is a broken header
THUMBNAIL_HEIGHT: Final = 360  # pixels; a third of 1080p
DURATION_TOLERANCE: Final = 0.01  # of the duration; what lacks more is broken off
DURATION_SLACK: Final = 0.5  # seconds; the last frame, and encoder delay of the audio


def check_filename(value: str) -> str:
    """Give the bare file name of an upload, without folders, if it ends as a video does.

    Raises FileFormatNotSupportedError for another ending, InvalidValueError for what is no file name.
    """
    name = value.replace("\\", "/").rpartition("/")[2].strip()
    check_storable("file", name)
    if not 1 <= len(name) <= FILENAME_MAX:
        raise InvalidValueError("file", f"must have a name of 1 to {FILENAME_MAX} characters")
    stem, _, extension = name.rpartition(".")
    if not stem or extension.lower() not in EXTENSIONS:
        raise FileFormatNotSupportedError(f"{name!r} does not end as {FORMATS} files do.")
    return name


class Transfer(StrEnum):
    """The transfer functions of high dynamic range (ITU-R BT.2100), as ffmpeg names them."""

    PQ = "smpte2084"
    HLG = "arib-std-b67"


@attrs.frozen(kw_only=True)
class VideoStream:
    """A video track. Sizes are the coded ones in pixels; `rotation` is clockwise, in degrees.

    `frame_rate` is the average one; colour names are ffmpeg's, None where the file has no tag.
    """

    index: int
    codec: str
    width: int
    height: int
    pixel_format: str
    profile: str | None = None
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    frame_rate: Fraction | None = None
    interlaced: bool = False
    full_range: bool = False
    matrix: str | None = None
    primaries: str | None = None
    transfer: str | None = None
    attached_picture: bool = False


@attrs.frozen(kw_only=True)
class AudioStream:
    """An audio track; `sample_rate` in Hz, `layout` and `codec` as ffmpeg names them."""

    index: int
    codec: str
    sample_rate: int
    layout: str
    profile: str | None = None
    default: bool = False
    commentary: bool = False


@attrs.frozen(kw_only=True)
class MediaInfo:
    """What a probe found; `container` is the demuxer's first name, `duration` the header's claim in s.

    `faststart` says whether an MP4's index stands before its data; None for other containers.
    """

    container: str
    duration: float | None
    video: tuple[VideoStream, ...]
    audio: tuple[AudioStream, ...]
    faststart: bool | None = None

    @property
    def main_video(self) -> VideoStream | None:
        """Give the first video track that is not a cover picture."""
        return next((stream for stream in self.video if not stream.attached_picture), None)

    @property
    def main_audio(self) -> AudioStream | None:
        """Give the default audio track, or else the first; a commentary only if there is no other."""
        return min(self.audio, key=lambda a: (a.commentary, not a.default, a.index), default=None)

    @property
    def credible_duration(self) -> float | None:
        """Give the header's duration in seconds, unless it is absurd."""
        if self.duration is None or not 0 < self.duration <= DURATION_MAX:
            return None
        return self.duration


def check_source(info: MediaInfo) -> VideoStream:
    """Give the track that will be the video, if the file may be uploaded at all.

    Raises FileFormatNotSupportedError for another container, no video track, or frames over 36
    megapixels.
    """
    if info.container not in CONTAINERS:
        raise FileFormatNotSupportedError(
            f"The file is of the kind {info.container!r} inside; {FORMATS} can be uploaded."
        )
    stream = info.main_video
    if stream is None:
        raise FileFormatNotSupportedError("The file has no video track.")
    if stream.width * stream.height > PIXELS_MAX:
        raise FileFormatNotSupportedError(
            f"The picture has {stream.width}x{stream.height} pixels; {PIXELS_MAX} in all are allowed."
        )
    return stream


@attrs.frozen(kw_only=True)
class Plan:
    """What is done to a source: which tracks, and how the picture is made.

    `width` and `height` are the output's, in pixels. `matrix` is how the source's colours are read,
    as ffmpeg's scaler names it. `reasons` has one sentence for each decision.
    """

    video_index: int
    audio_index: int | None
    width: int
    height: int
    matrix: str
    deinterlace: bool = False
    cap_frame_rate: bool = False
    tone_map: Transfer | None = None
    reasons: tuple[str, ...] = ()


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


def plan(info: MediaInfo) -> Plan:
    """Decide how the source is made into the MP4 that is published.

    Raises FileFormatNotSupportedError, as `check_source` does.
    """
    stream = check_source(info)
    audio = info.main_audio
    width, height = fit(*displayed_size(stream))
    tone_map = next((t for t in Transfer if t.value == stream.transfer), None)
    cap = stream.frame_rate is not None and stream.frame_rate > FRAME_RATE_KEPT
    matrix, matrix_reason = _matrix(stream)
    return Plan(
        video_index=stream.index,
        audio_index=None if audio is None else audio.index,
        width=width,
        height=height,
        matrix=matrix,
        deinterlace=stream.interlaced,
        cap_frame_rate=cap,
        tone_map=tone_map,
        reasons=tuple(
            reason
            for holds, reason in (
                (True, f"{stream.codec} is encoded as H.264 High, which every browser plays"),
                (
                    (width, height) != (stream.width, stream.height),
                    f"{stream.width}x{stream.height} becomes {width}x{height}, upright and at most 1080p",
                ),
                (stream.interlaced, "an interlaced picture is deinterlaced"),
                (cap, f"more than {FRAME_RATE_MAX} frames a second are reduced to that"),
                (tone_map is not None, f"high dynamic range ({tone_map}) is tone-mapped to SDR"),
                (tone_map is None, matrix_reason),
                (audio is not None, "the default sound track is encoded as stereo AAC"),
                (audio is None, "the source has no sound"),
                (True, "metadata, and with it any position, is removed"),
            )
            if holds
        ),
    )


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


@attrs.frozen(kw_only=True)
class OutputFacts:
    """What the published file was found to be: its duration in seconds, its size in pixels."""

    duration_seconds: float
    width: int
    height: int


def check_output(made: Plan, source: MediaInfo, output: MediaInfo) -> OutputFacts:
    """Give the facts of an output, if it is what the plan wanted.

    Raises VideoProcessingError, whose reason is a sentence for the owner.
    """
    stream = output.main_video
    if stream is None or output.duration is None or not output.faststart:
        raise VideoProcessingError("Processing ended without a playable video.")
    if (stream.codec, stream.width, stream.height) != ("h264", made.width, made.height):
        raise VideoProcessingError(
            f"Processing made {stream.codec} of {stream.width}x{stream.height}, where H.264 of "
            f"{made.width}x{made.height} was planned."
        )
    if (made.audio_index is None) != (output.main_audio is None):
        raise VideoProcessingError("Processing lost the sound.")
    claimed = source.credible_duration
    if claimed is not None:
        missing = claimed - output.duration
        if missing > max(DURATION_SLACK, DURATION_TOLERANCE * claimed):
            raise VideoProcessingError(
                f"The file breaks off after {output.duration:.1f} of {claimed:.1f} seconds."
            )
    return OutputFacts(duration_seconds=output.duration, width=stream.width, height=stream.height)
