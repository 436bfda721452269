"""Which ffmpeg is used: the configured one, the system's, or the one of the wheel imageio-ffmpeg."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg import abilities
from vidcore.errors import ServiceUnavailableError

_LIBAVUTIL_MIN: Final = (
    57,
    28,
)  # of ffmpeg 5.1, which brought -fps_mode; snapshots have no version
_ENCODERS: Final = frozenset({"libx264", "aac", "mjpeg"})
_FILTERS: Final = frozenset({"scale", "bwdif", "signalstats", "metadata", "aresample"})
_TONE_MAPPING: Final = frozenset({"zscale", "tonemap"})


@attrs.frozen(kw_only=True)
class Ffmpeg:
    """A usable ffmpeg: its absolute path, its version as it says it, and what it can do beyond need.

    `tone_mapping`: it has the filters zscale and tonemap, without which HDR sources turn out pale.
    """

    path: str
    version: str
    tone_mapping: bool


class _UnfitError(Exception):
    """An ffmpeg that cannot be used; its text says why."""


def _bundled() -> str:
    """Give the path of the ffmpeg in the wheel imageio-ffmpeg. Raises ImportError, RuntimeError."""
    import imageio_ffmpeg  # noqa: PLC0415 - optional, and only the last resort

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def find_ffmpeg(
    setting: str | None = None,
    *,
    search_path: str | None = None,
    bundled: Callable[[], str] = _bundled,
) -> Ffmpeg:
    """Give the ffmpeg to use. It blocks for a second, so call it once, at start, and in a thread.

    `setting`, a path or a name, is taken or refused; without it, the first fit one is taken of `PATH`
    (or `search_path`) and `bundled`. Raises ServiceUnavailableError, which says what is wrong with each.
    """
    if setting is not None:
        try:
            return _examine(_which(setting, search_path))
        except _UnfitError as error:
            raise ServiceUnavailableError(
                f"The ffmpeg that is configured cannot be used: {error}."
            ) from error
    faults = []
    for locate in (partial(_which, "ffmpeg", search_path), partial(_wheel, bundled)):
        try:
            return _examine(locate())
        except _UnfitError as error:
            faults.append(str(error))
    raise ServiceUnavailableError(f"There is no ffmpeg that can be used: {'; '.join(faults)}.")


def _which(name: str, search_path: str | None) -> str:
    found = shutil.which(name, path=search_path)
    if found is None:
        raise _UnfitError(f"there is no program {name}")
    return str(Path(found).absolute())


def _wheel(bundled: Callable[[], str]) -> str:
    try:
        return str(Path(bundled()).absolute())
    except ImportError as error:
        raise _UnfitError("the wheel imageio-ffmpeg is not installed") from error
    except RuntimeError as error:
        raise _UnfitError("the wheel imageio-ffmpeg has none for this system") from error


def _examine(path: str) -> Ffmpeg:
    with _runs(path):
        banner = abilities.answer(path, "-version")
    version = re.match(r"ffmpeg version (\S+)", banner)
    libavutil = re.search(r"^libavutil +(\d+)\. *(\d+)\.", banner, re.MULTILINE)
    if version is None or libavutil is None:
        raise _UnfitError(f"{path} is no ffmpeg")
    if (int(libavutil[1]), int(libavutil[2])) < _LIBAVUTIL_MIN:
        raise _UnfitError(f"{path} is of version {version[1]}, older than 5.1")
    filters = _ask(path, "-filters")
    missing = (_ENCODERS - _ask(path, "-encoders")) | (_FILTERS - filters)
    if missing:
        raise _UnfitError(f"{path} lacks {', '.join(sorted(missing))}")
    return Ffmpeg(path=path, version=version[1], tone_mapping=filters >= _TONE_MAPPING)


def _ask(path: str, question: str) -> frozenset[str]:
    with _runs(path):
        return abilities.ask(path, question)


@contextmanager
def _runs(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise _UnfitError(f"{path} cannot be run") from error
