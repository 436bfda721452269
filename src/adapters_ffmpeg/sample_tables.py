"""When the samples of an MP4's track begin, and which are key frames: `stts` and `stss`.

The tables are the only part of an index that grows with the film, so they are held as packed numbers.
"""

import sys
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Final

import attrs

from adapters_ffmpeg.boxes import Box, BoxError, BoxReader

_DELTA_MAX: Final = 2**31  # from here on a delta is a negative one, written by broken muxers
_ROUNDING: Final = Fraction(2, 1000)  # s; Matroska's times are milliseconds, each rounded by itself
_ROUNDING_TICKS: Final = 2  # of the track's clock, in which each time is rounded too
_WORD: Final = "I"  # array's name of 32 bits


@attrs.frozen
class SampleTimes:
    """A time-to-sample table: `counts[i]` samples of `deltas[i]` ticks each."""

    counts: Sequence[int]
    deltas: Sequence[int]

    @property
    def ticks(self) -> int:
        """Give the time of all samples."""
        return sum(map(mul, self.counts, self.deltas))

    def vary(self, scale: int) -> bool:
        """Say whether the frame rate varies by more than the rounding of times.

        It does if the longest and the shortest sample, of those that last any time and but for the
        very last, are over 2 ms and over two ticks apart.
        """
        end = len(self.deltas) - (self.counts[-1] == 1) if self.counts else 0
        lasting = self.deltas[:end]
        spread = max(lasting, default=0) - min(filter(None, lasting), default=0)
        return spread > _ROUNDING_TICKS and Fraction(spread, scale) > _ROUNDING

    def longest_gap(self, keys: Sequence[int] | None) -> int:
        """Give the most ticks from one key frame, or the begin, to the next, or the end.

        `keys` has their numbers, from 1 on and rising; None says that every sample is one.
        """
        if keys is None:
            return max((d for d, n in zip(self.deltas, self.counts, strict=True) if n), default=0)
        longest = last = 0
        for begin in self._begins(keys):
            longest = max(longest, begin - last)
            last = begin
        return max(longest, self.ticks - last)

    def _begins(self, keys: Sequence[int]) -> Iterator[int]:
        runs = zip(
            accumulate(self.counts),
            accumulate(map(mul, self.counts, self.deltas)),
            self.deltas,
            strict=True,
        )
        samples = end = delta = previous = 0
        for key in keys:
            if key <= previous:
                raise BoxError("the key frames are in no order")
            previous = key
            while samples < key:
                following = next(runs, None)
                if following is None:
                    raise BoxError("a key frame is behind the last sample")
                samples, end, delta = following
            yield end - (samples - key + 1) * delta


def sample_times(reader: BoxReader, table: Box) -> SampleTimes:
    """Read a `stts` box. Raises BoxError."""
    words = _words(reader, table, per_entry=2)
    times = SampleTimes(counts=words[::2], deltas=words[1::2])
    if times.deltas and max(times.deltas) >= _DELTA_MAX:
        raise BoxError("a sample lasts less than no time")
    return times


def key_frames(reader: BoxReader, table: Box) -> Sequence[int]:
    """Read the sample numbers of a `stss` box. Raises BoxError."""
    return _words(reader, table, per_entry=1)


def _words(reader: BoxReader, table: Box, *, per_entry: int) -> Sequence[int]:
    words = array(_WORD)
    size = per_entry * words.itemsize * reader.entries(table)
    if table.start + 8 + size > table.end:
        raise BoxError("a table is larger than its box")
    words.frombytes(reader.read(table.start + 8, size))
    if sys.byteorder == "little":
        words.byteswap()
    return words
