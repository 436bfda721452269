"""The upload form: its parts in any order, the file streamed to disk as it comes.

The fields are small and read whole; of the file, a few blocks are in memory at any time.
"""

import asyncio
from typing import Final
from uuid import UUID

import attrs
from aiohttp import hdrs, web

from adapters_http.binding import from_texts
from adapters_http.body import Body, open_body
from adapters_http.disposition import parse_disposition
from adapters_http.errors import (
    MalformedRequestError,
    UnsupportedMediaTypeError,
    ValidationError,
)
from adapters_http.form_parts import FormParts, form_boundary
from adapters_http.schemas import NOT_BLANK, STORABLE, bounded
from adapters_http.use_cases import UseCases
from vidcore.catalogue import VideoEntry
from vidcore.config import BYTES_MAX
from vidcore.details import DESCRIPTION_MAX, TITLE_MAX, VideoDetails
from vidcore.errors import UploadIncompleteError
from vidcore.media import check_filename
from vidcore.ports.storage import UploadWriter
from vidcore.uploads import RENEW_EVERY
from vidcore.use_cases.uploading import BegunUpload
from vidcore.users import User

FIELDS_MAX: Final = 64 << 10  # bytes of all that is not the file: 5,000 characters, and room
FIELDS: Final = ("title", "description", "category_id")


@attrs.frozen(kw_only=True)
class VideoForm:
    """The fields beside the file; an empty `category_id` is none."""

    title: str = attrs.field(
        metadata=bounded(
            minLength=1, maxLength=TITLE_MAX, pattern=NOT_BLANK, examples=["First steps"]
        )
    )
    description: str | None = attrs.field(
        default=None,
        metadata=bounded(
            maxLength=DESCRIPTION_MAX, pattern=STORABLE, examples=["In the garden, in May"]
        ),
    )
    category_id: UUID | None = None

    def details(self) -> VideoDetails:
        """Give what they say of the video. Raises InvalidValueError."""
        return VideoDetails(
            title=self.title, description=self.description, category_id=self.category_id
        )


def check_multipart(request: web.Request) -> None:
    """Raise UnsupportedMediaTypeError or MalformedRequestError unless a form is announced."""
    if request.content_type != "multipart/form-data":
        found = request.headers.get(hdrs.CONTENT_TYPE, "nothing")
        raise UnsupportedMediaTypeError(found, "multipart/form-data")
    form_boundary(request.headers[hdrs.CONTENT_TYPE])


def size_bounds(content_length: int | None) -> tuple[int, int]:
    """Give the least and the most bytes that the file of a body can have.

    A body without a length has a file of at least one byte.
    """
    if content_length is None:
        return 1, BYTES_MAX
    return max(1, content_length - FIELDS_MAX), content_length


class UploadForm:
    """One upload form, read once by `receive`."""

    def __init__(self, request: web.Request, use_cases: UseCases, actor: User) -> None:
        self._request = request
        self._use_cases = use_cases
        self._actor = actor
        self._fields: dict[str, str] = {}
        self._begun: BegunUpload | None = None
        self._received = 0

    async def receive(self) -> VideoEntry:
        """Read the form and make the video; whatever goes wrong, nothing is left of it.

        Raises ValidationError, MalformedRequestError, and what the use cases of uploading raise.
        """
        try:
            async with open_body(self._request) as body:
                await self._read_parts(body)
            return await self._use_cases.finish_upload(
                begun=self._file(), received=self._received, details=self._details()
            )
        except BaseException:  # a client that goes away cancels this, and leaves nothing either
            if self._begun is not None:
                await asyncio.shield(self._use_cases.abandon_upload(self._begun.upload.id))
            raise

    def _file(self) -> BegunUpload:
        if self._begun is None:
            raise ValidationError((("file", "is missing"),))
        return self._begun

    def _details(self) -> VideoDetails:
        given = {name: text for name, text in self._fields.items() if text or name == "title"}
        return from_texts(given, VideoForm).details()

    async def _read_parts(self, body: Body) -> None:
        boundary = form_boundary(self._request.headers[hdrs.CONTENT_TYPE])
        parts = FormParts(body, boundary)
        while (headers := await parts.next()) is not None:
            if headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/"):
                raise MalformedRequestError("A form has no forms in it.")
            try:
                disposition = parse_disposition(headers.get(hdrs.CONTENT_DISPOSITION, ""))
            except ValueError as error:
                raise MalformedRequestError(f"The form could not be read: {error}.") from None
            if disposition.name == "file":
                closing = len(boundary) + len("\r\n----")  # of the last delimiter
                await self._read_file(parts, disposition.filename or "", closing)
            elif disposition.name in FIELDS:
                await self._read_field(parts, disposition.name)
            else:
                raise ValidationError(((disposition.name or "", "is not known here"),))

    async def _read_field(self, parts: FormParts, name: str) -> None:
        if name in self._fields:
            raise ValidationError(((name, "is given twice"),))
        content = bytearray()
        while block := await parts.read():
            content += block
            if len(content) > FIELDS_MAX:
                raise ValidationError(((name, f"must have at most {FIELDS_MAX} bytes"),))
        try:
            self._fields[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError(((name, "must be UTF-8"),)) from None

    async def _read_file(self, parts: FormParts, named: str, closing: int) -> None:
        if self._begun is not None:
            raise ValidationError((("file", "is given twice"),))
        filename = check_filename(named)
        if "title" in self._fields:
            await self._use_cases.check_details(self._details())
        at_least, at_most = size_bounds(self._request.content_length)
        if self._request.content_length is not None:
            at_most = max(at_least, at_most - parts.consumed - closing)
        self._begun = await self._use_cases.begin_upload(
            actor=self._actor, filename=filename, at_least=at_least, at_most=at_most
        )
        await self._stream(parts, self._begun)

    async def _stream(self, parts: FormParts, begun: BegunUpload) -> None:
        writer = await self._use_cases.uploads.receive(str(begun.upload.id))
        try:
            await self._write_all(parts, begun, writer)
        except BaseException:  # cancelled or not, the file is closed
            await asyncio.shield(writer.abandon())
            raise
        written = await writer.finish()
        if written != self._received:
            raise UploadIncompleteError(
                f"{self._received} bytes were received and {written} written."
            )

    async def _write_all(self, parts: FormParts, begun: BegunUpload, writer: UploadWriter) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while block := await parts.read():
            self._received += len(block)
            if self._received > begun.admission.reserved_bytes:
                begun = await self._use_cases.grow_upload(begun, received=self._received)
                self._begun = begun
            await writer.write(block)
            if loop.time() - renewed > RENEW_EVERY.total_seconds():
                await self._use_cases.renew_upload(begun.upload.id)
                renewed = loop.time()
