"""Whether the process serves, and whether it can do its work."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Literal

from aiohttp import hdrs, web

from adapters_http.metrics import CONTENT_TYPE
from adapters_http.operations import render_operations
from adapters_http.presenting import HealthAnswer, ReadinessAnswer, to_json
from adapters_http.readiness import READINESS, WELL
from adapters_http.routing import DRAINING, METRICS, Access, Call, Nothing, route
from vidcore.errors import ServiceUnavailableError

ROOM: Final = "disk"


async def healthz(_: Call[Nothing, Nothing]) -> HealthAnswer:
    """Say that the process serves."""
    return HealthAnswer()


async def readyz(call: Call[Nothing, Nothing]) -> web.Response:
    """Check everything that is needed."""
    app = call.request.app
    checks = await app[READINESS].ask(
        {
            "database": call.use_cases.store.check,
            "storage": call.use_cases.check_storage,
            "ffmpeg": call.use_cases.transcoder.check,
            ROOM: call.use_cases.check_room,
        }
    )
    if app[DRAINING].is_set():
        checks["service"] = "The service is shutting down."
    answer = ReadinessAnswer(status=_status(checks), checks=checks)
    unavailable = answer.status == "unavailable"
    return web.Response(
        status=HTTPStatus.SERVICE_UNAVAILABLE if unavailable else HTTPStatus.OK,
        body=to_json(answer),
        content_type="application/json",
    )


def _status(checks: Mapping[str, str]) -> Literal["ok", "degraded", "unavailable"]:
    """Say how the service does; on a full disk it goes on for everybody who watches."""
    wrong = {name for name, result in checks.items() if result != WELL}
    if wrong - {ROOM}:
        return "unavailable"
    return "degraded" if wrong else "ok"


async def metrics(call: Call[Nothing, Nothing]) -> web.Response:
    """Give the numbers for Prometheus; those of requests, whatever else is out of reach."""
    try:
        operations = await call.use_cases.show_operations()
    except ServiceUnavailableError:
        operations = None
    return web.Response(
        body=call.request.app[METRICS].render() + render_operations(operations),
        headers={hdrs.CONTENT_TYPE: CONTENT_TYPE},
    )


ROUTES = (
    route(
        "GET",
        "/healthz",
        Access.ANYONE,
        healthz,
        "Say whether the process serves",
        answer=HealthAnswer,
    ),
    route(
        "GET",
        "/readyz",
        Access.ANYONE,
        readyz,
        "Say whether database, storage and ffmpeg are in reach",
        answer=ReadinessAnswer,
        also=((HTTPStatus.SERVICE_UNAVAILABLE, ReadinessAnswer),),
    ),
    route(
        "GET",
        "/metrics",
        Access.OPERATOR,
        metrics,
        "Give the numbers for Prometheus; to this machine, or with the token for it",
        media_type="text/plain",
    ),
)
