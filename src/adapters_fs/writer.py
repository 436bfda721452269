"""A double-buffered writer: one thread writes a batch and another hashes it while the next is filled.

Batches go to disk as `adapters_fs.appending` says. All ways to end an upload go through
one call in the pool that first waits for the batch under way, so the file is never closed (nor its
number given to another file) while a thread writes to it.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from adapters_fs.appending import Appender
from adapters_fs.digests import RunningDigest
from adapters_fs.faults import storage_faults
from adapters_fs.folders import sync
from adapters_fs.threads import ended, run
from vidcore.errors import StorageFullError
from vidcore.ports.storage import UploadWriter

BATCH_BYTES: Final = 2 << 20  # two, and what a socket has, make 8 MiB; half was slower
BATCH_BLOCKS: Final = 1024  # bounds the overhead of tiny blocks


class FilesystemUploadWriter(UploadWriter):
    """Appends to the open file `fd`, which it owns from now on, and which stands in `folder`.

    It holds at most two batches of blocks: the one under way, and the one being filled, which has
    fewer than `batch_bytes` bytes before its last block. `offset` is the file's size at its beginning.
    `digest` follows what is appended, if anybody wants to know.
    """

    def __init__(  # noqa: PLR0913 - a file, where and by whom it is written, and three defaults
        self,
        fd: int,
        folder: Path,
        pool: ThreadPoolExecutor,
        *,
        offset: int = 0,
        batch_bytes: int = BATCH_BYTES,
        digest: RunningDigest | None = None,
    ) -> None:
        self.offset = offset
        self._fd = fd
        self._folder = folder
        self._pool = pool
        self._batch_bytes = batch_bytes
        self._digest = digest
        self._filling: list[bytes] = []
        self._filled = 0
        self._writing: Future[None] | None = None
        self._hashing: Future[None] | None = None
        self._file = Appender(fd, folder, end=offset)
        self._is_over = False

    async def write(self, block: bytes) -> None:
        """Take the next bytes; waits only while two batches are under way.

        Raises StorageFullError or ServiceUnavailableError for this or an earlier block, and from then
        on every time; RuntimeError after the end. If cancelled, the block has been taken.
        """
        if self._is_over:
            raise RuntimeError("this upload has been finished or abandoned")
        self._filling.append(block)
        self._filled += len(block)
        if self._filled >= self._batch_bytes or len(self._filling) >= BATCH_BLOCKS:
            await self._hand_over()

    async def cut(self, size: int) -> None:
        """Drop all bytes but the first `size`, and with them the failure of a later block.

        Raises StorageFullError or ServiceUnavailableError if an earlier one has failed, or the disk
        fails now; RuntimeError after the end.
        """
        if self._is_over:
            raise RuntimeError("this upload has been finished or abandoned")
        batch, self._filling, self._filled = self._filling, [], 0
        await run(self._pool, self._cut, size, batch)

    async def finish(self) -> int:
        """Write what is left, fsync the file and its folder, and give the file's size in bytes.

        Raises StorageFullError or ServiceUnavailableError. The file is closed in any case.
        """
        if self._is_over:
            raise RuntimeError("this upload has been finished or abandoned")
        self._is_over = True
        return await run(self._pool, self._finish)

    async def abandon(self) -> None:
        """Write what has arrived, as far as the disk has room, and close the file.

        Does nothing after `finish`, even if that failed. Raises ServiceUnavailableError if the disk
        fails, for whatever reason but being full; the file is closed in any case.
        """
        if not self._is_over:
            self._is_over = True
            await run(self._pool, self._abandon)

    async def _hand_over(self) -> None:
        for work in (self._writing, self._hashing):
            if work is not None:
                await ended(work)
                work.result()
        batch, self._filling, self._filled = self._filling, [], 0
        if self._digest is not None:
            self._hashing = self._pool.submit(_hash_batch, self._digest, batch.copy())
        self._writing = self._pool.submit(self._write_batch, batch)

    def _cut(self, size: int, waiting: list[bytes]) -> None:
        if self._writing is not None and self._writing.exception() is not None:
            self._digest = None  # it lacks what was written before the failure
        if os.fstat(self._fd).st_size < size:
            self._write_last(waiting)
        self._writing = None
        if os.fstat(self._fd).st_size > size or self._file.rest:
            self._digest = None  # what was added cannot be taken back: the file is read for it
            self._file.cut(size)

    def _finish(self) -> int:
        try:
            self._write_last(self._filling)
            self._keep_digest()
            with storage_faults(self._folder):
                os.fsync(self._fd)
                sync(self._folder)
                return os.fstat(self._fd).st_size
        finally:
            os.close(self._fd)

    def _abandon(self) -> None:
        try:
            # What no longer fits is no loss: the sender goes on from the size that the file has.
            with suppress(StorageFullError):
                self._write_last(self._filling)
                self._keep_digest()
        finally:
            os.close(self._fd)

    def _write_last(self, batch: list[bytes]) -> None:
        # A batch that failed leaves a gap, behind which nothing may be written: result() raises.
        # It has begun before this, since the pool is first come, first served: no deadlock.
        if self._writing is not None:
            self._writing.result()
        blocks = batch.copy()
        self._write_batch(batch)
        self._file.flush()
        if self._hashing is not None:
            self._hashing.result()
        if self._digest is not None:
            _hash_batch(self._digest, blocks)

    def _keep_digest(self) -> None:
        if self._digest is not None:
            self._digest.keep(self._fd)

    def _write_batch(self, batch: list[bytes]) -> None:
        self._file.append(batch)
        batch.clear()  # the pool holds on to it for a while, when a third batch has begun to fill


def _hash_batch(digest: RunningDigest, batch: list[bytes]) -> None:
    digest.add(batch)
    batch.clear()
