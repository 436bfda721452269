"""A line over TCP to the tests' PostgreSQL, which itself listens on a socket in a folder alone."""

import asyncio
import socket
from contextlib import suppress
from typing import Final, Self

from psycopg.conninfo import conninfo_to_dict

from tests.integration.lines import BLOCK, Lines

_WINDOW: Final = 4 << 10  # bytes that the kernel takes for whoever does not read


class PostgresLine(Lines):
    """Hands all bytes between clients of `url` and the database at `behind`.

    A block on its way up that has a key of `slow` in it waits so many seconds, once. While `frozen`,
    nothing that clients send is taken any more.
    """

    def __init__(self, behind: str) -> None:
        super().__init__()
        known = conninfo_to_dict(behind)
        self._upstream = f"{known['host']}/.s.PGSQL.{known.get('port') or 5432}"
        self._known = known
        self._writers: list[asyncio.StreamWriter] = []
        self._taking = asyncio.Event()
        self._taking.set()
        self.slow: dict[bytes, float] = {}
        self.url = ""

    @property
    def frozen(self) -> bool:
        return not self._taking.is_set()

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        (self._taking.clear if frozen else self._taking.set)()

    async def __aenter__(self) -> Self:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW)
        listening.bind(("127.0.0.1", 0))
        self.server = await asyncio.start_server(self.connect, sock=listening, limit=BLOCK)
        account = f"{self._known['user']}:{self._known.get('password') or ''}"
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        self.url = f"postgresql://{account}@{place}/{self._known['dbname']}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        up_reader, up_writer = await asyncio.open_unix_connection(self._upstream)
        self._writers.append(up_writer)
        ways = {
            asyncio.ensure_future(self._pump_up(reader, up_writer)),
            asyncio.ensure_future(_pump(up_reader, writer)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # At once: the end of this line may itself be cancelled.
            for each in (writer, up_writer):
                each.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(BLOCK):
            await self._taking.wait()
            for key in [key for key in self.slow if key in block]:
                await asyncio.sleep(self.slow.pop(key))
            writer.write(block)
            await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(BLOCK):
        writer.write(block)
        await writer.drain()
