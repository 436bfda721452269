"""What can be learnt of a folder without leaving anything in it."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryFile

_BLOCK = 4096  # bytes: what a file takes at the least


def try_to_write(folder: Path) -> None:
    """Write a block to disk in `folder`, in a file that has no name, or that goes with it.

    Raises OSError, which says why that cannot be done.
    """
    with TemporaryFile(dir=folder, prefix=".vidcore-", buffering=0) as probe:
        probe.write(bytes(_BLOCK))
        os.fsync(probe.fileno())


def nearest_folder(path: Path) -> Path:
    """Give `path`, or as much of it as is there: what making it would begin with."""
    return next(each for each in (path, *path.parents) if os.path.lexists(each))


def free_bytes(folder: Path) -> int:
    """Give the bytes that are free on the disk of a folder. Raises OSError."""
    return shutil.disk_usage(folder).free


def share_disk(one: Path, other: Path) -> bool:
    """Say whether two folders are on one filesystem, so that a file can be renamed between them.

    Raises OSError.
    """
    return one.stat().st_dev == other.stat().st_dev
