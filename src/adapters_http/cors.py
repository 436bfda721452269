"""Cross-origin requests (the Fetch standard, 3.2): pages of other origins, where they are allowed by name.

Answers that streams and failures give are reached too, since a signal adds the headers, no middleware.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

ORIGINS: Final = web.AppKey("ORIGINS", frozenset[str])
_ALLOWED: Final = (
    "Authorization, Content-Type, Range, If-Range, X-Request-ID, X-Requested-With, "
    "X-HTTP-Method-Override, Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, "
    "Upload-Checksum, "
    "Upload-Defer-Length, Upload-Concat"  # refused, with a sentence that the page can read
)
_EXPOSED: Final = (
    "Location, ETag, Content-Range, Accept-Ranges, Retry-After, X-Request-ID, WWW-Authenticate, "
    "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, "
    "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires, X-Video-ID"
)
_METHODS: Final = "GET, HEAD, POST, PATCH, DELETE"
_REMEMBER: Final = "7200"  # seconds; the most that Chromium keeps


@web.middleware
async def preflight(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer a browser that asks, before the request proper, whether it may send it."""
    if (
        request.method != hdrs.METH_OPTIONS
        or request.headers.get(hdrs.ORIGIN) not in request.app[ORIGINS]
        or hdrs.ACCESS_CONTROL_REQUEST_METHOD not in request.headers
    ):
        return await handler(request)
    return web.Response(
        status=HTTPStatus.NO_CONTENT,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _ALLOWED,
            hdrs.ACCESS_CONTROL_MAX_AGE: _REMEMBER,
        },
    )


async def allow_origin(request: web.Request, response: web.StreamResponse) -> None:
    """Say that a page of an allowed origin may read the answer."""
    origins = request.app[ORIGINS]
    if not origins:
        return
    response.headers.add(hdrs.VARY, hdrs.ORIGIN)
    origin = request.headers.get(hdrs.ORIGIN)
    if origin in origins:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED
