"""Serving, and stopping without breaking off what is under way.

aiohttp's own stop closes connections first, and so throws uploads in flight away: here new ones are
refused, by `edge` where they come on a connection that is there already; then running ones are waited
for, and only then is everything closed.
"""

import asyncio
import socket
from http import HTTPStatus
from typing import Any, Final, cast

import structlog
from aiohttp import web

from adapters_http.edge import new_request_id, set_headers
from adapters_http.errors import MalformedRequestError, error_response, internal_error
from adapters_http.routing import BUSY, DRAINING

DRAIN: Final = 30.0  # seconds that running answers have to end
BREAK_OFF: Final = 5.0  # seconds that cancelled ones have to clean up
BACKLOG: Final = 1024  # connections that wait to be taken; the kernel may allow fewer
FIELD_MAX: Final = 32 << 10  # bytes of a header: 5,000 characters of a description, in base64
KEEP_ALIVE: Final = 75.0  # seconds; aiohttp's hour is made for servers behind a proxy

_log = structlog.get_logger("vidcore.http")


class Connection(web.RequestHandler):
    """One client's connection, on which also what never becomes a request is answered as JSON."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what no middleware sees, and close. Raises ConnectionError in mid-answer."""
        request_id = new_request_id()
        if status == HTTPStatus.BAD_REQUEST:
            _log.info("no request", request_id=request_id, reason=message)
        else:
            _log.error("crash", request_id=request_id, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionResetError("an answer that has begun cannot be taken back")
        if status == HTTPStatus.BAD_REQUEST:
            response = error_response(MalformedRequestError("This is no HTTP request."))
        else:
            response = internal_error()
        set_headers(response, request_id)
        response.force_close()
        return response


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address; `port` 0 takes a free one. Raises OSError if it cannot be had."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    listening = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    listening.settimeout(0)  # asyncio waits by itself
    return listening


class Server:
    """Serves one application on a socket that listens already, and closes it in the end."""

    def __init__(self, app: web.Application, listening: socket.socket) -> None:
        self._app = app
        self._socket = listening
        self._runner = web.AppRunner(app, shutdown_timeout=BREAK_OFF)
        self._listening: asyncio.Server | None = None

    async def start(self) -> int:
        """Begin to serve and give the port."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        manager = cast(web.Server, self._runner.server)  # there, once it is set up
        # None, which the library documents and does not annotate, switches its access log off.
        options: dict[str, Any] = {
            "access_log": None,
            "keepalive_timeout": KEEP_ALIVE,
            "max_field_size": FIELD_MAX,
        }

        def connect() -> Connection:
            return Connection(manager, loop=loop, **options)

        self._listening = await loop.create_server(connect, sock=self._socket)
        # asyncio has listened again, with its own 100. If told, it would also try so many times over,
        # and log each, whenever open files have run out.
        self._socket.listen(BACKLOG)
        return int(self._listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Refuse what is new, wait for what is running, then close."""
        self._app[DRAINING].set()
        if self._listening is not None:
            self._listening.close()
        try:
            async with asyncio.timeout(DRAIN):
                await self._app[BUSY].wait_idle()
        except TimeoutError:
            _log.warning("requests were broken off", after_seconds=DRAIN)
        await self._runner.cleanup()
