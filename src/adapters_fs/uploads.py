"""The area where uploads arrive: one file for each, named as the upload is, mode 0600."""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters_fs.digests import RunningDigest, UploadDigests
from adapters_fs.faults import storage_faults
from adapters_fs.folders import make_folder
from adapters_fs.threads import run
from adapters_fs.writer import FilesystemUploadWriter
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.storage import UploadArea

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
_NAME_MAX: Final = 255  # NAME_MAX of every common file system, in bytes


class FilesystemUploads(UploadArea):
    """The uploads in the folder `root`, which `prepare` makes; `pool` does all the work on it.

    A name is letters, digits, underscores, hyphens and single dots between them; each method that
    takes one raises ValueError for any other. Each method that looks at the disk raises
    ServiceUnavailableError if it fails, StorageFullError if it is full.
    """

    def __init__(self, root: Path, pool: ThreadPoolExecutor) -> None:
        self._root = root.absolute()
        self._pool = pool
        self._digests = UploadDigests()

    async def prepare(self) -> None:
        """Make the folder, with mode 0700, if it is missing."""
        await run(self._pool, self._prepare)

    async def receive(self, name: str) -> FilesystemUploadWriter:
        """Open the upload `name` to append to it; nobody else can until that ends.

        The lock (flock) holds between processes and dies with its holder. Two writers would mix
        their bytes: a sender that comes back while its broken connection is still being noticed gets
        ServiceUnavailableError, and may try again.
        """
        path = self._path(name)
        fd, offset, digest = await run(self._pool, self._open, path, undo=_close)
        return FilesystemUploadWriter(fd, self._root, self._pool, offset=offset, digest=digest)

    def locate(self, name: str) -> str:
        """Give the absolute path of the upload's file, there or not."""
        return str(self._path(name))

    async def size(self, name: str) -> int:
        """Give the size of the upload's file; 0 if there is none."""
        return await run(self._pool, self._size, self._path(name))

    async def digest(self, name: str) -> str:
        """Give the SHA-256 of the upload's file, in hexadecimal.

        It is known from the writing; a file that others wrote, an earlier process say, is read for
        it. Raises NotFoundError if there is no such file.
        """
        return await run(self._pool, self._digest, name, self._path(name))

    async def discard(self, name: str) -> None:
        """Remove the upload's file, if there is one."""
        await run(self._pool, self._discard, name, self._path(name))

    async def names(self, before: datetime) -> Sequence[str]:
        """Give the names, sorted, of uploads whose files were last written to before `before`."""
        return await run(self._pool, self._names, before.timestamp())

    async def used_bytes(self) -> int:
        """Give the sizes of all uploads' files together."""
        return await run(self._pool, self._used_bytes)

    async def free_bytes(self) -> int:
        """Give the bytes that this process may still write to the disk of the area."""
        return await run(self._pool, self._free_bytes)

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless the folder is there and can be written."""
        await run(self._pool, self._check)

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None or len(name) > _NAME_MAX:
            raise ValueError(f"no name for an upload: {name!r}")
        return self._root / name

    def _prepare(self) -> None:
        with storage_faults(self._root):
            make_folder(self._root)

    def _open(self, path: Path) -> tuple[int, int, RunningDigest]:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with storage_faults(self._root), ExitStack() as on_failure:
            fd = os.open(path, flags, 0o600)
            on_failure.callback(os.close, fd)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                reason = "This upload is being written to already."
                raise ServiceUnavailableError(reason) from None
            opened = fd, os.fstat(fd).st_size, self._digests.begin(path.name, fd)
            on_failure.pop_all()
            return opened

    def _size(self, path: Path) -> int:
        with storage_faults(self._root):
            try:
                return path.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                return 0

    def _digest(self, name: str, path: Path) -> str:
        with storage_faults(self._root):
            return self._digests.of(name, path)

    def _discard(self, name: str, path: Path) -> None:
        self._digests.forget(name)
        with storage_faults(self._root):
            path.unlink(missing_ok=True)

    def _names(self, before: float) -> Sequence[str]:
        found = []
        with storage_faults(self._root), os.scandir(self._root) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # discarded meanwhile
                    continue
                if (
                    stat.S_ISREG(status.st_mode)
                    and status.st_mtime < before
                    and _NAME.fullmatch(entry.name)
                ):
                    found.append(entry.name)
        return sorted(found)

    def _check(self) -> None:
        if not (self._root.is_dir() and os.access(self._root, os.W_OK | os.X_OK)):
            raise ServiceUnavailableError("The folder for uploads cannot be written.")

    def _used_bytes(self) -> int:
        used = 0
        with storage_faults(self._root), os.scandir(self._root) as entries:
            for entry in entries:
                try:
                    used += entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:  # discarded meanwhile
                    continue
        return used

    def _free_bytes(self) -> int:
        with storage_faults(self._root):
            return shutil.disk_usage(self._root).free


def _close(opened: tuple[int, int, RunningDigest]) -> None:
    fd, _, digest = opened
    digest.keep(fd)
    os.close(fd)
