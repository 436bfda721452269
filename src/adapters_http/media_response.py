"""Sending a file's bytes from the page cache to the socket, by sendfile(2).

aiohttp's own FileResponse ignores entity-tags in If-Range, so that a resumed download of a changed
file comes out broken, and needs five to ten times nginx's time for small ranges.
"""

import asyncio
import os
from email.utils import formatdate
from http import HTTPStatus
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.typedefs import LooseHeaders

from adapters_http.errors import PreconditionFailedError, RangeNotSatisfiableError
from adapters_http.ranges import Representation, Selection, select
from vidcore.errors import NotFoundError

ACCEL: Final = web.AppKey("ACCEL", bool)
ACCEL_PREFIX: Final = "/_vidcore"  # an internal location of nginx, whose root is the machine's
BLOCK: Final = 1 << 20  # bytes a turn, so that many readers share the loop fairly
STALL: Final = 30.0  # seconds without a byte taken, after which a client is given up


async def send_file(
    request: web.Request, path: str, *, content_type: str, headers: LooseHeaders
) -> web.StreamResponse:
    """Answer a GET or HEAD with the file, a range of it, or 304; or have nginx do it.

    Raises NotFoundError if there is no such file, RangeNotSatisfiableError, PreconditionFailedError.
    """
    if request.app[ACCEL]:
        return _leave_to_nginx(path, content_type, headers)
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError("file", PurePath(path).name) from None
    try:
        found = os.fstat(file)
        representation = Representation(
            etag=f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
            modified=int(found.st_mtime),
            size=found.st_size,
        )
        selection = select(request.method, request.headers, representation)
        if selection.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise RangeNotSatisfiableError(representation.size)
        if selection.status is HTTPStatus.PRECONDITION_FAILED:
            raise PreconditionFailedError
        response = _response(selection, representation, headers)
        if selection.status is not HTTPStatus.NOT_MODIFIED:
            response.content_type = content_type
        writer = await response.prepare(request)
        if request.method != hdrs.METH_HEAD and writer is not None:
            await _send(request, writer, file, selection)
        return response
    finally:
        os.close(file)


def _leave_to_nginx(path: str, content_type: str, headers: LooseHeaders) -> web.Response:
    """Name the file to nginx, which sends it with all of ranges and conditions."""
    response = web.Response(content_type=content_type, headers=headers)
    response.headers["X-Accel-Redirect"] = quote(ACCEL_PREFIX + path)
    return response


def _response(
    selection: Selection, file: Representation, headers: LooseHeaders
) -> web.StreamResponse:
    response = web.StreamResponse(status=selection.status, headers=headers)
    response.headers[hdrs.ETAG] = file.etag
    response.headers[hdrs.LAST_MODIFIED] = formatdate(file.modified, usegmt=True)
    response.headers[hdrs.ACCEPT_RANGES] = "bytes"
    if selection.status is HTTPStatus.PARTIAL_CONTENT:
        response.headers[hdrs.CONTENT_RANGE] = (
            f"bytes {selection.start}-{selection.stop - 1}/{file.size}"
        )
    if selection.status is not HTTPStatus.NOT_MODIFIED:
        response.content_length = selection.stop - selection.start
    return response


async def _send(
    request: web.Request, writer: AbstractStreamWriter, file: int, selection: Selection
) -> None:
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client went away")
    if transport.get_extra_info("sslcontext") is not None:
        await _send_through_transport(writer, file, selection)
        return
    writer.send_headers()  # aiohttp holds them back for the first write
    connection = os.dup(transport.get_extra_info("socket").fileno())
    try:
        await _flushed(transport, connection)
        await _sendfile(writer, connection, file, selection)
    finally:
        os.close(connection)


async def _flushed(transport: asyncio.WriteTransport, connection: int) -> None:
    room = _Room(connection)
    try:
        while transport.get_write_buffer_size():
            await room.wait()
    finally:
        room.close()


async def _sendfile(
    writer: AbstractStreamWriter, connection: int, file: int, selection: Selection
) -> None:
    room = _Room(connection)
    position = selection.start
    try:
        while position < selection.stop:
            asked = min(selection.stop - position, BLOCK)
            try:
                sent = os.sendfile(connection, file, position, asked)
            except BlockingIOError:
                await room.wait()
                continue
            if sent == 0:
                raise ConnectionResetError("the file became shorter while it was sent")
            position += sent
            writer.output_size += sent
            if sent < asked:
                await room.wait()  # it is full: another try would only be told so
            elif position < selection.stop:
                await asyncio.sleep(0)
    finally:
        room.close()


class _Room:
    """Tells when a connection takes bytes again; watched from the first wait on, to spare system calls."""

    def __init__(self, connection: int) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Event | None = None

    async def wait(self) -> None:
        """Return when there is room. Raises ConnectionResetError when there is none for STALL."""
        if self._ready is None:
            self._ready = asyncio.Event()
            self._loop.add_writer(self._connection, self._ready.set)
        self._ready.clear()
        try:
            async with asyncio.timeout(STALL):
                await self._ready.wait()
        except TimeoutError:
            raise ConnectionResetError(f"the client took no byte for {STALL} s") from None

    def close(self) -> None:
        """Watch no longer."""
        if self._ready is not None:
            self._loop.remove_writer(self._connection)


async def _send_through_transport(
    writer: AbstractStreamWriter, file: int, selection: Selection
) -> None:
    """Send over TLS, where the kernel cannot."""
    loop = asyncio.get_running_loop()
    position = selection.start
    while position < selection.stop:
        size = min(selection.stop - position, BLOCK)
        block = await loop.run_in_executor(None, os.pread, file, size, position)
        if not block:
            raise ConnectionResetError("the file became shorter while it was sent")
        await writer.write(block)
        position += len(block)
