"""A part of a file on its way to a socket by sendfile(2), driven by the event loop's callbacks."""

import asyncio
import os
from typing import Final

# Bytes a turn, so that many readers share the loop fairly. To fill a socket leaves the rest to the kernel: 50
# readers had 1.8 times as much as with 1 MiB, which never fills one. nginx takes as many.
BLOCK: Final = 2 << 20
STALL: Final = 30.0  # seconds without a byte taken, after which a client is given up


class Transfer:
    """Sends the bytes from `start` to `stop` of the open `file` to the non-blocking `connection`.

    The event loop must not watch that descriptor for anything else meanwhile. `sent` are the bytes that it has taken.
    """

    def __init__(self, file: int, connection: int, start: int, stop: int) -> None:
        self.sent = 0
        self._file = file
        self._connection = connection
        self._start = start
        self._size = stop - start
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._moved = self._loop.time()

    async def run(self) -> None:
        """Return when all is sent.

        Raises ConnectionResetError if the client takes no byte for STALL seconds, or the file has become
        shorter, and OSError if the connection breaks.
        """
        if self._size == 0:
            return
        self._send()
        if self._ended.done():
            self._ended.result()
            return
        self._loop.add_writer(self._connection, self._send)
        self._look()
        try:
            await self._ended
        finally:
            self._looking.cancel()
            self._loop.remove_writer(self._connection)

    def _look(self) -> None:
        """Give a client up that has stopped, and else look again when it could have."""
        rest = self._moved + STALL - self._loop.time()
        if rest > 0:
            self._looking = self._loop.call_later(rest, self._look)
        else:
            self._end(ConnectionResetError(f"the client took no byte for {STALL} s"))

    def _send(self) -> None:
        asked = min(self._size - self.sent, BLOCK)
        try:
            sent = os.sendfile(self._connection, self._file, self._start + self.sent, asked)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error)
            return
        if sent == 0:
            self._end(ConnectionResetError("the file became shorter while it was sent"))
            return
        self._moved = self._loop.time()
        self.sent += sent
        if self.sent == self._size:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)


async def writable(connection: int) -> None:
    """Return when the connection takes bytes. Raises ConnectionResetError if it takes none for STALL."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(connection, ready.set)
    try:
        async with asyncio.timeout(STALL):
            await ready.wait()
    except TimeoutError:
        raise ConnectionResetError(f"the client took no byte for {STALL} s") from None
    finally:
        loop.remove_writer(connection)
