"""A receiver of webhooks on loopback, that answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import attrs
import orjson
from aiohttp import web
from standardwebhooks import Webhook

SECRET: Final = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENCE: Final = 60.0  # seconds


@attrs.frozen
class Received:
    """A request, whose body was read."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def verified(self) -> Any:
        """The JSON, if another's library finds it genuine."""
        Webhook(SECRET).verify(self.body, self.headers, json_parse=False)
        return orjson.loads(self.body)


@attrs.define
class Receiver:
    """Keeps what it gets, and answers what `answer` says."""

    port: int = 0
    received: list[Received] = attrs.Factory(list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    status: int = 204
    closing: asyncio.Event = attrs.Factory(asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, await request.read()))
        if self.answer is not None:
            return await self.answer(request)
        return web.Response(status=self.status)

    async def hang(self, _: web.Request) -> web.Response:
        """Answer only when there is nobody left who could hear it."""
        await self.closing.wait()
        return web.Response()

    async def until(self, count: int) -> list[Received]:
        """Wait for so many requests, and give them."""
        async with asyncio.timeout(PATIENCE):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
        return self.received


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    """Have a receiver listen on a port, if that is free."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    try:
        await site.start()
        (receiver.port,) = {address[1] for address in runner.addresses}
        yield receiver
    finally:
        receiver.closing.set()
        await runner.cleanup()
