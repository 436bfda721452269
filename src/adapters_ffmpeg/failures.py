"""What a failed run of ffmpeg means: a fault of the file, or one that may pass."""

import re
import signal
from typing import Final

from adapters_ffmpeg.launch import CANNOT_START
from adapters_ffmpeg.subprocesses import Finished
from vidcore.errors import ServiceUnavailableError, VideoProcessingError
from vidcore.text import clock_time

_INTERRUPTED: Final = 255  # ffmpeg's own code after a signal that it caught
_TOO_DAMAGED: Final = 69  # its code when too many frames could not be decoded
_PASSING_SIGNALS: Final = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
)
_PASSING: Final = {
    "No space left on device": "The disk is full.",
    "Disk quota exceeded": "The disk is full.",
    "Cannot allocate memory": "There is not enough memory to process videos.",
    "Permission denied": "ffmpeg may not read or write in the storage.",
    "Read-only file system": "The storage cannot be written.",
    "No such file or directory": "A file or folder of the storage is gone.",
}
_LAST_WORDS: Final = 4096  # characters; why a run ended stands at the end of its log
_ADDRESS: Final = re.compile(r" @ 0x[0-9a-f]+")
_CONTROL: Final = re.compile(r"[^\t\n\x20-\x7e\xa0-\U0010ffff]")


def readable_log(stderr: bytes, **paths: str) -> str:
    """Give what ffmpeg wrote as a text that can be stored, with names in place of the server's paths."""
    text = stderr.decode("utf-8", "replace")
    for name, path in paths.items():
        text = text.replace(f"file:{path}", name).replace(path, name)
    return _CONTROL.sub("\ufffd", _ADDRESS.sub("", text))


def explain(
    finished: Finished, log: str, *, done: float = 0.0
) -> VideoProcessingError | ServiceUnavailableError:
    """Give the error to raise for a run that failed: by its code, and by the log that it left.

    `done` is how far it came, in seconds of the film.

    A crash of ffmpeg is taken for a fault of the file that it was reading. ffmpeg 5 exits with 1 for
    nearly everything and ffmpeg 9 with the low byte of its own codes, so texts have to tell.
    """
    code = finished.returncode
    if code == CANNOT_START:
        return ServiceUnavailableError("ffmpeg cannot be started.")
    if code == _INTERRUPTED or -code in _PASSING_SIGNALS:
        return ServiceUnavailableError(
            "ffmpeg was stopped from outside, perhaps for want of memory."
        )
    for text, reason in _PASSING.items():
        if text in log[-_LAST_WORDS:]:
            return ServiceUnavailableError(reason)
    return VideoProcessingError(_fault(code, done), log)


def damaged(log: str) -> VideoProcessingError:
    """Give the error to raise for a run that came to its end, but told of what it could not decode."""
    return VideoProcessingError(
        "The file is damaged: not all of its picture and sound can be decoded.", log
    )


def _fault(code: int, done: float) -> str:
    if -code == signal.SIGXFSZ:
        return "The processed video would be too large."
    if code < 0:
        return "ffmpeg crashed on this file, which is probably damaged."
    if code == _TOO_DAMAGED:
        return "The file is damaged: too little of it can be decoded."
    if done:
        return f"The file is damaged after {clock_time(done)} and could not be read to its end."
    return "The file is damaged, or holds what ffmpeg cannot convert."
