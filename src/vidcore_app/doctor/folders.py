"""The folders: there, written to, with room, and on one disk where that helps."""

import errno
import os
import shlex
from pathlib import Path
from typing import Final

from adapters_fs.soundings import free_bytes, nearest_folder, share_disk, try_to_write
from vidcore.diagnosis import Diagnosis, Verdict, judge_room

_GIB: Final = 1 << 30
_WHY: Final = {
    "data": "The database, the secret and the lock of the process that leads are kept here.",
    "uploads": "What members send is written here first, and is answered 201 only then.",
    "videos": "Videos are published here, and played from here.",
    "thumbnails": "The pictures of videos are published here.",
    "storage": "The platform's settings say that new videos are published here.",
}


def examine_folder(name: str, folder: Path, setting: str, *, started: bool) -> Diagnosis:
    """Look whether a folder is there and can be written, by writing.

    A folder that is not there can be made by the first start; if the platform was `started` before,
    one is missing. `setting` is what sets the folder.
    """
    check, why = f"folder.{name}", _WHY[name]
    if os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir may raise
        failed = _failure(folder)
        seen = f"{folder} {'can be written' if failed is None else 'cannot be written'}"
        return Diagnosis.of(
            check,
            Verdict.OK if failed is None else Verdict.FAULT,
            seen=f"{seen}{_because(failed)}.",
            why=why,
            mend=_mend(failed, folder, setting),
        )
    if os.path.lexists(folder):
        mend = f"Move it away (`mv {_quoted(folder)} {_quoted(folder)}.old`), or set {setting}."
        seen = f"{folder} is there, and is not a folder."
        return Diagnosis(check=check, verdict=Verdict.FAULT, seen=seen, why=why, mend=mend)
    return _examine_missing(check, folder, setting, started=started)


def _examine_missing(check: str, folder: Path, setting: str, *, started: bool) -> Diagnosis:
    why = _WHY[check.removeprefix("folder.")]
    base = nearest_folder(folder)
    failed = _failure(base)
    if failed is not None:
        return Diagnosis(
            check=check,
            verdict=Verdict.FAULT,
            seen=f"{folder} is not there, and cannot be made in {base}{_because(failed)}.",
            why=why,
            mend=_mend(failed, base, setting),
        )
    if started:
        return Diagnosis(
            check=check,
            verdict=Verdict.FAULT,
            seen=f"{folder} is not there, though this platform was started before.",
            why=why,
            mend=f"Mount the disk that it is on, restore it from a backup, or set {setting};"
            " `vidcore serve` would make an empty one.",
        )
    return Diagnosis(
        check=check,
        verdict=Verdict.WARNING,
        seen=f"{folder} is not there yet; it can be made.",
        why=why,
        mend=f"`vidcore serve` makes it. If it should be there already, set {setting}.",
    )


def examine_room(name: str, folder: Path, *, floor: int, largest: int) -> Diagnosis:
    """Look how much room a folder's disk has; `floor` and the `largest` upload are in bytes."""
    base = nearest_folder(folder)
    free = free_bytes(base)
    return Diagnosis.of(
        f"disk.{name}",
        judge_room(free=free, floor=floor, largest=largest),
        seen=f"{_gib(free)} are free on the disk of {folder}; {_gib(floor)} must stay so.",
        why=f"An upload of {_gib(largest)}, the most that is allowed, needs as much again while it"
        " is processed; without room it is refused.",
        mend=f"Free some (`du -xh -d2 {_quoted(base)} | sort -h | tail` shows what takes it,"
        " `vidcore fsck` what is left over), or lower VIDCORE_DISK_FLOOR_BYTES or the largest size"
        " of an upload.",
    )


def examine_shared_disk(uploads: Path, videos: Path) -> Diagnosis:
    """Look whether uploads and videos are on one filesystem."""
    shared = share_disk(nearest_folder(uploads), nearest_folder(videos))
    return Diagnosis.of(
        "filesystem",
        Verdict.OK if shared else Verdict.WARNING,
        seen=f"{uploads} and {videos} are on {'one filesystem' if shared else 'two filesystems'}.",
        why="An upload is let in by the room on its own disk: another disk under the videos can fill"
        " up unnoticed, and then processing fails.",
        mend="Set VIDCORE_UPLOAD_DIR to a folder on the disk of the videos.",
    )


def _failure(folder: Path) -> OSError | None:
    try:
        try_to_write(folder)
    except OSError as error:
        return error
    return None


def _because(failed: OSError | None) -> str:
    return "" if failed is None else f" ({failed.strerror or failed})"


def _mend(failed: OSError | None, folder: Path, setting: str) -> str:
    code = None if failed is None else failed.errno
    if code in {errno.ENOSPC, errno.EDQUOT}:
        return f"Free some of its disk (`df -h {_quoted(folder)}`), or set {setting}."
    if code == errno.EROFS:
        return f"Mount it for writing (`findmnt -T {_quoted(folder)}` shows how it is mounted)."
    return (
        f"Give it to the user that runs vidcore (`chown -R {os.geteuid()} {_quoted(folder)}`),"
        f" or set {setting}."
    )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _gib(size: int) -> str:
    return f"{size / _GIB:.2f} GiB"
