"""A line to a service that breaks, as a mobile one does, whenever so many bytes have gone up it."""

import asyncio
from typing import Self

from tests.integration.lines import BLOCK, Lines


class CuttingProxy(Lines):
    """Hands all bytes between clients and `upstream`, a port; after `cut_after` bytes, breaks off.

    `cut_after` counts on each connection what goes up, and None never breaks off. The service behind it
    may go and come back on another port. `carried_up` counts all bytes that clients sent; once it has
    reached `hold_at`, no more are carried up until that is changed.
    """

    def __init__(self, *, cut_after: int | None = None) -> None:
        super().__init__()
        self.cut_after = cut_after
        self.upstream = 0
        self.cuts = 0
        self.carried_up = 0
        self.hold_at: int | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        up = asyncio.ensure_future(self._pump(reader, up_writer, upwards=True))
        down = asyncio.ensure_future(self._pump(up_reader, writer, upwards=False))
        try:
            ended, _ = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if ended == {up} and up.exception() is None:
                await asyncio.wait({down})
        finally:
            for way in (up, down):
                way.cancel()
            outcomes = await asyncio.gather(up, down, return_exceptions=True)
            for each in (writer, up_writer):
                if any(isinstance(outcome, OSError) for outcome in outcomes):
                    each.transport.abort()
                each.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upwards: bool
    ) -> None:
        """Carry one way to the end, or to the limit; then break the line off."""
        limit = self.cut_after if upwards else None
        carried = 0
        while block := await reader.read(BLOCK):
            carried += len(block)
            if limit is not None and carried > limit:
                self.cuts += 1
                raise ConnectionResetError("the line breaks")
            if upwards:
                while self.hold_at is not None and self.carried_up >= self.hold_at:
                    await asyncio.sleep(0.005)
                self.carried_up += len(block)
            writer.write(block)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
