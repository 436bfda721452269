"""Which status and code each failure has, and the one shape in which all are answered."""

from http import HTTPStatus
from typing import Final

import attrs
import orjson
from aiohttp import web

from vidcore import errors as domain


class HttpError(domain.VidcoreError):
    """The root of what can only go wrong in HTTP."""


@attrs.define
class MalformedRequestError(HttpError):
    """Not JSON, not multipart, or broken framing."""

    reason: str

    def __str__(self) -> str:
        """Say what could not be read."""
        return self.reason


@attrs.define
class UnsupportedMediaTypeError(HttpError):
    """A body of another content type than the route takes."""

    found: str
    wanted: str

    def __str__(self) -> str:
        """Say both types."""
        return f"The body must be {self.wanted}, not {self.found}."


@attrs.define
class BodyTooLargeError(HttpError):
    """A body, other than an upload's, of more than `limit` bytes."""

    limit: int

    def __str__(self) -> str:
        """Say the limit."""
        return f"The body must have at most {self.limit} bytes."


@attrs.define
class ValidationError(HttpError):
    """Fields of a body, form or query that are not as described: (field, message) each."""

    errors: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Name the fields."""
        return " ".join(f"The field {field!r} {message}." for field, message in self.errors)


@attrs.define
class UnknownPathError(HttpError):
    """There is nothing at this path."""

    path: str

    def __str__(self) -> str:
        """Say which path."""
        return f"There is nothing at {self.path}."


@attrs.define
class MethodNotAllowedError(HttpError):
    """The path is known, the method is not one of its own."""

    method: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        """Say what is allowed."""
        return f"{self.method} is not allowed here; {', '.join(self.allowed)} is."


@attrs.define
class RangeNotSatisfiableError(HttpError):
    """A range that begins behind the end of a file of `size` bytes."""

    size: int

    def __str__(self) -> str:
        """Say the size."""
        return f"The range lies outside the file, which has {self.size} bytes."


@attrs.define
class PreconditionFailedError(HttpError):
    """If-Match or If-Unmodified-Since does not hold."""

    def __str__(self) -> str:
        """Say what happened."""
        return "The file is not the one that the request's condition names."


@attrs.define
class UploadOffsetMismatchError(HttpError):
    """Bytes for another place than behind the `offset` bytes that an upload has."""

    offset: int

    def __str__(self) -> str:
        """Say where to go on."""
        return f"The upload has {self.offset} bytes; go on behind these."


class ChecksumMismatchError(HttpError):
    """Bytes that are not those of which the checksum was sent; none of them is kept."""

    def __str__(self) -> str:
        """Say what to do."""
        return "The bytes do not have the checksum that came with them; send them again."


class UploadTakenOverError(HttpError):
    """Another request goes on with the upload, since this one seemed to hang."""

    def __str__(self) -> str:
        """Say who has it."""
        return "Another request goes on with this upload."


@attrs.define
class UnsupportedTusVersionError(HttpError):
    """A version of tus other than the one that is `supported`."""

    supported: str

    def __str__(self) -> str:
        """Say which one is understood."""
        return f"The header Tus-Resumable must be {self.supported}."


CHECKSUM_MISMATCH: Final = 460  # tus has given it a meaning; HTTPStatus does not know it

STATUS_AND_CODE: Final[dict[type[domain.VidcoreError], tuple[int, str]]] = {
    domain.InvalidValueError: (HTTPStatus.UNPROCESSABLE_ENTITY, "validation_error"),
    domain.UnknownReferenceError: (HTTPStatus.UNPROCESSABLE_ENTITY, "validation_error"),
    domain.NotFoundError: (HTTPStatus.NOT_FOUND, "not_found"),
    domain.NotAuthenticatedError: (HTTPStatus.UNAUTHORIZED, "not_authenticated"),
    domain.InvalidCredentialsError: (HTTPStatus.UNAUTHORIZED, "invalid_credentials"),
    domain.AccountInactiveError: (HTTPStatus.FORBIDDEN, "account_inactive"),
    domain.PermissionDeniedError: (HTTPStatus.FORBIDDEN, "permission_denied"),
    domain.TooManyAttemptsError: (HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"),
    domain.InvitationInvalidError: (HTTPStatus.NOT_FOUND, "invitation_invalid"),
    domain.InvitationExpiredError: (HTTPStatus.GONE, "invitation_expired"),
    domain.InvitationUsedError: (HTTPStatus.CONFLICT, "invitation_used"),
    domain.UsernameTakenError: (HTTPStatus.CONFLICT, "username_taken"),
    domain.EmailTakenError: (HTTPStatus.CONFLICT, "email_taken"),
    domain.CategoryExistsError: (HTTPStatus.CONFLICT, "category_exists"),
    domain.LastAdminError: (HTTPStatus.CONFLICT, "last_admin"),
    domain.FileFormatNotSupportedError: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "file_format_not_supported",
    ),
    domain.FileTooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large"),
    domain.QuotaExceededError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "quota_exceeded"),
    domain.StorageFullError: (HTTPStatus.INSUFFICIENT_STORAGE, "storage_full"),
    domain.UploadIncompleteError: (HTTPStatus.BAD_REQUEST, "malformed_request"),
    domain.VideoNotReadyError: (HTTPStatus.CONFLICT, "video_not_ready"),
    domain.VideoProcessingError: (HTTPStatus.CONFLICT, "video_processing_failed"),
    domain.ServiceUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "service_unavailable"),
    MalformedRequestError: (HTTPStatus.BAD_REQUEST, "malformed_request"),
    UnsupportedMediaTypeError: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
    BodyTooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large"),
    ValidationError: (HTTPStatus.UNPROCESSABLE_ENTITY, "validation_error"),
    UnknownPathError: (HTTPStatus.NOT_FOUND, "not_found"),
    MethodNotAllowedError: (HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"),
    RangeNotSatisfiableError: (
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
    ),
    PreconditionFailedError: (HTTPStatus.PRECONDITION_FAILED, "precondition_failed"),
    UploadOffsetMismatchError: (HTTPStatus.CONFLICT, "upload_offset_mismatch"),
    UploadTakenOverError: (HTTPStatus.CONFLICT, "upload_taken_over"),
    ChecksumMismatchError: (CHECKSUM_MISMATCH, "checksum_mismatch"),
    UnsupportedTusVersionError: (
        HTTPStatus.PRECONDITION_FAILED,
        "unsupported_tus_version",
    ),
}

RETRY_SOON: Final = 5  # seconds; what is out of reach may be back, what is busy may be done

# What only workers meet: no request raises them, and one that did would be a bug (500).
NEVER_ANSWERED: Final = frozenset({domain.IllegalTransitionError, domain.LeaseLostError})


def error_response(error: domain.VidcoreError) -> web.Response:
    """Answer a failure as the contract says. Raises KeyError for one that is in no table."""
    status, code = STATUS_AND_CODE[type(error)]
    body: dict[str, object] = {"detail": _sendable(str(error)), "error_code": code}
    if isinstance(error, ValidationError):
        body["errors"] = [
            {"field": _sendable(field), "message": _sendable(message)}
            for field, message in error.errors
        ]
    elif isinstance(error, domain.InvalidValueError):
        body["errors"] = [{"field": error.field, "message": _sendable(error.message)}]
    return web.Response(
        status=status,
        body=orjson.dumps(body),
        content_type="application/json",
        headers=_headers(error),
    )


def _sendable(text: str) -> str:
    """Give a text without the surrogates that stand for bytes of a header that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _headers(error: domain.VidcoreError) -> dict[str, str]:
    headers: dict[str, str] = {}
    match error:
        case domain.NotAuthenticatedError() | domain.InvalidCredentialsError():
            headers = {"WWW-Authenticate": "Bearer"}
        case domain.QuotaExceededError() | domain.TooManyAttemptsError():
            headers = {"Retry-After": str(error.retry_after)}
        case domain.ServiceUnavailableError():
            headers = {"Retry-After": str(RETRY_SOON)}
        case UploadOffsetMismatchError():
            headers = {"Upload-Offset": str(error.offset)}
        case UnsupportedTusVersionError():
            headers = {"Tus-Version": error.supported}
        case MethodNotAllowedError():
            headers = {"Allow": ", ".join(error.allowed)}
        case RangeNotSatisfiableError():
            headers = {"Content-Range": f"bytes */{error.size}", "Accept-Ranges": "bytes"}
    return headers


def internal_error() -> web.Response:
    """Answer a bug: nothing of it is told, the log has it under the same request id."""
    body = {
        "detail": "The server failed at this; its log has the request id of this answer.",
        "error_code": "internal_error",
    }
    return web.Response(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        body=orjson.dumps(body),
        content_type="application/json",
    )
