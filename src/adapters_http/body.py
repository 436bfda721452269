"""The way of an upload's bytes from the socket to its writer, in blocks, a few of them in memory.

Small bodies, chunked ones, and those over TLS come through aiohttp's reader. The rest of a large one is
read from the socket by threads, at half the processor time: see `adapters_http.socket_body`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from aiohttp import StreamReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters_http.socket_body import SocketBody
from vidcore.errors import UploadIncompleteError
from vidcore.ports.storage import UploadWriter

SILENCE: Final = 60.0  # seconds without a byte, after which a client is given up
LARGE: Final = 4 << 20  # bytes still to come, from which on a new connection afterwards is no loss
FROM_SOCKET: Final = web.RequestKey("FROM_SOCKET", int)  # bytes that went past aiohttp's reader
SPENT: Final = web.RequestKey("SPENT", bool)  # set when nothing can follow on the connection


class Body(Protocol):
    """The bytes of one request's body, read once."""

    async def read(self) -> bytes:
        """Give the next bytes, at most 1 MiB; none at the end of the body.

        Raises UploadIncompleteError when none come for SILENCE seconds, or the client goes away.
        """
        ...


async def write_body(
    request: web.Request,
    writer: UploadWriter,
    *,
    on_received: Callable[[int], Awaitable[None]],
) -> int:
    """Write the whole body, and give its size in bytes; the writer is left open.

    `on_received` is told the bytes received so far, before the last of them, at most 1 MiB, are
    written: it may raise, to refuse them. Raises UploadIncompleteError when no byte comes for
    SILENCE seconds, or the body breaks off; what the writer raises; what `on_received` raises. What
    was written by then stays in the writer, to be finished or abandoned.
    """
    received = 0
    async with open_body(request) as body:
        while block := await body.read():
            received += len(block)
            await on_received(received)
            await writer.write(block)
    return received


@asynccontextmanager
async def open_body(request: web.Request) -> AsyncIterator[Body]:
    """Read a body by the best way that there is. What has been read of it before stays read."""
    left = _left_in_socket(request)
    transport = request.transport
    if transport is None or left < LARGE:
        yield _StreamBody(request.content)
        return
    request[SPENT] = True
    body = SocketBody(request.content, transport, left, silence=SILENCE)
    try:
        yield body
    finally:
        request[FROM_SOCKET] = body.received
        if body.close():
            request.content.feed_eof()
            request.protocol.close()  # its parser still waits for what it has not seen


def _left_in_socket(request: web.Request) -> int:
    """Give the bytes of the body that aiohttp has not received; 0 if that cannot be known."""
    transport, length = request.transport, request.content_length
    if (
        transport is None
        or transport.is_closing()
        or length is None
        or hdrs.CONTENT_ENCODING in request.headers
        or request.content.exception() is not None
        or transport.get_extra_info("sslcontext") is not None
    ):
        return 0
    return length - request.content.total_bytes


class _StreamBody(Body):
    """A body as aiohttp's reader gives it."""

    def __init__(self, content: StreamReader) -> None:
        self._content = content

    async def read(self) -> bytes:
        try:
            async with asyncio.timeout(SILENCE):
                return await self._content.readany()
        except TimeoutError:
            raise UploadIncompleteError(f"No byte arrived for {SILENCE:.0f} seconds.") from None
        except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
            self._content.feed_eof()  # aiohttp would read on, fail again, and log that as a bug
            raise UploadIncompleteError("The body broke off.") from error
