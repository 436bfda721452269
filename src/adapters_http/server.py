"""Serving, and stopping without breaking off what is under way.

aiohttp's own stop closes connections first, and so throws uploads in flight away: here new ones are
refused, then running ones are waited for, and only then is everything closed.
"""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from adapters_http.routing import BUSY, DRAINING

DRAIN: Final = 30.0  # seconds that running answers have to end
KEEP_ALIVE: Final = 75.0  # seconds; aiohttp's hour is made for servers behind a proxy

_log = structlog.get_logger("vidcore.http")


class Server:
    """Serves one application on one address; `port` 0 takes a free one."""

    def __init__(self, app: web.Application, *, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=KEEP_ALIVE, shutdown_timeout=5.0
        )
        self._site: web.TCPSite | None = None

    async def start(self) -> int:
        """Begin to serve and give the port. Raises OSError if the address cannot be had."""
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await self._site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Refuse what is new, wait for what is running, then close."""
        self._app[DRAINING].set()
        if self._site is not None:
            await self._site.stop()
        try:
            async with asyncio.timeout(DRAIN):
                await self._app[BUSY].wait_idle()
        except TimeoutError:
            _log.warning("requests were broken off", after_seconds=DRAIN)
        await self._runner.cleanup()
