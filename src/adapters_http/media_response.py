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
from adapters_http.sendfile import Transfer, writable
from vidcore.errors import NotFoundError

ACCEL: Final = web.AppKey("ACCEL", bool)
TLS_BLOCK: Final = 1 << 20  # bytes read at once where sendfile is of no use
ACCEL_PREFIX: Final = "/_vidcore"  # an internal location of nginx, whose root is the machine's


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
        while transport.get_write_buffer_size():
            await writable(connection)
        transfer = Transfer(file, connection, selection.start, selection.stop)
        try:
            await transfer.run()
        finally:
            writer.output_size += transfer.sent
    finally:
        os.close(connection)


async def _send_through_transport(
    writer: AbstractStreamWriter, file: int, selection: Selection
) -> None:
    """Send over TLS, where the kernel cannot."""
    loop = asyncio.get_running_loop()
    position = selection.start
    while position < selection.stop:
        size = min(selection.stop - position, TLS_BLOCK)
        block = await loop.run_in_executor(None, os.pread, file, size, position)
        if not block:
            raise ConnectionResetError("the file became shorter while it was sent")
        await writer.write(block)
        position += len(block)
