"""What `ffmpeg -i` prints about a file, read into a MediaInfo."""

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final

from adapters_ffmpeg.codecs import READABLE
from adapters_ffmpeg.probe_lines import StreamLine, form, stream_lines
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import AudioStream, MediaInfo, VideoStream
from vidcore.media.sources import FORMATS

_INPUT: Final = form(r"Input #0, (\w+)[,\w]*, from ")
_DURATION: Final = form(
    r"  Duration: (?:N/A|(\d{1,9}):(\d\d):(\d\d\.\d\d)),"
    r"(?: start: (-?\d{1,9}\.\d{1,6}),)?(?: bitrate: (\d{1,9}) kb/s)?"
)
_PIXELS: Final = form(r"(\w+)(?:\((.*)\))?")
_SIZE: Final = form(r"(\d{1,9})x(\d{1,9})(?: \[.*\])?")
_ASPECT: Final = form(r"\bSAR (\d{1,9}):(\d{1,9})\b")
_RATE: Final = form(r"(\d{1,9}(?:\.\d{1,4})?)(k?) fps")
_BASE_RATE: Final = form(r"(\d{1,9}(?:\.\d{1,4})?)(k?) tbr")
_BIT_RATE: Final = form(r"(\d{1,9}) kb/s")
_START: Final = form(r"start (-?\d{1,9}\.\d{1,6})")
_HERTZ: Final = form(r"(\d{1,9}) Hz")
_COLOURS: Final = form(r"([\w-]+)/([\w-]+)/([\w-]+)")
_SAME_COLOURS: Final = frozenset({"bt709", "smpte170m", "smpte240m", "bt470bg"})  # for all three
_INTERLACED: Final = form(r"(?:top|bottom) (?:coded )?first")
_COMMENTARY: Final = frozenset({"comment", "visual impaired", "hearing impaired", "descriptions"})
_UPRIGHT: Final = 1.0  # degrees that ffmpeg takes a rotation for a quarter turn within
_SAME_RATE: Final = Fraction(1, 100)  # of the base rate; averages of a few seconds are not exact


def parse(text: str) -> MediaInfo:
    """Read the description. The duration is the header's, to 0.01 s; `faststart` stays None.

    Sound tracks that cannot be decoded are left out if there are others. Raises
    FileFormatNotSupportedError if ffmpeg could not read the file, or cannot decode it.
    """
    lines = text.split("\n")
    container = next((m[1] for line in lines if (m := _INPUT.match(line))), None)
    if container is None:
        raise FileFormatNotSupportedError(_unreadable(text))
    header = next((m for line in lines if (m := _DURATION.match(line))), None)
    begin = _begin(header)
    video: list[VideoStream] = []
    audio: list[AudioStream] = []
    for stream in stream_lines(lines):
        match stream.kind:
            case "Video":
                video.extend(_video(stream, begin))
            case "Audio":
                audio.extend(_audio(stream, begin))
    return MediaInfo(
        container=container,
        duration=None if header is None else _seconds(header),
        bit_rate=None if header is None or header[5] is None else 1000 * int(header[5]),
        video=tuple(video),
        audio=_decodable(audio),
    )


def track_ids(text: str) -> Mapping[int, int]:
    """Give the numbers that an MP4 has for its tracks, by their indexes; unnumbered ones are left out.

    Raises FileFormatNotSupportedError.
    """
    streams = stream_lines(text.split("\n"))
    return {stream.index: stream.track_id for stream in streams if stream.track_id is not None}


def _unreadable(text: str) -> str:
    if "moov atom not found" in text and "low score" not in text:
        return "The file is incomplete: its index is missing."
    return f"The file is no {FORMATS.replace(' and ', ' or ')} video inside, or is damaged."


def _seconds(match: re.Match[str]) -> float | None:
    if match[1] is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


def _begin(header: re.Match[str] | None) -> Fraction:
    """Give the time at which the file begins; the priming of an encoder, before 0, is not shown."""
    if header is None or header[4] is None:
        return Fraction(0)
    return max(Fraction(0), Fraction(header[4]))


def _start(stream: StreamLine, begin: Fraction) -> Fraction:
    """Give the track's start after the file's; ffmpeg 5 does not tell it."""
    match = stream.find(_START)
    return Fraction(0) if match is None else Fraction(match[1]) - begin


def _bit_rate(stream: StreamLine) -> int | None:
    match = stream.find(_BIT_RATE)
    return None if match is None else 1000 * int(match[1]) or None


def _video(stream: StreamLine, begin: Fraction) -> list[VideoStream]:
    """Give the track, or nothing if it has no size. Raises FileFormatNotSupportedError."""
    size = stream.find(_SIZE)
    if size is None or not int(size[1]) or not int(size[2]):
        return []
    attached = "attached pic" in stream.dispositions
    if stream.codec not in READABLE and not attached:
        raise FileFormatNotSupportedError(
            f"The picture is coded as {stream.codec!r}, which cannot be read here."
        )
    pixels = _PIXELS.match(stream.fields[1])
    remarks = [] if pixels is None or pixels[2] is None else pixels[2].split(", ")
    matrix, primaries, transfer = _colours(remarks)
    rate, base = _frame_rate(stream.find(_RATE)), _frame_rate(stream.find(_BASE_RATE))
    interlaced = any(_INTERLACED.match(remark) for remark in remarks)
    return [
        VideoStream(
            index=stream.index,
            codec=stream.codec,
            profile=stream.profile,
            width=int(size[1]),
            height=int(size[2]),
            pixel_format="none" if pixels is None else pixels[1],
            sample_aspect=_aspect(stream.fields),
            rotation=_clockwise(stream.rotation),
            frame_rate=rate,
            real_frame_rate=base,
            variable_frame_rate=None if interlaced else _varies(rate, base),
            interlaced=interlaced,
            full_range="pc" in remarks,
            matrix=matrix,
            primaries=primaries,
            transfer=transfer,
            bit_rate=_bit_rate(stream),
            start=_start(stream, begin),
            attached_picture=attached,
        )
    ]


def _colours(remarks: list[str]) -> tuple[str | None, ...]:
    """Give matrix, primaries and transfer function, each None if unknown."""
    for remark in remarks:
        if match := _COLOURS.fullmatch(remark):
            return tuple(None if name == "unknown" else name for name in match.groups())
        if remark in _SAME_COLOURS:
            return remark, remark, remark
    return None, None, None


def _aspect(fields: list[str]) -> Fraction:
    """Give the last aspect that is told: the container's, which stands behind the codec's and wins."""
    found = [match for field in fields[1:] for match in _ASPECT.findall(field)]
    width, height = map(int, found[-1]) if found else (1, 1)
    return Fraction(width, height) if width and height else Fraction(1)


def _clockwise(rotation: float) -> int:
    """Give the quarter turns, in degrees, of a display matrix, which counts the other way round."""
    turned = -rotation % 360
    quarter = 90 * round(turned / 90)
    return quarter % 360 if abs(turned - quarter) < _UPRIGHT else 0


def _frame_rate(match: re.Match[str] | None) -> Fraction | None:
    if match is None:
        return None
    return Fraction(match[1]) * (1000 if match[2] else 1) or None


def _varies(rate: Fraction | None, base: Fraction | None) -> bool | None:
    """Say whether frames are further apart, on average, than the finest step between two of them."""
    if rate is None or base is None:
        return None
    return abs(rate - base) > _SAME_RATE * base


def _audio(stream: StreamLine, begin: Fraction) -> list[AudioStream]:
    """Give the track, or nothing if its form is unknown."""
    pairs = pairwise((*stream.fields, "unknown"))
    found = next(((m[1], layout) for field, layout in pairs if (m := _HERTZ.match(field))), None)
    if found is None:
        return []
    return [
        AudioStream(
            index=stream.index,
            codec=stream.codec,
            profile=stream.profile,
            sample_rate=int(found[0]),
            layout=found[1],
            bit_rate=_bit_rate(stream),
            start=_start(stream, begin),
            default="default" in stream.dispositions,
            commentary=not _COMMENTARY.isdisjoint(stream.dispositions),
        )
    ]


def _decodable(audio: list[AudioStream]) -> tuple[AudioStream, ...]:
    readable = tuple(stream for stream in audio if stream.codec in READABLE)
    if audio and not readable:
        raise FileFormatNotSupportedError(
            f"The sound is coded as {audio[0].codec!r}, which cannot be read here."
        )
    return readable
