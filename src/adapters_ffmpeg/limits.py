"""What one run of ffmpeg may use, by what it has to do: bounds for hostile files, far over honest needs."""

import os
from typing import Final

from adapters_ffmpeg.subprocesses import Limits
from vidcore.media import Plan
from vidcore.media.sources import DURATION_MAX

_GIB: Final = 2**30
_VIDEO_RATE: Final = 8_000_000 // 8  # bytes/s of an encoded picture, the `-maxrate` of `arguments`
_AUDIO_RATE: Final = 160_000 // 8  # bytes/s of encoded sound: 128 kbit/s, and the index
_STILL_MAX: Final = 2**26  # bytes; a JPEG of 1920x1080 has at most some 6 MiB
_SLACK: Final = 2**24  # bytes; short films have larger shares of index and first frames


def for_film(plan: Plan, source_bytes: int, *, grace: float, slowest: float) -> Limits:
    """Give the limits of a transcode: twice what its output can have, and the CPU time of every core.

    `grace` and `slowest` are the watchdog's: seconds, and seconds for each second of the source.
    """
    seconds = DURATION_MAX if plan.duration is None else plan.duration
    expected = source_bytes if plan.copies else 0
    if not plan.copy_video:
        expected += round(seconds * _VIDEO_RATE)
    if plan.audio_index is not None and not plan.copy_audio:
        expected += round(seconds * _AUDIO_RATE)
    return Limits(
        memory=_memory(), cpu=cpu_time(grace + slowest * seconds), file_size=2 * expected + _SLACK
    )


def for_still(seconds: float) -> Limits:
    """Give the limits of a run that writes a picture at most, and takes up to `seconds`."""
    return Limits(memory=_memory(), cpu=cpu_time(seconds), file_size=_STILL_MAX)


def cpu_time(seconds: float) -> int:
    """Give the seconds of CPU that no run of `seconds` can need, should the watchdog fail."""
    return round(seconds * cores())


def cores() -> int:
    """Give the number of cores, 1 if it is unknown."""
    return os.cpu_count() or 1


def _memory() -> int:
    """Give the address space for one run, in bytes.

    Scaling 4K takes 1.5 GiB with two threads; each further one takes up to 0.25, and ffmpeg starts
    about one a core for decoding and one for encoding.
    """
    return 4 * _GIB + cores() * _GIB // 2
