"""What `ffmpeg -i` prints about a file, read into a MediaInfo: the forms of ffmpeg 5 to 9.

Some of the text is the file's: its tags, which ffmpeg indents so that they look like nothing else, and
the languages of tracks, which it prints as they are, line breaks included. A file can thus describe
itself wrongly. What does not add up is refused; the rest misleads about that file only, since ffmpeg
holds its limits by itself and refuses tracks that are not there.
"""

import re
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Final

import attrs

from adapters_ffmpeg.codecs import DECODERS, READABLE
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import FORMATS, AudioStream, MediaInfo, VideoStream

_form: Final = partial(re.compile, flags=re.ASCII)

_INPUT: Final = _form(r"Input #0, (\w+)[,\w]*, from ")
_DURATION: Final = _form(r"  Duration: (?:N/A|(\d{1,9}):(\d\d):(\d\d\.\d\d)),")
_ANY_STREAM: Final = _form(r" {2,4}Stream #")
_STREAM: Final = _form(
    r" {2,4}Stream #0:(\d{1,9})(?:\[0x[0-9a-f]+\])?(?:\([^)]*\))?: ([A-Z][a-z]+): (.*)"
)
_ROTATION: Final = _form(
    r" {4,8}(?:Display Matrix|displaymatrix): rotation of (-?\d{1,9}\.\d\d) deg"
)
_CODEC: Final = _form(r"(\w+)((?: \([^()]*\))*)")
_PIXELS: Final = _form(r"(\w+)(?:\((.*)\))?")
_SIZE: Final = _form(r"(\d{1,9})x(\d{1,9})(?: \[.*\])?")
_ASPECT: Final = _form(r"\bSAR (\d{1,9}):(\d{1,9})\b")
_RATE: Final = _form(r"(\d{1,9}(?:\.\d{1,4})?)(k?) fps")
_HERTZ: Final = _form(r"(\d{1,9}) Hz")
_DISPOSITION: Final = _form(r"\(([a-z ]+)\)")
_COLOURS: Final = _form(r"([\w-]+)/([\w-]+)/([\w-]+)")
_SAME_COLOURS: Final = frozenset({"bt709", "smpte170m", "smpte240m", "bt470bg"})  # for all three
_INTERLACED: Final = _form(r"(?:top|bottom) (?:coded )?first")
_COMMENTARY: Final = frozenset({"comment", "visual impaired", "hearing impaired", "descriptions"})
_UPRIGHT: Final = 1.0  # degrees that ffmpeg takes a rotation for a quarter turn within


def parse(text: str) -> MediaInfo:
    """Read the description. The duration is the header's, to 0.01 s; `faststart` stays None.

    Sound tracks that cannot be decoded are left out if there are others. Raises
    FileFormatNotSupportedError if ffmpeg could not read the file, or cannot decode it.
    """
    lines = text.split("\n")
    container = next((m[1] for line in lines if (m := _INPUT.match(line))), None)
    if container is None:
        raise FileFormatNotSupportedError(_unreadable(text))
    duration = next((_seconds(m) for line in lines if (m := _DURATION.match(line))), None)
    video: list[VideoStream] = []
    audio: list[AudioStream] = []
    for stream in _streams(lines):
        match stream.kind:
            case "Video":
                video.extend(_video(stream))
            case "Audio":
                audio.extend(_audio(stream))
    return MediaInfo(
        container=container, duration=duration, video=tuple(video), audio=_decodable(audio)
    )


def _unreadable(text: str) -> str:
    if "moov atom not found" in text and "low score" not in text:
        return "The file is incomplete: its index is missing."
    return f"The file is no {FORMATS.replace(' and ', ' or ')} video inside, or is damaged."


def _seconds(match: re.Match[str]) -> float | None:
    if match[1] is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


@attrs.define
class _Stream:
    """A line of the description, and the rotation that stands in the lines below it."""

    index: int
    kind: str
    fields: list[str]
    rotation: float = 0.0

    @property
    def codec(self) -> str:
        match = _CODEC.match(self.fields[0])
        return match[1] if match else "none"

    @property
    def profile(self) -> str | None:
        """Give the first remark behind the codec that is neither its decoder's name nor its tag."""
        match = _CODEC.match(self.fields[0])
        remarks = re.findall(r"\(([^()]*)\)", match[2]) if match else []
        return next((r for r in remarks if r not in DECODERS and " / 0x" not in r), None)

    @property
    def dispositions(self) -> frozenset[str]:
        return frozenset(_DISPOSITION.findall(self.fields[-1]))

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Give the first field behind the codec that is of a form."""
        return next((m for field in self.fields[1:] if (m := pattern.match(field))), None)


def _streams(lines: list[str]) -> list[_Stream]:
    streams: list[_Stream] = []
    for line in lines:
        if _ANY_STREAM.match(line):
            match = _STREAM.fullmatch(line)
            if match is None:
                raise FileFormatNotSupportedError(
                    "The tracks of the file are not described clearly."
                )
            streams.append(_Stream(int(match[1]), match[2], _split(match[3])))
        elif streams and (match := _ROTATION.match(line)):
            streams[-1].rotation = float(match[1])
    if sorted(stream.index for stream in streams) != list(range(len(streams))):
        raise FileFormatNotSupportedError("The tracks of the file are not described clearly.")
    return streams


def _split(fields: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in fields:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _video(stream: _Stream) -> list[VideoStream]:
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
            frame_rate=_frame_rate(stream.find(_RATE)),
            interlaced=any(_INTERLACED.match(remark) for remark in remarks),
            full_range="pc" in remarks,
            matrix=matrix,
            primaries=primaries,
            transfer=transfer,
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


def _audio(stream: _Stream) -> list[AudioStream]:
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
