"""The few facts of an MP4 or MOV that stand in its boxes (ISO/IEC 14496-12), read with bounded work."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from operator import mul
from os import SEEK_END
from typing import BinaryIO, Final

import attrs

BOXES_MAX: Final = 100_000  # headers read of one file; a 12 h fragmented recording has about 50,000
ENTRIES_MAX: Final = (
    4_000_000  # of all time-to-sample tables; 12 h at 60 fps are 2.6 million frames
)
EDITS_MAX: Final = 10_000  # of one track; an edited film has some hundred
_TABLE_BLOCK: Final = 65_536  # entries read at once
_DELTA_MAX: Final = 2**31  # from here on a delta is a negative one, written by broken muxers
_DURATION_MAX: Final = 10**9  # seconds, 31 years: what is longer was never recorded
_TIMED: Final = (b"vide", b"soun")


class BoxError(ValueError):
    """The bytes are no sound MP4, or reading on would cost too much."""


@attrs.frozen(kw_only=True)
class Mp4Facts:
    """`faststart`: the index stands before the data. `duration`: seconds of the longest track.

    The duration is that of the samples that the index lists, as the edit lists present them, not of
    what the headers claim. It is None for a fragmented file, whose samples are listed elsewhere.
    """

    faststart: bool
    duration: float | None


@attrs.frozen
class _Box:
    kind: bytes
    start: int
    end: int


@attrs.define
class _Reader:
    file: BinaryIO
    boxes_left: int = BOXES_MAX
    entries_left: int = ENTRIES_MAX

    def read(self, start: int, length: int) -> bytes:
        """Give exactly `length` bytes from `start` on."""
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) != length:
            raise BoxError("the file ends inside a box")
        return data

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        """Walk over the boxes of one level."""
        while start + 8 <= end:
            self.boxes_left -= 1
            if self.boxes_left < 0:
                raise BoxError("too many boxes")
            size, kind = struct.unpack(">I4s", self.read(start, 8))
            header = 8
            if size == 1:
                (size,) = struct.unpack(">Q", self.read(start + 8, 8))
                header = 16
            elif size == 0:
                size = end - start
            if size < header:
                raise BoxError("a box is smaller than its header")
            yield _Box(kind, start + header, start + size)
            start += size

    def first(self, parent: _Box, *path: bytes) -> _Box | None:
        """Give the first box at `path`, or None. Raises BoxError if it reaches out of its parent."""
        box = parent
        for kind in path:
            found = next((b for b in self.boxes(box.start, box.end) if b.kind == kind), None)
            if found is None:
                return None
            if found.end > box.end:
                raise BoxError("a box is larger than its parent")
            box = found
        return box

    def need(self, parent: _Box, *path: bytes) -> _Box:
        """Give the first box at `path`. Raises BoxError if there is none."""
        box = self.first(parent, *path)
        if box is None:
            raise BoxError(f"there is no {path[-1].decode('ascii')} box")
        return box


def read_facts(file: BinaryIO) -> Mp4Facts:
    """Read the facts of an open file. Raises BoxError, and OSError if reading fails."""
    reader = _Reader(file)
    size = file.seek(0, SEEK_END)
    faststart = True
    for box in reader.boxes(0, size):
        if box.kind == b"mdat":
            faststart = False
        elif box.kind == b"moov":
            if box.end > size:
                raise BoxError("the index is cut off")
            return Mp4Facts(faststart=faststart, duration=_duration(reader, box))
    raise BoxError("there is no index")


def _duration(reader: _Reader, movie: _Box) -> float | None:
    if reader.first(movie, b"mvex") is not None:
        return None
    scale = _timescale(reader, reader.need(movie, b"mvhd"))
    longest = Fraction(0)
    for track in reader.boxes(movie.start, movie.end):
        if track.kind == b"trak":
            longest = max(longest, _presented(reader, track, scale))
    if not 0 < longest < _DURATION_MAX:
        return None
    return float(longest)


def _timescale(reader: _Reader, header: _Box) -> int:
    """Give the units per second of a `mvhd` or `mdhd`."""
    version = reader.read(header.start, 1)[0]
    (scale,) = struct.unpack(">I", reader.read(header.start + (20 if version else 12), 4))
    if scale == 0:
        raise BoxError("a timescale is zero")
    return int(scale)


def _presented(reader: _Reader, track: _Box, movie_scale: int) -> Fraction:
    """Give the seconds that a picture or sound track is shown for; 0 for any other."""
    handler = reader.need(track, b"mdia", b"hdlr")
    if reader.read(handler.start + 8, 4) not in _TIMED:
        return Fraction(0)
    scale = _timescale(reader, reader.need(track, b"mdia", b"mdhd"))
    table = reader.need(track, b"mdia", b"minf", b"stbl", b"stts")
    media = Fraction(_ticks(reader, table), scale)
    edits = reader.first(track, b"edts", b"elst")
    if edits is None:
        return media
    return sum(
        (_span(edit, media, movie_scale, scale) for edit in _edits(reader, edits)), Fraction(0)
    )


def _span(edit: tuple[int, int], media: Fraction, movie_scale: int, scale: int) -> Fraction:
    """Give the seconds that one edit shows: what it claims, but never more than there is."""
    length, start = edit
    claimed = Fraction(length, movie_scale)
    if start < 0:
        return claimed
    return min(claimed, media) if length else max(Fraction(0), media - Fraction(start, scale))


def _ticks(reader: _Reader, table: _Box) -> int:
    """Add up a time-to-sample table."""
    (entries,) = struct.unpack(">I", reader.read(table.start + 4, 4))
    reader.entries_left -= entries
    if reader.entries_left < 0:
        raise BoxError("too many entries")
    total = 0
    for first in range(0, entries, _TABLE_BLOCK):
        count = min(_TABLE_BLOCK, entries - first)
        numbers = struct.unpack(
            f">{2 * count}I", reader.read(table.start + 8 + 8 * first, 8 * count)
        )
        if max(numbers[1::2]) >= _DELTA_MAX:
            raise BoxError("a sample lasts less than no time")
        total += sum(map(mul, numbers[::2], numbers[1::2]))
    return total


def _edits(reader: _Reader, box: _Box) -> Iterator[tuple[int, int]]:
    """Give the length, in the movie's units, and the start, in the track's (-1: empty), of each edit."""
    version, entries = struct.unpack(">B3xI", reader.read(box.start, 8))
    if entries > EDITS_MAX:
        raise BoxError("too many edits")
    form = struct.Struct(">QqI" if version else ">IiI")
    data = reader.read(box.start + 8, entries * form.size)
    return ((length, start) for length, start, _ in form.iter_unpack(data))
