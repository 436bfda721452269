"""What can be seen and heard in a file, by decoding it."""

import struct
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from math import dist
from pathlib import Path
from typing import Final

import attrs

NAMED: Final = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
}
RATE: Final = 48_000  # Hz of what is heard
LOUD: Final = 3000  # of 32767; AAC smears a beep's begin by some milliseconds, far below this


def decoded(ffmpeg: str, path: Path, *arguments: str) -> bytes:
    """Give what ffmpeg writes to its standard output."""
    command = (ffmpeg, "-v", "error", "-nostdin", "-i", str(path), *arguments, "-")
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


@attrs.frozen
class Image:
    """A picture in RGB, row by row."""

    width: int
    height: int
    data: bytes

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """Give a pixel; negative places count from the right, or the bottom."""
        start = 3 * ((y % self.height) * self.width + x % self.width)
        return tuple(self.data[start : start + 3])

    def corners(self) -> tuple[str, ...]:
        """Give the names of the colours in the corners, each the nearest."""
        x, y = self.width // 20, self.height // 20
        places = ((x, y), (-x, y), (x, -y), (-x, -y))
        return tuple(nearest(self.at(*place)) for place in places)

    def mean(self) -> float:
        """Give the mean of all values, 0 to 255."""
        return sum(self.data) / len(self.data)


def nearest(colour: Sequence[int]) -> str:
    """Give the name of the colour that is meant, or the colour itself if it is near none."""
    name = min(NAMED, key=lambda name: dist(NAMED[name], colour))
    return name if dist(NAMED[name], colour) < 70 else str(colour)


def image(ffmpeg: str, path: Path, size: tuple[int, int], *, matrix: str = "") -> Image:
    """Decode the first picture, of a known size in pixels; `matrix` is how its colours are read."""
    graph = f"scale=in_color_matrix={matrix}" if matrix else "null"
    form = ("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24")
    data = decoded(ffmpeg, path, "-map", "0:v:0", "-vf", graph, *form)
    assert len(data) == 3 * size[0] * size[1]
    return Image(*size, data)


def frame_lumas(ffmpeg: str, path: Path) -> list[tuple[float, float]]:
    """Give the time of each frame, in seconds, and its mean luma."""
    graph = "format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    text = decoded(
        ffmpeg, path, "-map", "0:v:0", "-vf", graph, "-fps_mode", "passthrough", "-f", "null"
    )
    words = [line.rpartition(":")[2].rpartition("=")[2] for line in text.decode().splitlines()]
    return [(float(time), float(luma)) for time, luma in zip(words[::2], words[1::2], strict=True)]


def samples_of(ffmpeg: str, path: Path) -> tuple[int, ...]:
    """Give the sound, in mono, from the begin of the file on: a late one begins with silence."""
    graph = "aresample=async=1:first_pts=0:min_hard_comp=0.001"
    form = ("-ac", "1", "-ar", str(RATE), "-f", "s16le")
    data = decoded(ffmpeg, path, "-map", "0:a:0", "-af", graph, *form)
    return struct.unpack(f"<{len(data) // 2}h", data)


def flash(ffmpeg: str, path: Path) -> float:
    """Give the second in which the first bright frame begins."""
    return next(time for time, luma in frame_lumas(ffmpeg, path) if luma > 128)


def beep(ffmpeg: str, path: Path) -> float:
    """Give the second in which it gets loud."""
    sound = samples_of(ffmpeg, path)
    return next(place for place, value in enumerate(sound) if abs(value) > LOUD) / RATE


def hertz(ffmpeg: str, path: Path) -> float:
    """Give the pitch of a pure tone, by how often it passes zero upwards in the middle of the clip."""
    sound = samples_of(ffmpeg, path)
    sound = sound[len(sound) // 5 : -len(sound) // 5]
    rises = [place for place, (a, b) in enumerate(pairwise(sound)) if a < 0 <= b]
    return (len(rises) - 1) * RATE / (rises[-1] - rises[0])


def lab(colour: Sequence[int]) -> tuple[float, float, float]:
    """Give an sRGB colour in CIE L*a*b*, for the white of D65 (IEC 61966-2-1, CIE 15)."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(map(float.__mul__, row, linear)) / w for row, w in zip(rows, white, strict=True)]
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def delta_e(one: Sequence[int], other: Sequence[int]) -> float:
    """Give the difference of two sRGB colours (CIE76)."""
    return dist(lab(one), lab(other))
