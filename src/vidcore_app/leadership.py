"""Which one of several processes does what only one may: the schedule, and the embedded worker.

The lock is on a file of the data folder (flock), so it holds between all processes of a machine that
have this folder, and the kernel takes it from a process that dies, however it dies.
"""

import asyncio
import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

import structlog

_NAME_BYTES: Final = 16  # of randomness, so that no two data folders share a name
RETRY: Final = 0.5  # seconds between two tries to follow a leader that may have died

_log = structlog.get_logger("vidcore")


class Leadership:
    """The lock at `path`. One process holds it at a time, from `follow` to `resign` or its death."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_take(self) -> bool:
        """Take the lock if nobody has it, and say whether it is this process's now. Raises OSError."""
        if self._fd is not None:
            return True
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(fd)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._fd = fd
        return True

    async def follow(self) -> None:
        """Wait until this process leads. Raises OSError."""
        while not self.try_take():  # noqa: ASYNC110 - another process's lock makes no event here
            await asyncio.sleep(RETRY)
        _log.info("leading", lock=self._path.name)

    def name(self) -> str:
        """Give the name of whoever leads here, which stays when another process follows.

        Only a leader may ask. Raises OSError.
        """
        if self._fd is None:
            raise RuntimeError("only a leader has a name")
        name = os.pread(self._fd, _NAME_BYTES * 2, 0).decode("ascii")
        if not name:
            name = secrets.token_hex(_NAME_BYTES)
            os.pwrite(self._fd, name.encode("ascii"), 0)
        return name

    def resign(self) -> None:
        """Let another process lead."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
