"""What a probe finds in a file, and whether such a file may be uploaded at all.

>>> from vidcore import AudioStream, MediaInfo, check_source
>>> song = AudioStream(index=0, codec="aac", sample_rate=44_100, layout="stereo")
>>> check_source(MediaInfo(container="mov", duration=180.0, video=(), audio=(song,)))
Traceback (most recent call last):
vidcore.errors.FileFormatNotSupportedError: The file has no video track.
"""

import re
from enum import StrEnum
from fractions import Fraction
from typing import Final

import attrs

from vidcore.errors import FileFormatNotSupportedError, InvalidValueError
from vidcore.text import check_storable

EXTENSIONS: Final = frozenset({"mp4", "mov", "avi", "mkv", "webm"})  # promised to clients
FORMATS: Final = "MP4, MOV, AVI, MKV and WEBM"
CONTAINERS: Final = frozenset({"mov", "matroska", "avi"})  # ffmpeg's demuxers of these
FILENAME_MAX: Final = 255  # characters; what filesystems take

PIXELS_MAX: Final = 36_000_000  # pixels; a frame of 8192x4352, the most of H.264's level 6.2
DURATION_MAX: Final = 12 * 3600.0  # seconds; what is longer, claims so or fills the disk

_BYTE_ORDER: Final = r"(?:msb)?(?:le|be)?$"
_DEPTH: Final = re.compile(  # after the layout: yuv420p10, p010, y210, gray16, grayf32, xyz12
    rf"(?:p|p0|p2|p4|y2|gray|ya|f|xyz|x2rgb|x2bgr)(9|10|12|14|16|32){_BYTE_ORDER}"
)
_PACKED_DEPTH: Final = {  # bits of one component, where the name counts those of a pixel
    "nv20": 10,
    "xv30": 10,
    "v30x": 10,
    "xv36": 12,
    "xv48": 16,
    "rgb48": 16,
    "bgr48": 16,
    "rgba64": 16,
    "bgra64": 16,
    "ayuv64": 16,
    "rgb96": 32,
    "rgba128": 32,
}
_CHANNELS: Final = {"mono": 1, "stereo": 2, "downmix": 2, "1 channels": 1, "2 channels": 2}


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
class Edit:
    """An entry of an MP4's edit list: `length` seconds of the track from `start` on.

    `start` is None for an empty edit, which shows nothing for that long.
    """

    start: Fraction | None
    length: Fraction


@attrs.frozen(kw_only=True)
class VideoStream:
    """A video track. Sizes are the coded ones in pixels; `rotation` is clockwise, in degrees.

    `frame_rate` is the average one and `real_frame_rate` the base of its timing, in frames/s; they
    differ where the rate varies, which `variable_frame_rate` says where the file lists its frames.
    `level` is H.264's, times ten; `bit_rate` is in bits/s, `start` in seconds after the file's.
    `key_frame_gap` is the longest time, in seconds, from one key frame to the next. `edits` and
    `sample_descriptions` are an MP4's. Colour names are ffmpeg's. What is not known is None.
    """

    index: int
    codec: str
    width: int
    height: int
    pixel_format: str
    profile: str | None = None
    level: int | None = None
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    frame_rate: Fraction | None = None
    real_frame_rate: Fraction | None = None
    variable_frame_rate: bool | None = None
    interlaced: bool = False
    full_range: bool = False
    matrix: str | None = None
    primaries: str | None = None
    transfer: str | None = None
    bit_rate: int | None = None
    start: Fraction = Fraction(0)
    key_frame_gap: float | None = None
    edits: tuple[Edit, ...] = ()
    media_duration: Fraction | None = None
    sample_descriptions: int = 1
    attached_picture: bool = False

    @property
    def bit_depth(self) -> int:
        """Give the bits of one component, as the name of the pixel format tells them; at least 8."""
        found = _DEPTH.search(self.pixel_format)
        if found:
            return int(found[1])
        return _PACKED_DEPTH.get(re.sub(_BYTE_ORDER, "", self.pixel_format), 8)

    @property
    def high_dynamic_range(self) -> Transfer | None:
        """Give the transfer function, if it is one of high dynamic range."""
        return next((transfer for transfer in Transfer if transfer.value == self.transfer), None)


@attrs.frozen(kw_only=True)
class AudioStream:
    """An audio track; `sample_rate` in Hz, `layout`, `codec` and `profile` as ffmpeg names them.

    `bit_rate` is in bits/s, `start` in seconds after the file's; the rest is as in VideoStream.
    """

    index: int
    codec: str
    sample_rate: int
    layout: str
    profile: str | None = None
    bit_rate: int | None = None
    start: Fraction = Fraction(0)
    edits: tuple[Edit, ...] = ()
    media_duration: Fraction | None = None
    sample_descriptions: int = 1
    default: bool = False
    commentary: bool = False

    @property
    def channels(self) -> int | None:
        """Give 1 or 2 for mono and stereo, None for any other layout."""
        return _CHANNELS.get(self.layout)


@attrs.frozen(kw_only=True)
class MediaInfo:
    """What a probe found; `container` is the demuxer's first name, `duration` the header's claim in s.

    `bit_rate` is that of the whole file, in bits/s. `faststart` says whether an MP4's index stands
    before its data; None for other containers.
    """

    container: str
    duration: float | None
    video: tuple[VideoStream, ...]
    audio: tuple[AudioStream, ...]
    bit_rate: int | None = None
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
