"""A server for tests that hands bytes on: its lines end with it."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Final

BLOCK: Final = 64 << 10


class Lines(ABC):
    """What is common to all: `carry` is one line, from a client's connection to the end of both."""

    def __init__(self) -> None:
        self.server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry both ways, until one ends."""
        ...

    async def __aexit__(self, *_: object) -> None:
        assert self.server is not None
        self.server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection, as `asyncio.start_server` has it."""
        line = asyncio.ensure_future(self.carry(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        with suppress(asyncio.CancelledError):
            await line
