"""What a program that says it is ffmpeg can do: what it lists, and whether it does it."""

import subprocess
from collections.abc import Mapping
from typing import Final

from adapters_ffmpeg.subprocesses import environment

ANSWER_WITHIN: Final = 30.0  # seconds; a cold disk takes some
_FAILED: Final = (OSError, subprocess.SubprocessError)

# What members' devices record, and what any of these decoders makes readable.
_SOURCES: Final[Mapping[str, frozenset[str]]] = {
    "H.264": frozenset({"h264"}),
    "HEVC": frozenset({"hevc"}),
    "VP8": frozenset({"vp8"}),
    "VP9": frozenset({"vp9"}),
    "AV1": frozenset({"libdav1d", "libaom-av1", "av1"}),
    "MPEG-4": frozenset({"mpeg4"}),
    "ProRes": frozenset({"prores"}),
    "AAC": frozenset({"aac"}),
    "MP3": frozenset({"mp3", "mp3float"}),
    "Opus": frozenset({"opus"}),
    "Vorbis": frozenset({"vorbis"}),
    "AC-3": frozenset({"ac3"}),
    "PCM": frozenset({"pcm_s16le"}),
}
OWN_OUTPUT: Final = frozenset({"H.264", "AAC"})  # without these, no result can be verified

_SIZE: Final = "64x64"
_FRAME: Final = bytes(64 * 64 * 3 // 2)  # of yuv420p: all green
_ENCODE: Final = (
    *("-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p"),
    *("-video_size", _SIZE, "-i", "pipe:0", "-vf", "scale=32:32"),
    *("-c:v", "libx264", "-f", "null", "-"),
)


def unreadable_sources(path: str) -> frozenset[str]:
    """Give the names of those usual codecs that the ffmpeg at `path` has no decoder for.

    Blocks. Raises OSError, subprocess.SubprocessError if it cannot be asked.
    """
    decoders = ask(path, "-decoders")
    return frozenset(name for name, any_of in _SOURCES.items() if not decoders & any_of)


def why_not_encoding(path: str) -> str | None:
    """Have the ffmpeg at `path` encode a frame of H.264, and give why it did not; None if it did.

    Blocks.
    """
    try:
        _run(path, _ENCODE, fed=_FRAME)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return said[-1] if said else f"it ended with code {error.returncode}"
    except _FAILED as error:
        return str(error)
    return None


def ask(path: str, question: str) -> frozenset[str]:
    """Give the names, which are the second column, of one of ffmpeg's tables.

    Blocks. Raises OSError, subprocess.SubprocessError if it cannot be asked.
    """
    table = answer(path, question)
    return frozenset(row[1] for row in map(str.split, table.splitlines()) if len(row) > 1)


def answer(path: str, question: str) -> str:
    """Give what a program prints when it is asked `question`. Blocks. Raises as `ask` does."""
    return _run(path, ("-hide_banner", question))


def _run(path: str, arguments: tuple[str, ...], *, fed: bytes = b"") -> str:
    finished = subprocess.run(  # noqa: S603 - fixed arguments for the program that is examined
        (path, *arguments),
        input=fed,
        capture_output=True,
        env=environment(),
        timeout=ANSWER_WITHIN,
        check=True,
    )
    return finished.stdout.decode("utf-8", "replace")
