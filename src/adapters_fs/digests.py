"""SHA-256 of uploads, taken while their bytes are written, so that hardly any file is read for it.

What is known of a file holds for the state that it was left in (inode, size, time of writing): when
another process has written to it, or this one was restarted, the file is read instead.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Final

import attrs

from vidcore.errors import NotFoundError

KEPT: Final = 1024  # files; some 500 bytes each
BLOCK: Final = 1 << 20  # bytes read at once


@attrs.frozen
class _FileState:
    """By which a file that others have written to is told from the one that was left."""

    inode: int
    size: int
    written_ns: int

    @classmethod
    def of(cls, fd: int) -> "_FileState":
        status = os.fstat(fd)
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


class UploadDigests:
    """The digests of the `kept` files that this process wrote last, by name; for use by threads."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._known: OrderedDict[str, tuple[_FileState, hashlib._Hash]] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, fd: int) -> "RunningDigest":
        """Follow what is appended to the file `name`, open as `fd`, from now on."""
        state = _FileState.of(fd)
        return RunningDigest(self, name, self._take(name, state))

    def of(self, name: str, path: Path) -> str:
        """Give the digest of the whole file, in hexadecimal.

        Raises NotFoundError if there is no such file, OSError if it cannot be read.
        """
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise NotFoundError("upload", name) from None
        try:
            state = _FileState.of(fd)
            digest = self._take(name, state) or _read(fd)
            if _FileState.of(fd) == state:
                self.keep(name, state, digest)
            return digest.hexdigest()
        finally:
            os.close(fd)

    def keep(self, name: str, state: _FileState, digest: "hashlib._Hash") -> None:
        """Remember the digest of a file in that state; the one that was used longest ago goes."""
        with self._lock:
            self._known[name] = (state, digest)
            self._known.move_to_end(name)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)

    def forget(self, name: str) -> None:
        """Remember nothing of a file that is gone."""
        with self._lock:
            self._known.pop(name, None)

    def _take(self, name: str, state: _FileState) -> "hashlib._Hash | None":
        """Give what is known of a file in that state, for one user alone."""
        with self._lock:
            known = self._known.pop(name, None)
        if known is not None and known[0] == state:
            return known[1]
        return hashlib.sha256() if state.size == 0 else None


class RunningDigest:
    """The digest of one file that is being appended to; unknown if its beginning is."""

    def __init__(self, digests: UploadDigests, name: str, digest: "hashlib._Hash | None") -> None:
        self._digests = digests
        self._name = name
        self._digest = digest

    def add(self, blocks: Iterable[bytes]) -> None:
        """Take what was appended."""
        if self._digest is not None:
            for block in blocks:
                self._digest.update(block)

    def keep(self, fd: int) -> None:
        """Remember the digest for the file as it is left now, all of it having been added."""
        if self._digest is not None:
            self._digests.keep(self._name, _FileState.of(fd), self._digest)


def _read(fd: int) -> "hashlib._Hash":
    digest = hashlib.sha256()
    while block := os.read(fd, BLOCK):
        digest.update(block)
    return digest
