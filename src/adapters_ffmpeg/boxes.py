"""The boxes of an MP4 or MOV (ISO/IEC 14496-12), walked over and read with bounded work."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

import attrs

BOXES_MAX: Final = 100_000  # headers read of one file; a 12 h fragmented recording has about 50,000
ENTRIES_MAX: Final = 4_000_000  # of all sample tables; 12 h at 60 fps are 2.6 million frames


class BoxError(ValueError):
    """The bytes are no sound MP4, or reading on would cost too much."""


@attrs.frozen
class Box:
    """A box by its kind, and where its content starts and ends in the file, in bytes."""

    kind: bytes
    start: int
    end: int


@attrs.define
class BoxReader:
    """Reads one file. Every method raises BoxError, and OSError if reading fails."""

    file: BinaryIO
    _boxes_left: int = attrs.field(default=BOXES_MAX, init=False)
    _entries_left: int = attrs.field(default=ENTRIES_MAX, init=False)

    def read(self, start: int, length: int) -> bytes:
        """Give exactly `length` bytes from `start` on."""
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) != length:
            raise BoxError("the file ends inside a box")
        return data

    def number(self, start: int) -> int:
        """Give the 32-bit number at `start`."""
        (value,) = struct.unpack(">I", self.read(start, 4))
        return int(value)

    def entries(self, table: Box) -> int:
        """Give how many entries a table has, and count them against the file's bound."""
        count = self.number(table.start + 4)
        self._entries_left -= count
        if self._entries_left < 0:
            raise BoxError("too many entries")
        return count

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """Walk over the boxes of one level."""
        while start + 8 <= end:
            self._boxes_left -= 1
            if self._boxes_left < 0:
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
            yield Box(kind, start + header, start + size)
            start += size

    def first(self, parent: Box, *path: bytes) -> Box | None:
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

    def need(self, parent: Box, *path: bytes) -> Box:
        """Give the first box at `path`. Raises BoxError if there is none."""
        box = self.first(parent, *path)
        if box is None:
            raise BoxError(f"there is no {path[-1].decode('ascii')} box")
        return box
