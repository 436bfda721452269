"""The lines in which `ffmpeg -i` describes the tracks of a file, taken apart: the forms of ffmpeg 5 to 9.

Some of the text is the file's: its tags, which ffmpeg indents so that they look like nothing else, and
the languages of tracks, which it prints as they are, line breaks included. A file can thus describe
itself wrongly. What does not add up is refused; the rest misleads about that file only, since ffmpeg
holds its limits by itself and refuses tracks that are not there.
"""

import re
from functools import partial
from typing import Final

import attrs

from adapters_ffmpeg.codecs import DECODERS
from vidcore.errors import FileFormatNotSupportedError

form: Final = partial(re.compile, flags=re.ASCII)

_ANY_STREAM: Final = form(r" {2,4}Stream #")
_STREAM: Final = form(
    r" {2,4}Stream #0:(\d{1,9})(?:\[0x([0-9a-f]{1,8})\])?(?:\([^)]*\))?: ([A-Z][a-z]+): (.*)"
)
_ROTATION: Final = form(
    r" {4,8}(?:Display Matrix|displaymatrix): rotation of (-?\d{1,9}\.\d\d) deg"
)
_CODEC: Final = form(r"(\w+)((?: \([^()]*\))*)")
_DISPOSITION: Final = form(r"\(([a-z ]+)\)")


@attrs.define
class StreamLine:
    """The description of a track, and the rotation, in degrees, that stands in the lines below it.

    `track_id` is the number that an MP4 itself gives the track; other containers have none.
    """

    index: int
    track_id: int | None
    kind: str
    fields: list[str]
    rotation: float = 0.0

    @property
    def codec(self) -> str:
        """Give the codec's name, "none" for an unknown one."""
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
        """Give what the track is for, in ffmpeg's words."""
        return frozenset(_DISPOSITION.findall(self.fields[-1]))

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Give the first field behind the codec that is of a form."""
        return next((m for field in self.fields[1:] if (m := pattern.match(field))), None)


def stream_lines(lines: list[str]) -> list[StreamLine]:
    """Give the tracks in the order of the text. Raises FileFormatNotSupportedError."""
    streams: list[StreamLine] = []
    for line in lines:
        if _ANY_STREAM.match(line):
            match = _STREAM.fullmatch(line)
            if match is None:
                raise FileFormatNotSupportedError(
                    "The tracks of the file are not described clearly."
                )
            track_id = None if match[2] is None else int(match[2], 16)
            streams.append(StreamLine(int(match[1]), track_id, match[3], _split(match[4])))
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
