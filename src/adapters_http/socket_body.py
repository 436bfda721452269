"""The rest of a request's body, read from its socket by threads: the event loop only passes blocks on.

aiohttp stops reading the connection; what it has received already comes first, and then exactly as many
bytes as Content-Length leaves, so that what a client sends behind them is not touched. A thread is held
for PATIENCE at the most, however slow a client is: for longer, the event loop waits.
"""

import asyncio
import os
import select
import socket
import time
from collections import deque
from typing import Final

from aiohttp import StreamReader

from vidcore.errors import UploadIncompleteError

BLOCK: Final = 1 << 20  # bytes that a thread collects; two blocks are under way at the most
PATIENCE: Final = 0.02  # seconds that a thread waits for a block to become full


class SocketBody:
    """The body of which `left` bytes are still to be received from `transport`'s socket.

    After `silence` seconds without a byte the client is given up. `close` must end it.
    """

    def __init__(
        self,
        content: StreamReader,
        transport: asyncio.Transport,
        left: int,
        *,
        silence: float,
    ) -> None:
        self._transport = transport
        self._whole = self._left = left
        self._silence = silence
        self._connection = socket.socket(fileno=os.dup(_number(transport)))
        self._collecting: asyncio.Future[list[bytes]] | None = None
        self._blocks: deque[bytes] = deque()
        while block := content.read_nowait():
            self._blocks.append(block)
        transport.pause_reading()  # now, since the reader goes on when it has been emptied

    @property
    def received(self) -> int:
        """Give the bytes that were received from the socket, passed on or not."""
        return self._whole - self._left

    async def read(self) -> bytes:
        """Give the next bytes, at most 1 MiB; none at the end of the body.

        Raises UploadIncompleteError when none come, or the client goes away.
        """
        while self._left and not self._blocks:
            self._blocks.extend(await self._collect())
        return self._blocks.popleft() if self._blocks else b""

    def close(self) -> bool:
        """Give the connection back, and say whether the whole body has been received.

        If not, aiohttp reads on, for what it takes for the rest.
        """
        if self._collecting is None:
            self._connection.close()
        else:
            self._collecting.add_done_callback(self._close_later)
        if self._left:
            self._transport.resume_reading()
        return not self._left

    def _close_later(self, collecting: "asyncio.Future[list[bytes]]") -> None:
        if not collecting.cancelled():
            collecting.exception()  # which nobody asks for
        self._connection.close()

    async def _collect(self) -> list[bytes]:
        """Give what a thread has collected; a client from which that is a whole block sends on."""
        if self._collecting is None:
            await self._readable()
            self._collecting = self._send_thread()
        await asyncio.wait({self._collecting})  # which, cancelled, leaves the thread its socket
        collecting, self._collecting = self._collecting, None
        try:
            blocks = collecting.result()
        except OSError as error:
            raise UploadIncompleteError("The body broke off.") from error
        received = sum(map(len, blocks))
        self._left -= received
        if self._left and received == BLOCK:
            self._collecting = self._send_thread()
        return blocks

    def _send_thread(self) -> "asyncio.Future[list[bytes]]":
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(None, _collect, self._connection, min(BLOCK, self._left))

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._connection, readable.set)
        try:
            async with asyncio.timeout(self._silence):
                await readable.wait()
        except TimeoutError:
            raise UploadIncompleteError(
                f"No byte arrived for {self._silence:.0f} seconds."
            ) from None
        finally:
            loop.remove_reader(self._connection)


def _number(transport: asyncio.Transport) -> int:
    return int(transport.get_extra_info("socket").fileno())


def _collect(connection: socket.socket, size: int) -> list[bytes]:
    """Receive up to `size` bytes, as many as come in PATIENCE.

    Raises OSError if the connection is at its end, or broken, before the first.
    """
    blocks: list[bytes] = []
    deadline = time.monotonic() + PATIENCE
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while size:
        try:
            block = connection.recv(size)
        except BlockingIOError:
            rest = deadline - time.monotonic()
            if rest <= 0 or not poll.poll(rest * 1000):
                break
            continue
        except OSError:
            block = b""  # broken, it is as good as over
        if not block:
            if blocks:
                break  # the next thread finds the same
            raise ConnectionResetError("the client went away")
        blocks.append(block)
        size -= len(block)
    return blocks
