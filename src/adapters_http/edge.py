"""The outermost layer: the request's id, its one line in the log, and an answer whatever happens."""

import os
import re
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters_http.body import FROM_SOCKET, SPENT
from adapters_http.errors import (
    STATUS_AND_CODE,
    BodyTooLargeError,
    MalformedRequestError,
    MethodNotAllowedError,
    UnknownPathError,
    error_response,
    internal_error,
)
from adapters_http.media_response import ACCEL_PREFIX
from adapters_http.routing import ACTOR, BUSY, DRAINING, JSON_MAX, METRICS
from vidcore.errors import ServiceUnavailableError, VidcoreError

REQUEST_ID: Final = web.RequestKey("REQUEST_ID", str)
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_READINESS: Final = "/readyz"  # has its own words for it
_CLIENT_GONE: Final = 499  # nginx's number: nobody is there to read an answer

_log = structlog.get_logger("vidcore.http")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def new_request_id() -> str:
    """Give an id by which an answer is found in the log."""
    return os.urandom(8).hex()


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, answer every failure as the contract says, and log one line."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else new_request_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
    started = time.perf_counter()
    status, announced = _CLIENT_GONE, 0
    metrics = request.app[METRICS]
    metrics.begin()
    with request.app[BUSY]:
        try:
            response = await _answer(request, handler)
            status, announced = response.status, response.content_length or 0
            if request.app[DRAINING].is_set() or request.get(SPENT):
                # A busy client would hold up the stop; one whose body was taken cannot go on.
                response.force_close()
            return response
        finally:
            seconds = time.perf_counter() - started
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "-"
            received = request.content.total_bytes + request.get(FROM_SOCKET, 0)
            sent = request.writer.output_size or announced  # what is not streamed is sent later
            metrics.end(
                method=request.method,
                route=route,
                status=status,
                seconds=seconds,
                sent=sent,
                received=received,
            )
            actor = request.get(ACTOR)
            _log.info(
                "request",
                method=request.method,
                route=route,
                status=status,
                user=str(actor.id) if actor is not None else None,
                bytes=sent,
                ms=round(seconds * 1000, 2),
            )


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        _check_it_goes_on(request)
        return await handler(request)
    except VidcoreError as error:
        return _refuse(request, error)
    except web.HTTPException as error:
        return _refuse(request, _translated(request, error))
    except (web.RequestPayloadError, HttpProcessingError):
        request.content.feed_eof()  # aiohttp would read on, fail again, and log that as a bug
        return _refuse(
            request, MalformedRequestError("The body breaks off, or is wrongly encoded.")
        )
    except ConnectionError:
        raise
    except Exception as error:
        _log.exception("crash")
        if request.writer.output_size > 0:
            raise ConnectionResetError("an answer that has begun cannot be taken back") from error
        request.app[METRICS].refuse("internal_error")
        return internal_error()


def _check_it_goes_on(request: web.Request) -> None:
    """Raise ServiceUnavailableError if the service stops, but not to who asks whether it is ready."""
    if request.app[DRAINING].is_set() and request.path != _READINESS:
        raise ServiceUnavailableError("The service is shutting down.")


def _refuse(request: web.Request, error: VidcoreError) -> web.Response:
    metrics = request.app[METRICS]
    try:
        response = error_response(error)
    except KeyError:
        _log.exception("a failure without a status", failure=type(error).__name__)
        metrics.refuse("internal_error")
        return internal_error()
    metrics.refuse(STATUS_AND_CODE[type(error)][1])
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("refused", reason=str(error))
    if not request.content.is_eof() and request.can_read_body:
        response.force_close()  # the rest of the body is not wanted
    return response


def _translated(request: web.Request, error: web.HTTPException) -> VidcoreError:
    """Give the contract's failure for one of aiohttp's own."""
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = tuple(sorted(error.allowed_methods))
            return MethodNotAllowedError(request.method, allowed)
        case web.HTTPNotFound():
            # Where nginx lacks its location, what was meant for it comes back: a path of this machine.
            inside = request.path.startswith(f"{ACCEL_PREFIX}/")
            return UnknownPathError(f"{ACCEL_PREFIX}/" if inside else request.path)
        case web.HTTPRequestEntityTooLarge():
            return BodyTooLargeError(JSON_MAX)
        case _:
            return MalformedRequestError(f"The request could not be read: {error.reason}.")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add to every answer what all have: the id, and what keeps browsers from guessing or storing."""
    set_headers(response, request.get(REQUEST_ID, "-"))


def set_headers(response: web.StreamResponse, request_id: str) -> None:
    """Add what every answer has, whoever makes it."""
    response.headers["X-Request-ID"] = request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
