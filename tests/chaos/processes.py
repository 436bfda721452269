"""What runs on this machine for one installation, as the kernel knows it."""

import os
from collections.abc import Sequence
from pathlib import Path

import attrs


@attrs.frozen(kw_only=True)
class Process:
    """A process that has not ended: `parent` is 1, or a reaper's, for an orphan."""

    pid: int
    parent: int
    arguments: tuple[str, ...]

    @property
    def is_vidcore(self) -> bool:
        """Say whether it is one of the service itself, and no program that it runs."""
        return "-m" in self.arguments and not self.is_ffmpeg

    @property
    def is_ffmpeg(self) -> bool:
        """Say whether it is ffmpeg, or about to become it."""
        return any("ffmpeg" in argument for argument in self.arguments)


def processes_of(folder: Path) -> Sequence[Process]:
    """Give all processes that were started, by whomever in the line, with `folder` as their TMPDIR.

    The variable is handed on to ffmpeg, in whose arguments `folder` need not be.
    """
    mark = f"TMPDIR={folder}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            arguments = (entry / "cmdline").read_bytes().decode().split("\0")[:-1]
            # The name may hold spaces and brackets, so count from behind it: man 5 proc.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it has ended meanwhile
        if state not in "ZX":
            process = Process(pid=int(entry.name), parent=int(parent), arguments=tuple(arguments))
            found.append(process)
    return found


def strays(folder: Path) -> Sequence[Process]:
    """Give the ffmpegs whose parent is no living process of the service."""
    found = processes_of(folder)
    living = {process.pid for process in found if process.is_vidcore}
    return [
        process
        for process in found
        if process.is_ffmpeg and process.parent not in living and _lives(process.pid)
    ]


def children_of(folder: Path, parent: int) -> Sequence[Process]:
    """Give the serving processes that one parent has started."""
    return [
        process
        for process in processes_of(folder)
        if process.parent == parent and process.is_vidcore
    ]


def _lives(pid: int) -> bool:
    """Look again: a parent may have ended, and its children with it, between two looks."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
