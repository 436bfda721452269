"""What OpenAPI says of a route's answers: every status, its body and its headers."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from adapters_http import tus
from adapters_http.errors import (
    CHECKSUM_MISMATCH,
    STATUS_AND_CODE,
    BodyTooLargeError,
    MalformedRequestError,
    PreconditionFailedError,
    RangeNotSatisfiableError,
    UnsupportedMediaTypeError,
    ValidationError,
)
from adapters_http.routing import Access, Nothing, Route
from adapters_http.schemas import Components, Schema
from vidcore import errors

ERROR: Final[Schema] = {
    "type": "object",
    "description": "What every failure is answered with.",
    "properties": {
        "detail": {"type": "string", "minLength": 1, "description": "A sentence for a person."},
        "error_code": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "With 422: what is wrong, field by field.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string", "minLength": 1},
                },
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["detail", "error_code"],
    "additionalProperties": False,
}


def _header(description: str, *, required: bool = True, **schema: object) -> Schema:
    return {
        "description": description,
        "required": required,
        "schema": {"type": "string", **schema},
    }


HEADERS: Final[dict[str, Schema]] = {
    "X-Request-ID": _header(
        "The id under which the logs have this request; the client's own, if it sent a good one.",
        pattern="^[A-Za-z0-9._-]{1,128}$",
    ),
    "Location": _header("The path, or the whole address, of what was made."),
    "WWW-Authenticate": _header("How to say who one is.", const="Bearer"),
    "Set-Cookie": _header("A browser's session, for whoever asked for one.", required=False),
    "Retry-After": _header(
        "Seconds until another try can succeed; not with `file_too_large`.",
        required=False,
        type="integer",
        minimum=0,
    ),
    "ETag": _header("Changes with the file's content; for If-None-Match, If-Match and If-Range."),
    "Last-Modified": _header("When the file was written; for the conditions that have a date."),
    "Accept-Ranges": _header("Ranges of bytes can be asked for.", const="bytes"),
    "Content-Range": _header(
        "Which bytes these are, of how many: `bytes 0-99/1000`, or `bytes */1000` with a 416.",
        pattern=r"^bytes (\d+-\d+|\*)/\d+$",
    ),
    "Tus-Resumable": _header("The version of tus that is spoken.", const=tus.VERSION),
    "Tus-Version": _header("The versions of tus that can be spoken.", const=tus.VERSION),
    "Tus-Extension": _header("What is offered beyond tus' core.", const=tus.EXTENSIONS),
    "Tus-Max-Size": _header("The most bytes that a file may have.", type="integer", minimum=1),
    "Tus-Checksum-Algorithm": _header(
        "By which algorithms bodies can be checked.", const=",".join(tus.CHECKSUM_SIZES)
    ),
    "Upload-Offset": _header("How many bytes have arrived.", type="integer", minimum=0),
    "Upload-Length": _header("How many bytes there are in all.", type="integer", minimum=1),
    "Upload-Expires": _header("When the upload is given up, and its bytes go: a date of HTTP."),
    "Upload-Metadata": _header("The file's name and title, and the fingerprint if there is one."),
    "X-Video-ID": _header(
        "The video that was made of the upload, once all bytes are in.",
        required=False,
        format="uuid",
    ),
}
_OF_FILES: Final = ("ETag", "Last-Modified", "Accept-Ranges")
_FILE: Final[Schema] = {"type": "string", "format": "binary"}
_EVENT: Final[Schema] = {
    "type": "object",
    "description": "One event of the stream.",
    "properties": {
        "event": {"const": "status"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
_OF_STATUS: Final[dict[int, tuple[str, ...]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Retry-After",),
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: ("Content-Range", "Accept-Ranges"),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}

Failures = tuple[type[errors.VidcoreError], ...]
# Framing can break, the database go away, and a query be unknown, wherever one asks.
_ALWAYS: Final[Failures] = (
    MalformedRequestError,
    ValidationError,
    errors.ServiceUnavailableError,
)
_BY_ACCESS: Final[dict[Access, Failures]] = {
    Access.ANYONE: (),
    Access.MEMBER: (
        errors.NotAuthenticatedError,
        errors.AccountInactiveError,
        errors.PermissionDeniedError,  # a cookie, and another page
    ),
    Access.ADMIN: (
        errors.NotAuthenticatedError,
        errors.AccountInactiveError,
        errors.PermissionDeniedError,
    ),
    Access.SIGNED: (
        errors.NotAuthenticatedError,
        errors.AccountInactiveError,
        errors.PermissionDeniedError,
    ),
    Access.OPERATOR: (errors.NotAuthenticatedError,),
}
_OF_FILE_ANSWERS: Final[Failures] = (RangeNotSatisfiableError, PreconditionFailedError)
_OF_BODIES: Final[Failures] = (UnsupportedMediaTypeError, BodyTooLargeError)


def responses_of(row: Route, components: Components) -> dict[str, Any]:
    """Give the responses of a route, by status."""
    found = {
        **_failures(row),
        **{int(status): _also(status, answer, components) for status, answer in row.also},
        **_successes(row, components),
    }
    return {str(status): found[status] for status in sorted(found)}


def _successes(row: Route, components: Components) -> dict[int, Any]:
    if not row.sends_file:
        return {int(row.status): _success(row, components, row.headers)}
    whole = _success(row, components, _OF_FILES)
    part = _success(row, components, (*_OF_FILES, "Content-Range"))
    same = {
        "description": "The client's copy is the newest",
        "headers": _headers(_OF_FILES),
    }
    return {200: whole, 206: {**part, "description": "The range asked for"}, 304: same}


def _success(row: Route, components: Components, headers: Iterable[str]) -> dict[str, Any]:
    if row.media_type is not None:
        schema = _EVENT if row.media_type == "text/event-stream" else _FILE
        return _response(row.status.phrase, headers, {row.media_type: {"schema": schema}})
    if row.answer is None:
        return _response(row.status.phrase, headers)
    return _json(row.status, components.of(row.answer), headers)


def _also(status: HTTPStatus, answer: type | None, components: Components) -> dict[str, Any]:
    if answer is None:
        return _response(status.phrase, ())
    return _json(status, components.of(answer))


def _failures(row: Route) -> dict[int, Any]:
    codes: dict[int, set[str]] = {500: {"internal_error"}}
    for failure in _failures_of(row):
        status, code = STATUS_AND_CODE[failure]
        codes.setdefault(int(status), set()).add(code)
    return {status: _failure(status, sorted(names)) for status, names in codes.items()}


def _failure(status: int, codes: list[str]) -> dict[str, Any]:
    required = ["errors"] if status is HTTPStatus.UNPROCESSABLE_ENTITY else []
    narrowed: Schema = {"properties": {"error_code": {"enum": codes}}, "required": required}
    schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, narrowed]}
    phrase = "Checksum Mismatch" if status == CHECKSUM_MISMATCH else HTTPStatus(status).phrase
    content = {"application/json": {"schema": schema}}
    return _response(f"{phrase}: {', '.join(codes)}", _OF_STATUS.get(status, ()), content)


def _failures_of(row: Route) -> set[type[errors.VidcoreError]]:
    failures = {*_ALWAYS, *_BY_ACCESS[row.access], *row.errors}
    if row.body is not Nothing:
        failures |= set(_OF_BODIES)
    if row.sends_file:
        failures |= set(_OF_FILE_ANSWERS)
    if "{id}" in row.path:
        failures.add(errors.NotFoundError)
    return failures


def _json(status: HTTPStatus, schema: Schema, headers: Iterable[str] = ()) -> dict[str, Any]:
    return _response(status.phrase, headers, {"application/json": {"schema": schema}})


def _response(
    description: str, headers: Iterable[str], content: Schema | None = None
) -> dict[str, Any]:
    response: dict[str, Any] = {"description": description, "headers": _headers(headers)}
    return response if content is None else {**response, "content": content}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", *names)}
