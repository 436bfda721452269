"""Clips that are sent: short ones, which are copied or encoded, and one that takes a while."""

import subprocess
from pathlib import Path
from typing import Final

from adapters_ffmpeg.find import find_ffmpeg

_SOUND: Final = ("-f", "lavfi", "-i", "sine=frequency=440:duration=0.4")
_X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
_AVI: Final = ("-c:v", "mpeg4", "-q:v", "4", "-c:a", "mp2")

KINDS: Final = {
    "copied.mp4": ("320x240", "0.4", (*_X264, "-movflags", "+faststart")),
    "encoded.avi": ("320x240", "0.4", _AVI),
    "copied.mkv": ("320x240", "0.4", _X264),
    "encoded.mkv": ("320x240", "0.4", ("-c:v", "mpeg2video", "-q:v", "4", "-c:a", "mp2")),
}


def short_clips(folder: Path) -> list[Path]:
    """Make a clip of each kind, of 0.4 s; each second one has to be encoded."""
    folder.mkdir(exist_ok=True)
    return [
        _made(folder / name, size, seconds, options)
        for name, (size, seconds, options) in KINDS.items()
    ]


def long_clip(folder: Path, *, seconds: int = 12) -> Path:
    """Make a clip of which each second takes about as long to be encoded, on one core."""
    folder.mkdir(exist_ok=True)
    return _made(folder / f"long {seconds}.avi", "1280x720", str(seconds), _AVI)


def raw_clip(folder: Path) -> Path:
    """Make a clip of 4.6 MB, which is encoded, and written past the cache where the disk allows it."""
    folder.mkdir(exist_ok=True)
    return _made(folder / "raw.avi", "640x480", "0.4", ("-c:v", "rawvideo", "-pix_fmt", "yuv420p"))


def heavy_clip(folder: Path) -> Path:
    """Make a clip of some 15 MB, which is copied, and which no socket's buffers hold."""
    folder.mkdir(exist_ok=True)
    many_bits = (*_X264, "-b:v", "40M", "-minrate", "40M", "-maxrate", "40M", "-bufsize", "4M")
    return _made(folder / "heavy.mp4", "640x360", "3", (*many_bits, "-x264-params", "nal-hrd=cbr"))


def _made(path: Path, size: str, seconds: str, options: tuple[str, ...]) -> Path:
    picture = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}")
    command = (find_ffmpeg().path, "-v", "error", "-y", *picture, *_SOUND, *options, str(path))
    subprocess.run(command, check=True)
    return path
