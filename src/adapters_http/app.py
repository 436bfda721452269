"""The aiohttp application, made of the route table; it has never heard of a container."""

import asyncio
from functools import cache
from typing import Final

import attrs
import orjson
from aiohttp import hdrs, web

from adapters_http.cookies import OWN_ORIGIN, OwnOrigin, origin_of
from adapters_http.cors import ORIGINS, allow_origin, preflight
from adapters_http.edge import add_headers, edge
from adapters_http.expectations import say_continue
from adapters_http.handlers import (
    admin,
    auth,
    categories,
    documentation,
    events,
    health,
    invitations,
    media,
    resumable,
    uploads,
    users,
    videos,
)
from adapters_http.inflight import InFlight
from adapters_http.media_response import ACCEL
from adapters_http.metrics import HttpMetrics
from adapters_http.openapi import openapi_document
from adapters_http.proxies import TrustedProxies
from adapters_http.readiness import READINESS, Readiness, close_readiness
from adapters_http.receiving import Turns
from adapters_http.routing import (
    BUSY,
    DRAINING,
    JSON_MAX,
    METRICS,
    METRICS_TOKEN,
    OPENAPI,
    PROXIES,
    PUBLIC_URL,
    TURNS,
    USE_CASES,
    Multipart,
    OctetStream,
    Route,
    endpoint,
)
from adapters_http.use_cases import UseCases
from adapters_http.web_pages import add_pages

ROUTES: Final[tuple[Route, ...]] = (
    *auth.ROUTES,
    *users.ROUTES,
    *invitations.ROUTES,
    *videos.ROUTES,
    *media.ROUTES,
    *events.ROUTES,
    *uploads.ROUTES,
    *resumable.ROUTES,
    *categories.ROUTES,
    *admin.ROUTES,
    *health.ROUTES,
    *documentation.ROUTES,
)


@attrs.frozen(kw_only=True)
class HttpSettings:
    """What HTTP itself has to know.

    `public_url` has no slash at its end. `origins` are those whose pages may use the service,
    `proxies` those whose `X-Forwarded-For` is believed. Without a `metrics_token`, only this machine
    may read the metrics. `accel` leaves files to nginx, by `X-Accel-Redirect`. With `any_host`, nobody
    said what the service's address is, and its page may be opened under each that leads to it.
    """

    public_url: str
    origins: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()
    metrics_token: str = attrs.field(default="", repr=False)
    accel: bool = False
    any_host: bool = False


def create_app(use_cases: UseCases, settings: HttpSettings) -> web.Application:
    """Make the application that serves the contract. Raises ValueError for a bad proxy or address."""
    app = web.Application(middlewares=[edge, preflight], client_max_size=JSON_MAX)
    app[USE_CASES] = use_cases
    app[PUBLIC_URL] = settings.public_url
    app[OWN_ORIGIN] = OwnOrigin(
        origin=None if settings.any_host else origin_of(settings.public_url)
    )
    app[OPENAPI] = _openapi()
    app[ORIGINS] = settings.origins
    app[PROXIES] = TrustedProxies(settings.proxies)
    app[METRICS] = HttpMetrics()
    app[METRICS_TOKEN] = settings.metrics_token
    app[ACCEL] = settings.accel
    app[BUSY] = InFlight()
    app[TURNS] = Turns()
    app[DRAINING] = asyncio.Event()
    app[READINESS] = Readiness()
    app.on_cleanup.append(close_readiness)
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(allow_origin)
    app.on_response_prepare.append(resumable.add_tus_version)
    for row in ROUTES:
        handler = endpoint(row)
        expect = _expect_later if row.body in (Multipart, OctetStream) else _expect_now
        path = _pattern(row.path)
        app.router.add_route(row.method, path, handler, expect_handler=expect)
        if row.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, path, handler, expect_handler=expect)
    add_pages(app)
    return app


def _pattern(path: str) -> str:
    """Keep an id at the end of a path from being what has a path of its own."""
    before, found, after = path.partition("{id}")
    if not found or after:
        return path
    named = [row.path.removeprefix(before) for row in ROUTES if row.path.startswith(before)]
    words = sorted({name for name in named if name.isalpha()})
    return f"{before}{{id:(?!({'|'.join(words)})$)[^/]+}}" if words else path


@cache
def _openapi() -> bytes:
    return orjson.dumps(openapi_document(ROUTES))


async def _expect_later(_: web.Request) -> None:
    """Leave `100 Continue` to the handler, which says it once the headers have been found good."""


async def _expect_now(request: web.Request) -> None:
    await say_continue(request)
