"""Every failure has its status and code, and all are answered in one shape."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
import pytest
from aiohttp import web

from adapters_http import errors as http
from adapters_http.errors import (
    NEVER_ANSWERED,
    STATUS_AND_CODE,
    error_response,
    internal_error,
)
from vidcore import errors as domain

CONTRACT = {
    ("validation_error", 422),
    ("malformed_request", 400),
    ("not_authenticated", 401),
    ("invalid_credentials", 401),
    ("account_inactive", 403),
    ("permission_denied", 403),
    ("not_found", 404),
    ("method_not_allowed", 405),
    ("invitation_invalid", 404),
    ("invitation_expired", 410),
    ("invitation_used", 409),
    ("username_taken", 409),
    ("email_taken", 409),
    ("category_exists", 409),
    ("last_admin", 409),
    ("video_not_ready", 409),
    ("video_processing_failed", 409),
    ("file_format_not_supported", 415),
    ("unsupported_media_type", 415),
    ("file_too_large", 413),
    ("quota_exceeded", 413),
    ("storage_full", 507),
    ("too_many_requests", 429),
    ("range_not_satisfiable", 416),
    ("service_unavailable", 503),
}
BESIDE_THE_CONTRACT = {
    ("precondition_failed", 412),
    ("upload_offset_mismatch", 409),
    ("upload_taken_over", 409),
    ("checksum_mismatch", 460),
    ("unsupported_tus_version", 412),
}
SOME_DAY = datetime(2026, 3, 4, tzinfo=UTC)
SAMPLES: dict[type[domain.VidcoreError], domain.VidcoreError] = {
    type(error): error
    for error in (
        domain.InvalidValueError("title", "is too long"),
        domain.UnknownReferenceError("category_id", "there is none"),
        domain.NotFoundError("video", "x"),
        domain.NotAuthenticatedError(),
        domain.InvalidCredentialsError(),
        domain.AccountInactiveError("max"),
        domain.PermissionDeniedError("do this"),
        domain.TooManyAttemptsError(77),
        domain.InvitationInvalidError(),
        domain.InvitationExpiredError(SOME_DAY),
        domain.InvitationUsedError(SOME_DAY),
        domain.UsernameTakenError("max"),
        domain.EmailTakenError("max@example.org"),
        domain.CategoryExistsError("Art"),
        domain.LastAdminError(),
        domain.FileFormatNotSupportedError("no video"),
        domain.FileTooLargeError(2, 1),
        domain.QuotaExceededError(1, 2, 3, 4, SOME_DAY, 88),
        domain.StorageFullError(2, 1),
        domain.UploadIncompleteError("bytes are missing"),
        domain.VideoNotReadyError("pending", "completed"),
        domain.VideoProcessingError("broken", "a secret log"),
        domain.ServiceUnavailableError("gone"),
        http.MalformedRequestError("no JSON"),
        http.UnsupportedMediaTypeError("text/plain", "application/json"),
        http.BodyTooLargeError(1),
        http.ValidationError((("a", "is missing"), ("b", "is \udcff"))),
        http.UnknownPathError("/x"),
        http.MethodNotAllowedError("PUT", ("GET", "HEAD")),
        http.RangeNotSatisfiableError(99),
        http.PreconditionFailedError(),
        http.UploadOffsetMismatchError(55),
        http.UploadTakenOverError(),
        http.ChecksumMismatchError(),
        http.UnsupportedTusVersionError("1.0.0"),
    )
}
HEADERS = {
    domain.NotAuthenticatedError: {"WWW-Authenticate": "Bearer"},
    domain.InvalidCredentialsError: {"WWW-Authenticate": "Bearer"},
    domain.TooManyAttemptsError: {"Retry-After": "77"},
    domain.QuotaExceededError: {"Retry-After": "88"},
    domain.ServiceUnavailableError: {"Retry-After": "5"},
    http.UploadOffsetMismatchError: {"Upload-Offset": "55"},
    http.UnsupportedTusVersionError: {"Tus-Version": "1.0.0"},
    http.MethodNotAllowedError: {"Allow": "GET, HEAD"},
    http.RangeNotSatisfiableError: {"Content-Range": "bytes */99", "Accept-Ranges": "bytes"},
}


def kinds(root: type[domain.VidcoreError]) -> Iterator[str]:
    """Give the names of all failures; by name, since attrs leaves classes without slots behind."""
    for kind in root.__subclasses__():
        if kind.__module__.startswith(("vidcore.errors", "adapters_http.")):
            yield kind.__name__
            yield from kinds(kind)


def body_of(response: web.Response) -> dict[str, object]:
    assert isinstance(response.body, bytes)
    body = orjson.loads(response.body)
    assert isinstance(body, dict)
    return body


def test_every_failure_has_a_status_or_is_never_answered() -> None:
    known = {kind.__name__ for kind in {*STATUS_AND_CODE} | NEVER_ANSWERED | {http.HttpError}}
    assert set(kinds(domain.VidcoreError)) == known
    assert not NEVER_ANSWERED & set(STATUS_AND_CODE)


def test_the_codes_are_those_of_the_contract() -> None:
    found = {(code, int(status)) for status, code in STATUS_AND_CODE.values()}

    assert found == CONTRACT | BESIDE_THE_CONTRACT


@pytest.mark.parametrize("kind", STATUS_AND_CODE, ids=lambda kind: kind.__name__)
def test_a_failure_is_answered_in_the_one_shape(kind: type[domain.VidcoreError]) -> None:
    response = error_response(SAMPLES[kind])

    body = body_of(response)
    status, code = STATUS_AND_CODE[kind]
    assert (response.status, body["error_code"]) == (status, code)
    assert response.content_type == "application/json"
    assert body["detail"]
    assert "secret" not in str(body)
    assert set(body) - {"detail", "error_code"} == ({"errors"} if status == 422 else set())
    expected = HEADERS.get(kind, {})
    assert {name: response.headers.get(name) for name in expected} == expected
    others = {name for headers in HEADERS.values() for name in headers} - set(expected)
    assert not others & set(response.headers)


def test_the_fields_of_a_refused_body_are_named() -> None:
    several = body_of(error_response(SAMPLES[http.ValidationError]))
    one = body_of(error_response(SAMPLES[domain.UnknownReferenceError]))

    assert several["errors"] == [
        {"field": "a", "message": "is missing"},
        {"field": "b", "message": "is ?"},
    ]
    assert one["errors"] == [{"field": "category_id", "message": "there is none"}]


@pytest.mark.parametrize("error", [domain.LeaseLostError(1), domain.VidcoreError()])
def test_a_failure_that_is_in_no_table_is_not_answered(error: domain.VidcoreError) -> None:
    with pytest.raises(KeyError):
        error_response(error)


def test_a_bug_is_answered_without_a_word_of_it() -> None:
    response = internal_error()

    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert body_of(response)["error_code"] == "internal_error"
