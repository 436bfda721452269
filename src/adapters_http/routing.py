"""The shape of the route table, and how one row of it becomes an aiohttp handler.

A request travels one way: rights, path, query, body, handler, answer. A route without a stated right
cannot be written down, and a handler never parses, checks a role or builds an error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from http import HTTPStatus
from types import UnionType
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import attrs
import orjson
from aiohttp import hdrs, web

from adapters_http.binding import BadValueError, from_json, from_texts, parse_uuid
from adapters_http.cookies import COOKIE, token_in_cookie
from adapters_http.errors import (
    BodyTooLargeError,
    MalformedRequestError,
    UnsupportedMediaTypeError,
    ValidationError,
)
from adapters_http.inflight import InFlight
from adapters_http.metrics import HttpMetrics, may_read
from adapters_http.presenting import to_json
from adapters_http.presenting_videos import VideoPresenter
from adapters_http.proxies import TrustedProxies
from adapters_http.receiving import Turns
from adapters_http.use_cases import UseCases
from vidcore.errors import (
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    VidcoreError,
)
from vidcore.users import User

USE_CASES: Final = web.AppKey("USE_CASES", UseCases)
PUBLIC_URL: Final = web.AppKey("PUBLIC_URL", str)
PROXIES: Final = web.AppKey("PROXIES", TrustedProxies)
METRICS: Final = web.AppKey("METRICS", HttpMetrics)
METRICS_TOKEN: Final = web.AppKey("METRICS_TOKEN", str)  # empty: there is none
OPENAPI: Final = web.AppKey("OPENAPI", bytes)
BUSY: Final = web.AppKey("BUSY", InFlight)
TURNS: Final = web.AppKey("TURNS", Turns)
DRAINING: Final = web.AppKey("DRAINING", asyncio.Event)
ACTOR: Final = web.RequestKey("ACTOR", User)
BY_COOKIE: Final = web.RequestKey("BY_COOKIE", bool)  # there, if it was a cookie that said who asks
JSON_MAX: Final = 1 << 20  # bytes of a body that is no upload
BODY_TIME: Final = 30.0  # seconds in which such a body must have arrived

B = TypeVar("B")
Q = TypeVar("Q")


class Access(Enum):
    """Who may use a route; what depends on the thing itself, the domain decides."""

    ANYONE = auto()
    MEMBER = auto()
    ADMIN = auto()
    SIGNED = auto()  # a member, or whoever has a signed address: the handler hands it to the domain
    OPERATOR = auto()  # this very machine, or whoever has the token for the numbers


@attrs.frozen
class Nothing:
    """The body or query of a route that takes none."""


@attrs.frozen
class Multipart:
    """The body of a route that reads a form's parts by itself."""


@attrs.frozen
class OctetStream:
    """The body of a route that takes bytes as they are, by itself."""


@attrs.frozen(kw_only=True)
class Call(Generic[B, Q]):
    """One request, parsed: what a handler gets."""

    request: web.Request
    use_cases: UseCases
    ids: Mapping[str, UUID]
    body: B
    query: Q

    @property
    def client_address(self) -> str:
        """Give the address of who is asking, as far as trusted proxies let it be known."""
        return self.request.app[PROXIES].client_address(self.request)

    @property
    def present_video(self) -> VideoPresenter:
        """Give what presents videos to who is asking, at this moment."""
        return VideoPresenter(
            viewer=self.actor,
            tokens=self.use_cases.media_tokens,
            now=self.use_cases.clock.now(),
        )

    @property
    def actor(self) -> User:
        """Give who is asking. Raises NotAuthenticatedError where nobody had to say."""
        if ACTOR not in self.request:
            raise NotAuthenticatedError
        return self.request[ACTOR]


@attrs.frozen(kw_only=True)
class Answer:
    """A body to be presented as JSON, and headers beside it."""

    body: object
    headers: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Route:
    """One row of the table.

    `answer` is the type of the JSON body, None where there is none; `media_type` that of a file.
    `headers` are those that a success has beside what all have; `also` are statuses beside it whose
    body is no Error, and the body's type; `takes` are the headers of requests that are described.
    """

    method: str
    path: str
    access: Access
    handler: Callable[[Call[Any, Any]], Awaitable[object]]
    body: type
    query: type
    answer: type | UnionType | None
    media_type: str | None
    status: HTTPStatus
    headers: tuple[str, ...]
    also: tuple[tuple[HTTPStatus, type | None], ...]
    takes: tuple[str, ...]
    errors: tuple[type[VidcoreError], ...]
    summary: str

    @property
    def sends_file(self) -> bool:
        """Say whether a file is sent, with ranges and conditions."""
        return self.media_type is not None and self.media_type.startswith(("video/", "image/"))


def route(  # noqa: PLR0913 - a row of the table has this many columns
    method: str,
    path: str,
    access: Access,
    handler: Callable[[Call[B, Q]], Awaitable[object]],
    summary: str,
    *,
    body: type[B] = Nothing,  # type: ignore[assignment]  # the default of a type variable (PEP 696)
    query: type[Q] = Nothing,  # type: ignore[assignment]  # the default of a type variable (PEP 696)
    answer: type | UnionType | None = None,
    media_type: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    headers: tuple[str, ...] = (),
    also: tuple[tuple[HTTPStatus, type | None], ...] = (),
    takes: tuple[str, ...] = (),
    errors: tuple[type[VidcoreError], ...] = (),
) -> Route:
    """Write a row of the table; the handler's types must be those of body and query."""
    return Route(
        method=method,
        path=path,
        access=access,
        handler=handler,
        body=body,
        query=query,
        answer=answer,
        media_type=media_type,
        status=status,
        headers=headers,
        also=also,
        takes=takes,
        errors=errors,
        summary=summary,
    )


def endpoint(row: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make the aiohttp handler of a row."""

    async def handle(request: web.Request) -> web.StreamResponse:
        use_cases = request.app[USE_CASES]
        await authorise(request, row.access, use_cases)
        call = Call[Any, Any](
            request=request,
            use_cases=use_cases,
            ids=_ids(request),
            query=_query(request, row.query),
            body=await _body(request, row.body),
        )
        answered = await row.handler(call)
        if isinstance(answered, web.StreamResponse):
            return answered
        if isinstance(answered, Answer):
            return _json(row.status, answered.body, answered.headers)
        return _json(row.status, answered, {})

    return handle


async def authorise(request: web.Request, access: Access, use_cases: UseCases) -> None:
    """Note who is asking. Raises NotAuthenticatedError, AccountInactiveError, PermissionDeniedError."""
    header = request.headers.get(hdrs.AUTHORIZATION)
    if access is Access.ANYONE or (access is Access.SIGNED and _is_signed(request)):
        return
    if access is Access.OPERATOR:
        if not may_read(request, request.app[METRICS_TOKEN]):
            raise NotAuthenticatedError("This needs the token for metrics.")
        return
    actor = await use_cases.authenticate(_token(request, header))
    if access is Access.ADMIN and not actor.is_admin:
        raise PermissionDeniedError("do this; it is for admins")
    request[ACTOR] = actor


def _is_signed(request: web.Request) -> bool:
    """Say whether a signed address is all that a request has, or what it prefers to its cookie."""
    if hdrs.AUTHORIZATION in request.headers:
        return False
    return "token" in request.query or COOKIE not in request.cookies


def _token(request: web.Request, header: str | None) -> str:
    """Give the token of the header, which wins, or of the cookie. Raises NotAuthenticatedError."""
    if header is None:
        token = token_in_cookie(request)
        if token is None:
            raise NotAuthenticatedError
        request[BY_COOKIE] = True
        return token
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise NotAuthenticatedError
    return given.strip()


def _ids(request: web.Request) -> dict[str, UUID]:
    """Read the path's ids: an `id` that is no UUID is that of nothing."""
    ids = {}
    for name, text in request.match_info.items():
        if name == "id":
            try:
                ids[name] = parse_uuid(text)
            except BadValueError:
                raise NotFoundError("thing", text) from None
    return ids


def _query(request: web.Request, wanted: type[Q]) -> Q:
    repeated = {name for name in request.query if len(request.query.getall(name)) > 1}
    if repeated:
        raise ValidationError(tuple((name, "is given twice") for name in sorted(repeated)))
    return from_texts(request.query, wanted)


async def _body(request: web.Request, wanted: type[B]) -> B:
    if wanted in (Nothing, Multipart, OctetStream):
        return wanted()
    if request.content_type != "application/json":
        found = request.headers.get(hdrs.CONTENT_TYPE, "nothing")
        raise UnsupportedMediaTypeError(found, "application/json")
    try:
        async with asyncio.timeout(BODY_TIME):
            raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLargeError(JSON_MAX) from None
    except TimeoutError:
        raise MalformedRequestError(
            f"The body did not arrive within {BODY_TIME:.0f} seconds."
        ) from None
    try:
        decoded = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedRequestError(f"The body is not JSON: {error}.") from None
    return from_json(decoded, wanted)


def _json(status: HTTPStatus, body: object, headers: Mapping[str, str]) -> web.Response:
    if status is HTTPStatus.NO_CONTENT:
        return web.Response(status=status, headers=headers)
    return web.Response(
        status=status, body=to_json(body), content_type="application/json", headers=headers
    )
