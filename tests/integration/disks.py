"""A disk that is soon full: a small tmpfs, or, where none may be mounted, a limit on files' sizes."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import attrs

from vidcore.errors import ServiceUnavailableError, StorageFullError, VidcoreError

MIB = 1 << 20


@attrs.define
class SmallDisk:
    """A folder in which about 1 MiB has room until `enlarge`; `fault` is what the end of it is."""

    folder: Path
    fault: type[VidcoreError]
    enlarge: Callable[[], object]


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0


@contextmanager
def small_disk_at(folder: Path) -> Iterator[SmallDisk]:
    """Give a disk at `folder`, which is empty, or not there yet."""
    folder.mkdir(exist_ok=True)
    if mount(folder, "size=1m"):
        try:
            yield SmallDisk(folder, StorageFullError, lambda: mount(folder, "remount,size=64m"))
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    else:  # not allowed here: a limit on the size of files ends them in the same way
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        lift = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
        try:
            yield SmallDisk(folder, ServiceUnavailableError, lift)
        finally:
            lift()
