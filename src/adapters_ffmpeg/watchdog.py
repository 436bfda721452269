"""When a running ffmpeg has to be given up: it stands still, or would take for ever."""

from collections.abc import Callable
from math import inf
from pathlib import Path

import attrs


class StalledError(Exception):
    """The process made no progress for too long."""


class TooSlowError(Exception):
    """The process took more time than its work is allowed."""


def out_time(line: bytes) -> float | None:
    """Give the seconds of output that a line of `-progress` tells of, None if it tells of others."""
    key, _, value = line.strip().partition(b"=")
    if key != b"out_time_us":
        return None
    try:
        return int(value) / 1_000_000
    except ValueError:  # "N/A", before the first frame
        return None


def _tell_nobody(_seconds: float) -> None:
    pass


@attrs.define(kw_only=True)
class Watchdog:
    """Follows one process. All times are in seconds, `now` being the event loop's.

    `stall`: without progress for so long, it is given up. Progress is a later `out_time_us`, or a
    write to `target`: the pass that moves an MP4's index to the front reports nothing, and takes
    minutes for a long video. `grace` + `slowest` per second of output is all the time it may take.
    """

    began: float
    stall: float
    grace: float = inf
    slowest: float = 0.0
    target: str | None = None
    report: Callable[[float], None] = _tell_nobody
    _done: float = attrs.field(default=0.0, init=False)
    _told: float = attrs.field(default=0.0, init=False)
    _moved: float = attrs.field(init=False)
    _written: int | None = attrs.field(default=None, init=False)

    @_moved.default
    def _nothing_yet(self) -> float:
        return self.began

    @property
    def done(self) -> float:
        """Give the seconds of output that were told of last."""
        return self._done

    def hear(self, line: bytes, now: float) -> None:
        """Take a line of `-progress`."""
        seconds = out_time(line)
        if seconds is not None and seconds > self._done:
            self._done = seconds
            self._moved = now

    def tell(self) -> None:
        """Report what is new. Raises what `report` raises."""
        if self._done > self._told:
            self._told = self._done
            self.report(self._done)

    def check(self, now: float) -> None:
        """Raise StalledError or TooSlowError if the process has to be given up."""
        if now - self.began > self.grace + self.slowest * self._done:
            raise TooSlowError
        if now - self._moved > self.stall:
            written = self._last_write()
            if written == self._written:
                raise StalledError
            self._written = written
            self._moved = now

    def _last_write(self) -> int | None:
        if self.target is None:
            return None
        try:
            return Path(self.target).stat().st_mtime_ns
        except FileNotFoundError:
            return None
