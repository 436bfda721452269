"""Resumable uploads, by tus 1.0.0."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from aiohttp import hdrs, web

from adapters_http import tus
from adapters_http.binding import from_texts
from adapters_http.errors import (
    ChecksumMismatchError,
    MethodNotAllowedError,
    UnsupportedMediaTypeError,
    UnsupportedTusVersionError,
    UploadOffsetMismatchError,
    UploadTakenOverError,
    ValidationError,
)
from adapters_http.forms import VideoForm
from adapters_http.receiving import Received, UploadRequest
from adapters_http.routing import (
    DRAINING,
    PUBLIC_URL,
    TURNS,
    Access,
    Call,
    Nothing,
    OctetStream,
    route,
)
from vidcore import errors
from vidcore.details import title_of_file
from vidcore.media import check_filename

PATH: Final = "/api/uploads"


async def add_tus_version(request: web.Request, response: web.StreamResponse) -> None:
    """Say on every answer about uploads, failures included, which tus this is."""
    if request.path == PATH or request.path.startswith(f"{PATH}/"):
        response.headers["Tus-Resumable"] = tus.VERSION


async def show_tus(call: Call[Nothing, Nothing]) -> web.Response:
    """Say which tus this is, and how large a file may be."""
    config = await call.use_cases.show_config()
    return web.Response(
        status=HTTPStatus.NO_CONTENT,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(config.max_file_size_bytes),
            "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUM_SIZES),
        },
    )


async def create_upload(call: Call[OctetStream, Nothing]) -> web.Response:
    """Begin an upload, or find the one that was begun for this file, and take what comes along."""
    headers = call.request.headers
    tus.check_version(headers)
    has_body = call.request.can_read_body
    if has_body:
        _check_content_type(call.request)
    checksum = tus.parse_checksum(headers.get("Upload-Checksum"))
    size = tus.parse_length(headers)
    metadata = tus.parse_metadata(headers.get("Upload-Metadata", ""))
    filename, form = _described(metadata)
    fingerprint = metadata.get("fingerprint")
    progress = await call.use_cases.begin_resumable(
        actor=call.actor,
        filename=filename,
        size_bytes=size,
        details=form.details(),
        fingerprint=fingerprint,
    )
    received = Received(progress=progress, video_id=None)
    upload = _upload_request(call, progress.upload.id)
    if has_body and progress.offset == 0:
        try:
            received = await upload.receive(offset=0, checksum=checksum)
        except BaseException as error:
            # Nobody knows the address of an upload that was never answered for, unless the file is
            # known again, or somebody has found it in the list and goes on with it already.
            if progress.upload.fingerprint is None and not isinstance(error, UploadTakenOverError):
                await asyncio.shield(call.use_cases.abandon_upload(progress.upload.id))
            raise
    elif progress.has_all:
        received = await upload.look()
    answer = _answer(HTTPStatus.CREATED, received)
    answer.headers[hdrs.LOCATION] = address_of(call, progress.upload.id)
    return answer


async def head_upload(call: Call[Any, Nothing]) -> web.Response:
    """Say how far an upload has come."""
    tus.check_version(call.request.headers)
    received = await _upload_request(call, call.ids["id"]).look()
    progress = received.progress
    said = {"filename": progress.upload.filename, "title": progress.details.title}
    if progress.upload.fingerprint is not None:
        said["fingerprint"] = progress.upload.fingerprint
    answer = _answer(HTTPStatus.OK, received)
    answer.headers["Upload-Metadata"] = tus.format_metadata(said)
    return answer


async def patch_upload(call: Call[Any, Nothing]) -> web.Response:
    """Take bytes behind those that are there."""
    headers = call.request.headers
    tus.check_version(headers)
    _check_content_type(call.request)
    received = await _upload_request(call, call.ids["id"]).receive(
        offset=tus.parse_size(headers, "Upload-Offset"),
        checksum=tus.parse_checksum(headers.get("Upload-Checksum")),
    )
    return _answer(HTTPStatus.NO_CONTENT, received)


async def delete_upload(call: Call[Any, Nothing]) -> web.Response:
    """Give an upload up."""
    tus.check_version(call.request.headers)
    await _upload_request(call, call.ids["id"]).cancel()
    return web.Response(status=HTTPStatus.NO_CONTENT)


_OVERRIDES: Final[dict[str, Callable[[Call[Any, Nothing]], Awaitable[web.Response]]]] = {
    "HEAD": head_upload,
    "PATCH": patch_upload,
    "DELETE": delete_upload,
}


async def override_upload(call: Call[OctetStream, Nothing]) -> web.Response:
    """Do what a client wants that can send nothing but GET and POST."""
    wanted = call.request.headers.get("X-HTTP-Method-Override", "nothing")
    if wanted not in _OVERRIDES:
        raise MethodNotAllowedError(wanted, (*sorted(_OVERRIDES), "POST"))
    return await _OVERRIDES[wanted](call)


def _described(metadata: dict[str, str]) -> tuple[str, VideoForm]:
    """Give the file's name and the form's fields; `name` is what some clients call the former.

    Raises ValidationError, FileFormatNotSupportedError.
    """
    named = metadata.get("filename") or metadata.get("name")
    if not named:
        raise ValidationError((("filename", "is missing"),))
    filename = check_filename(named)
    given = {"title": metadata.get("title", "").strip() or title_of_file(filename)}
    given |= {name: metadata[name] for name in ("description", "category_id") if metadata.get(name)}
    return filename, from_texts(given, VideoForm)


def _check_content_type(request: web.Request) -> None:
    if request.content_type != tus.CONTENT_TYPE:
        found = request.headers.get(hdrs.CONTENT_TYPE, "nothing")
        raise UnsupportedMediaTypeError(found, tus.CONTENT_TYPE)


def _upload_request(call: Call[Any, Nothing], upload_id: UUID) -> UploadRequest:
    return UploadRequest(
        request=call.request,
        use_cases=call.use_cases,
        turns=call.request.app[TURNS],
        actor=call.actor,
        upload_id=upload_id,
        stopping=call.request.app[DRAINING],
    )


def address_of(call: Call[Any, Nothing], upload_id: UUID) -> str:
    """Give the absolute address, since some clients do not understand a path alone."""
    return f"{call.request.app[PUBLIC_URL]}{PATH}/{upload_id}"


def _answer(status: HTTPStatus, received: Received) -> web.Response:
    progress = received.progress
    answer = web.Response(status=status)
    answer.headers["Upload-Offset"] = str(progress.offset)
    answer.headers["Upload-Length"] = str(progress.size_bytes)
    answer.headers["Upload-Expires"] = tus.format_moment(progress.upload.expires_at)
    if received.video_id is not None:
        answer.headers["X-Video-ID"] = str(received.video_id)
    return answer


_TUS: Final = ("Tus-Resumable",)
_PROGRESS: Final = (
    "Tus-Resumable",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Expires",
    "X-Video-ID",
)
_CANNOT_COME: Final = (
    UnsupportedTusVersionError,
    ChecksumMismatchError,
    UploadTakenOverError,
    UploadOffsetMismatchError,
    errors.FileFormatNotSupportedError,
    errors.FileTooLargeError,
    errors.StorageFullError,
)

ROUTES = (
    route(
        "OPTIONS",
        PATH,
        Access.MEMBER,
        show_tus,
        "Say which tus this is, and how large a file may be",
        status=HTTPStatus.NO_CONTENT,
        headers=(*_TUS, "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"),
    ),
    route(
        "POST",
        PATH,
        Access.MEMBER,
        create_upload,
        "Begin a resumable upload (tus 1.0.0), with its first bytes or without",
        body=OctetStream,
        takes=("Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Checksum"),
        status=HTTPStatus.CREATED,
        headers=("Location", *_PROGRESS),
        errors=(*_CANNOT_COME, errors.QuotaExceededError),
    ),
    route(
        "HEAD",
        f"{PATH}/{{id}}",
        Access.MEMBER,
        head_upload,
        "Say how far an upload has come; whoever still sends to it is stopped",
        takes=("Tus-Resumable",),
        headers=(*_PROGRESS, "Upload-Metadata"),
        errors=(UnsupportedTusVersionError, errors.FileFormatNotSupportedError),
    ),
    route(
        "PATCH",
        f"{PATH}/{{id}}",
        Access.MEMBER,
        patch_upload,
        "Send bytes behind those that are there; whoever still sends is stopped",
        body=OctetStream,
        takes=("Tus-Resumable", "Upload-Offset", "Upload-Checksum"),
        status=HTTPStatus.NO_CONTENT,
        headers=_PROGRESS,
        errors=_CANNOT_COME,
    ),
    route(
        "DELETE",
        f"{PATH}/{{id}}",
        Access.MEMBER,
        delete_upload,
        "Give an upload up, with all that it held",
        takes=("Tus-Resumable",),
        status=HTTPStatus.NO_CONTENT,
        headers=_TUS,
        errors=(UnsupportedTusVersionError,),
    ),
    route(
        "POST",
        f"{PATH}/{{id}}",
        Access.MEMBER,
        override_upload,
        "Do what X-HTTP-Method-Override says: HEAD, PATCH or DELETE",
        body=OctetStream,
        takes=("X-HTTP-Method-Override", "Tus-Resumable", "Upload-Offset", "Upload-Checksum"),
        status=HTTPStatus.NO_CONTENT,
        headers=_TUS,
        also=((HTTPStatus.OK, None),),
        errors=(*_CANNOT_COME, MethodNotAllowedError),
    ),
)
