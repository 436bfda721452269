"""One request's bytes into an upload that other requests began and others may go on with.

Whatever the protocol: one at a time writes, always behind the bytes that are there, and what cannot be
trusted does not count.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from uuid import UUID

import attrs
from aiohttp import web

from adapters_http.body import write_body
from adapters_http.errors import (
    ChecksumMismatchError,
    UploadOffsetMismatchError,
    UploadTakenOverError,
)
from adapters_http.expectations import say_continue
from adapters_http.use_cases import UseCases
from vidcore.errors import FileTooLargeError, ServiceUnavailableError
from vidcore.ports.storage import UploadWriter
from vidcore.uploads import UploadProgress
from vidcore.users import User

PATIENCE: Final = 20.0  # seconds that whoever is at an upload has to write what it holds, and stop

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Checksum:
    """The digest, by an algorithm of hashlib, that the bytes of one request must have."""

    algorithm: str
    digest: bytes


@attrs.frozen(kw_only=True)
class Received:
    """How far an upload has come, and the video that was made of it, once it has all bytes."""

    progress: UploadProgress
    video_id: UUID | None


class Turn:
    """One request's time at an upload."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._work: asyncio.Task[object] | None = None
        self._stopped = False

    async def stoppable(self, work: Coroutine[object, object, T]) -> T:
        """Give the outcome of `work`. Raises UploadTakenOverError if the next one stops it."""
        task = asyncio.ensure_future(work)
        self._work = task
        try:
            if self._stopped:
                task.cancel()
            return await task
        except asyncio.CancelledError:
            if self._stopped and task.cancelled():
                raise UploadTakenOverError from None
            raise
        finally:
            self._work = None

    def stop(self) -> None:
        """Have stoppable work end; what must not be broken off goes on."""
        self._stopped = True
        if self._work is not None:
            self._work.cancel()


class Turns:
    """Who is at which upload in this process; of several processes, the file's lock decides."""

    def __init__(self) -> None:
        self._present: dict[UUID, Turn] = {}

    @asynccontextmanager
    async def take(self, upload_id: UUID) -> AsyncIterator[Turn]:
        """Stop whoever is at the upload, wait for the end of that, and be the one.

        A client that comes back on a new connection finds its old one still open here, and would wait
        for a minute until its silence is noticed. Raises ServiceUnavailableError if it takes too long.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while (present := self._present.get(upload_id)) is not None:
                    present.stop()
                    await present.ended.wait()
        except TimeoutError:
            raise ServiceUnavailableError("This upload is busy; try again soon.") from None
        turn = self._present[upload_id] = Turn()
        try:
            yield turn
        finally:
            del self._present[upload_id]
            turn.ended.set()


class HashingWriter(UploadWriter):
    """Hands on to `writer`, and takes the digest of what passes."""

    def __init__(self, writer: UploadWriter, algorithm: str) -> None:
        self._writer = writer
        self._hash = hashlib.new(algorithm, usedforsecurity=False)

    def check(self, checksum: Checksum) -> None:
        """Raise ChecksumMismatchError unless all that was written has this digest."""
        if not hmac.compare_digest(self._hash.digest(), checksum.digest):
            raise ChecksumMismatchError

    async def write(self, block: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(block)
        await self._writer.write(block)

    async def cut(self, size: int) -> None:
        """Drop all bytes of the upload but the first `size`; the digest stays that of all."""
        await self._writer.cut(size)

    async def finish(self) -> int:
        """Give the size of the whole upload in bytes."""
        return await self._writer.finish()

    async def abandon(self) -> None:
        """Stop writing."""
        await self._writer.abandon()


@attrs.frozen(kw_only=True)
class UploadRequest:
    """What one request does to one upload of `actor`; each method is asked once.

    Each raises NotFoundError for any upload but one's own resumable ones.
    """

    request: web.Request
    use_cases: UseCases
    turns: Turns
    actor: User
    upload_id: UUID
    stopping: asyncio.Event

    async def look(self) -> Received:
        """Say how far it has come, once nobody writes to it any more.

        One that has all its bytes and is no video yet, since a service died, becomes one now: clients
        that learn that nothing is missing do not come again. Raises FileFormatNotSupportedError if it
        is none, and ServiceUnavailableError.
        """
        await self._progress()
        async with self.turns.take(self.upload_id):
            progress = await self._progress()
            if not progress.has_all or progress.upload.video_id is not None:
                return Received(progress=progress, video_id=progress.upload.video_id)
            writer = await self._open()
            await writer.finish()
            return await self._completed()

    async def receive(self, *, offset: int, checksum: Checksum | None) -> Received:
        """Write the body behind the first `offset` bytes, and make the video if it was the last.

        Raises UploadOffsetMismatchError if the upload has not just these; ChecksumMismatchError;
        FileTooLargeError for more than was declared; UploadTakenOverError; what `write_body` raises,
        and what making the video raises.
        """
        await self._progress()
        async with self.turns.take(self.upload_id) as turn:
            progress = await self._progress()
            if progress.upload.video_id is not None:
                self._check_place(progress, offset)
                return Received(progress=progress, video_id=progress.upload.video_id)
            size = await self._write(turn, offset, checksum)
            if size == progress.size_bytes:
                return await self._completed()
            return Received(progress=await self._progress(), video_id=None)

    async def cancel(self) -> None:
        """Give it up."""
        await self._progress()
        async with self.turns.take(self.upload_id):
            await self.use_cases.cancel_upload(actor=self.actor, upload_id=self.upload_id)

    async def _progress(self) -> UploadProgress:
        return await self.use_cases.show_upload(actor=self.actor, upload_id=self.upload_id)

    async def _completed(self) -> Received:
        video_id = await self.use_cases.complete_upload(actor=self.actor, upload_id=self.upload_id)
        return Received(progress=await self._progress(), video_id=video_id)

    async def _open(self) -> UploadWriter:
        return await self.use_cases.uploads.receive(str(self.upload_id))

    def _check_place(self, progress: UploadProgress, offset: int) -> None:
        if offset != progress.offset:
            raise UploadOffsetMismatchError(progress.offset)
        whole = offset + (self.request.content_length or 0)
        if whole > progress.size_bytes:
            raise FileTooLargeError(whole, progress.size_bytes)

    async def _write(self, turn: Turn, offset: int, checksum: Checksum | None) -> int:
        """Write the body and give the size of the upload; whatever goes wrong, the file is closed."""
        writer = await self._open()
        try:
            progress = await self._progress()  # now that nobody else can change it
            self._check_place(progress, offset)
            await self._prepare(writer, progress, checksum)
            await say_continue(self.request)
            if checksum is None:
                await turn.stoppable(self._write_body(writer, progress))
            else:
                await self._write_checked(turn, writer, progress, checksum)
        except BaseException:  # cancelled or not, the file is closed
            await asyncio.shield(writer.abandon())
            raise
        size = await writer.finish()
        if checksum is not None:
            await self.use_cases.mark_unchecked(upload_id=self.upload_id, start=None)
        return size

    async def _prepare(
        self, writer: UploadWriter, progress: UploadProgress, checksum: Checksum | None
    ) -> None:
        """Drop bytes that a crash left unchecked, and say whether those to come are checked."""
        if progress.upload.unchecked_from is not None:
            await writer.cut(progress.offset)
        start = None if checksum is None else progress.offset
        if progress.upload.unchecked_from != start:
            await self.use_cases.mark_unchecked(upload_id=self.upload_id, start=start)

    async def _write_checked(
        self, turn: Turn, writer: UploadWriter, progress: UploadProgress, checksum: Checksum
    ) -> None:
        """Write the body, and keep none of it unless it is whole and has its checksum."""
        hashing = HashingWriter(writer, checksum.algorithm)
        try:
            await turn.stoppable(self._write_body(hashing, progress))
            hashing.check(checksum)
        except BaseException:  # cancelled or not, what was not checked is dropped
            await asyncio.shield(writer.cut(progress.offset))
            raise

    async def _write_body(self, writer: UploadWriter, progress: UploadProgress) -> None:
        async def check(received: int) -> None:
            whole = progress.offset + received
            if whole > progress.size_bytes:
                raise FileTooLargeError(whole, progress.size_bytes)
            progress.upload.check_live(self.use_cases.clock.now())
            if self.stopping.is_set():
                raise ServiceUnavailableError("The service is stopping; go on when it is back.")

        await write_body(self.request, writer, on_received=check)
