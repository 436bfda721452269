"""The aiohttp application, made of the route table; it has never heard of a container."""

import asyncio
from functools import cache
from typing import Final

import attrs
import orjson
from aiohttp import hdrs, web

from adapters_http.cors import ORIGINS, allow_origin, preflight
from adapters_http.disposition import silence_aiohttp
from adapters_http.edge import add_headers, edge
from adapters_http.expectations import say_continue
from adapters_http.handlers import (
    admin,
    auth,
    categories,
    documentation,
    health,
    invitations,
    users,
    videos,
)
from adapters_http.inflight import InFlight
from adapters_http.media_response import ACCEL
from adapters_http.metrics import HttpMetrics
from adapters_http.openapi import openapi_document
from adapters_http.proxies import TrustedProxies
from adapters_http.routing import (
    BUSY,
    DRAINING,
    JSON_MAX,
    METRICS,
    METRICS_TOKEN,
    OPENAPI,
    PROXIES,
    PUBLIC_URL,
    USE_CASES,
    Multipart,
    Route,
    endpoint,
)
from adapters_http.use_cases import UseCases

ROUTES: Final[tuple[Route, ...]] = (
    *auth.ROUTES,
    *users.ROUTES,
    *invitations.ROUTES,
    *videos.ROUTES,
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
    may read the metrics. `accel` leaves files to nginx, by `X-Accel-Redirect`.
    """

    public_url: str
    origins: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()
    metrics_token: str = attrs.field(default="", repr=False)
    accel: bool = False


def create_app(use_cases: UseCases, settings: HttpSettings) -> web.Application:
    """Make the application that serves the contract. Raises ValueError for a bad proxy."""
    silence_aiohttp()
    app = web.Application(middlewares=[edge, preflight], client_max_size=JSON_MAX)
    app[USE_CASES] = use_cases
    app[PUBLIC_URL] = settings.public_url
    app[OPENAPI] = _openapi()
    app[ORIGINS] = settings.origins
    app[PROXIES] = TrustedProxies(settings.proxies)
    app[METRICS] = HttpMetrics()
    app[METRICS_TOKEN] = settings.metrics_token
    app[ACCEL] = settings.accel
    app[BUSY] = InFlight()
    app[DRAINING] = asyncio.Event()
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(allow_origin)
    for row in ROUTES:
        handler = endpoint(row)
        expect = _expect_later if row.body is Multipart else _expect_now
        app.router.add_route(row.method, row.path, handler, expect_handler=expect)
        if row.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, row.path, handler, expect_handler=expect)
    return app


@cache
def _openapi() -> bytes:
    return orjson.dumps(openapi_document(ROUTES))


async def _expect_later(_: web.Request) -> None:
    """Leave `100 Continue` to the handler, which says it once the headers have been found good."""


async def _expect_now(request: web.Request) -> None:
    await say_continue(request)
