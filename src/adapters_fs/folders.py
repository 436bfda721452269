"""Folders: made for as few as possible, and known to be on disk."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o700
FOR_GROUP: Final = 0o750  # of what is published: a web server of the group may send it


def make_folder(folder: Path, mode: int = PRIVATE) -> None:
    """Make `folder` and its missing parents with `mode`, each brought safely to disk.

    Folders that are there keep their modes. Raises OSError.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=mode, exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's names, safely to disk. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there; several may do so at once.

    Raises OSError.
    """
    while folder.exists():
        with suppress(FileNotFoundError):  # somebody else was faster with some of it
            shutil.rmtree(folder)
