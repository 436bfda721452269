"""Appending to a file, past the page cache where that can be had.

A gigabyte that goes through the cache, and then to the disk, took three to seven times as long as one
that goes straight to it (O_DIRECT, open(2)), and pushes out of memory what others watch. What is small
goes through the cache, and so does all where the system or the file system knows no other way.
"""

import errno
import fcntl
import mmap
import os
import stat
import sys
import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from adapters_fs.faults import storage_faults

ALIGNMENT: Final = (
    4096  # bytes, of memory, place and size: a page, which satisfies all common disks
)
LEAST: Final = 1 << 20  # bytes at once, below which the cache is as good
PIECE: Final = 1 << 20  # bytes in one system call, and of memory in each thread
EARLY: Final = 8 << 20  # bytes in the cache, after which the disk begins with them
_IOV_MAX: Final = 1024  # blocks in one system call, on Linux and macOS
_O_DIRECT: Final = getattr(os, "O_DIRECT", 0)

_threads = threading.local()


class Appender:
    """Appends to the open file `fd` of `end` bytes, which stands in `folder`; by one thread at a time.

    Each method raises StorageFullError or ServiceUnavailableError if the disk fails; then a part may
    have been written, and nothing more should be.
    """

    def __init__(self, fd: int, folder: Path, *, end: int) -> None:
        self._fd = fd
        self._folder = folder
        self._end = self._early_end = end
        self._rest = b""
        self._knows_direct = bool(_O_DIRECT) and stat.S_ISREG(os.fstat(fd).st_mode)

    @property
    def rest(self) -> int:
        """Give the bytes that `append` has kept for later, fewer than ALIGNMENT."""
        return len(self._rest)

    def append(self, blocks: Sequence[bytes]) -> None:
        """Write the blocks one behind the other; `flush` writes what is left of them."""
        left = deque(memoryview(block) for block in (self._rest, *blocks) if block)
        self._rest = b""
        if self._knows_direct and sum(map(len, left)) >= LEAST:
            self._write(_taken(left, -self._end % ALIGNMENT))
            with storage_faults(self._folder, needed=sum(map(len, left))):
                self._append_directly(left)
        self._write(left)

    def flush(self) -> None:
        """Write what `append` has kept."""
        rest, self._rest = self._rest, b""
        self._write(deque([memoryview(rest)] if rest else []))

    def cut(self, size: int) -> None:
        """Drop all bytes but the first `size` that the file has, and what `append` has kept."""
        self._rest = b""
        with storage_faults(self._folder):
            os.ftruncate(self._fd, size)
        self._end = self._early_end = size

    def _append_directly(self, left: deque[memoryview]) -> None:
        """Write what can go past the cache; what cannot stays in `left`."""
        flags = fcntl.fcntl(self._fd, fcntl.F_GETFL)
        try:
            fcntl.fcntl(self._fd, fcntl.F_SETFL, flags | _O_DIRECT)
            self._write_past_the_cache(left)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self._knows_direct = False  # the file system refuses it, by word or by deed
        finally:
            fcntl.fcntl(self._fd, fcntl.F_SETFL, flags)

    def _write_past_the_cache(self, left: deque[memoryview]) -> None:
        """Write what is a multiple of ALIGNMENT, and keep what is more; or leave all in `left`."""
        buffer = _buffer()
        while left:
            filled = _fill(buffer, left)
            whole, done = filled - filled % ALIGNMENT, 0
            try:
                while done < whole and done % ALIGNMENT == 0:
                    done += os.write(self._fd, buffer[done:whole])
            finally:
                self._end += done
                self._early_end = self._end
                if done < whole:  # whoever catches that goes on through the cache
                    left.appendleft(memoryview(bytes(buffer[done:filled])))
            if done < whole:
                return
            self._rest = bytes(buffer[whole:filled])

    def _write(self, left: deque[memoryview]) -> None:
        while left:
            with storage_faults(self._folder, needed=sum(map(len, left))):
                written = os.writev(self._fd, list(islice(left, _IOV_MAX)))
            _taken(left, written)
            self._end += written
        if self._end - self._early_end >= EARLY:
            self._begin_early()

    def _begin_early(self) -> None:
        """Have the disk begin with what is new, so that an fsync finds little to wait for.

        On Linux, to give up pages that are not on disk yet means to write them; most stay cached.
        """
        start, self._early_end = self._early_end, self._end
        if sys.platform == "linux":
            with storage_faults(self._folder):
                os.posix_fadvise(self._fd, start, self._end - start, os.POSIX_FADV_DONTNEED)


def _buffer() -> memoryview:
    """Give this thread's own aligned memory."""
    buffer: memoryview | None = getattr(_threads, "buffer", None)
    if buffer is None:
        buffer = _threads.buffer = memoryview(mmap.mmap(-1, PIECE))
    return buffer


def _fill(buffer: memoryview, left: deque[memoryview]) -> int:
    """Move to the buffer what it has room for, and give its size."""
    filled = 0
    for block in _taken(left, len(buffer)):
        buffer[filled : filled + len(block)] = block
        filled += len(block)
    return filled


def _taken(left: deque[memoryview], size: int) -> deque[memoryview]:
    """Take the first `size` bytes, or all if there are fewer."""
    taken: deque[memoryview] = deque()
    while left and size:
        block = left.popleft()
        if len(block) > size:
            left.appendleft(block[size:])
            block = block[:size]
        taken.append(block)
        size -= len(block)
    return taken
