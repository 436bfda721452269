"""The storyboard: one picture of many small ones, taken at equal distances, for scrubbing.

>>> from vidcore import storyboard_of
>>> board = storyboard_of(duration=600.0, width=1920, height=1080)
>>> board.count, board.interval, board.tile_width, board.tile_height
(120, 5.0, 160, 90)
>>> print(board.webvtt("storyboard.jpg")[:68])
WEBVTT
<BLANKLINE>
00:00:00.000 --> 00:00:05.000
storyboard.jpg#xywh=0,0,160,90
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import Final

import attrs

COLUMNS: Final = 12  # tiles; with 12 rows of 160x90 pixels the picture has 1920x1080
TILES_MAX: Final = COLUMNS * COLUMNS  # tiles; a picture of about 200 KB
INTERVAL_MIN: Final = 2.0  # seconds; key frames are encoded this far apart
TILE_WIDTH: Final = 160  # pixels; enough to know a scene again
TILE_HEIGHT: Final = 90  # pixels; enough to know a scene again

_MILLISECOND: Final = 0.001  # seconds; the unit of WebVTT's times


@attrs.frozen(kw_only=True)
class Storyboard:
    """`count` tiles of `tile_width` x `tile_height` pixels, row by row, `interval` seconds apart.

    They stand `columns` in a row; `duration` is the video's, in seconds.
    """

    duration: float
    interval: float
    count: int
    columns: int
    tile_width: int
    tile_height: int

    @property
    def rows(self) -> int:
        """Give the number of rows; the last may not be full."""
        return ceil(self.count / self.columns)

    def webvtt(self, address: str) -> str:
        """Give the tiles as WebVTT cues, with media fragments of the picture at `address`."""
        cues = "".join(
            f"\n{_stamp(begin)} --> {_stamp(end)}\n"
            f"{address}#xywh={x},{y},{self.tile_width},{self.tile_height}\n"
            for begin, end, x, y in self._tiles()
        )
        return f"WEBVTT\n{cues}"

    def _tiles(self) -> Iterator[tuple[float, float, int, int]]:
        for index in range(self.count):
            row, column = divmod(index, self.columns)
            begin = index * self.interval
            yield (
                begin,
                min(begin + self.interval, self.duration),
                column * self.tile_width,
                row * self.tile_height,
            )


def storyboard_of(*, duration: float, width: int, height: int) -> Storyboard:
    """Decide how the storyboard of a video looks: `duration` in seconds, its size in pixels."""
    duration = max(
        _MILLISECOND, round(duration, 3)
    )  # as WebVTT tells it: no cue may end as it begins
    interval = max(INTERVAL_MIN, float(ceil(duration / TILES_MAX)))
    factor = min(Fraction(TILE_WIDTH, width), Fraction(TILE_HEIGHT, height))
    count = ceil(duration / interval)
    return Storyboard(
        duration=duration,
        interval=interval,
        count=count,
        columns=min(COLUMNS, count),
        tile_width=max(2, 2 * (width * factor // 2)),
        tile_height=max(2, 2 * (height * factor // 2)),
    )


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
