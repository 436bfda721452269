"""The upload form: its parts in any order, the file streamed to disk as it comes.

The fields are small and read whole; of the file, a few blocks are in memory at any time.
"""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar
from uuid import UUID

import attrs
from aiohttp import BodyPartReader, MultipartReader, hdrs, web

from adapters_http.binding import from_texts
from adapters_http.disposition import parse_disposition
from adapters_http.errors import (
    MalformedRequestError,
    UnsupportedMediaTypeError,
    ValidationError,
)
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
BLOCK: Final = 256 << 10  # aiohttp's own 8 KiB is the slowest choice
SILENCE: Final = 60.0  # seconds without a byte, after which a client is given up
T = TypeVar("T")

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
    if "boundary" not in _content_type_parameters(request):
        raise MalformedRequestError("The Content-Type has no boundary.")


def _content_type_parameters(request: web.Request) -> str:
    return request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[2].lower()


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
        self._consumed = 0  # bytes of the body before the present part's content, at the least

    async def receive(self) -> VideoEntry:
        """Read the form and make the video; whatever goes wrong, nothing is left of it.

        Raises ValidationError, MalformedRequestError, and what the use cases of uploading raise.
        """
        try:
            await self._read_parts()
            return await self._use_cases.finish_upload(
                begun=self._file(), received=self._received, details=self._details()
            )
        except BaseException:
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

    async def _read_parts(self) -> None:
        reader = await _read(self._request.multipart())
        while (part := await _read(reader.next())) is not None:
            await self._read_part(part)

    async def _read_part(self, part: BodyPartReader | MultipartReader) -> None:
        if isinstance(part, MultipartReader):
            raise MalformedRequestError("A form has no forms in it.")
        self._consumed += _overhead(part, self._boundary_size)
        try:
            disposition = parse_disposition(part.headers.get(hdrs.CONTENT_DISPOSITION, ""))
        except ValueError as error:
            raise MalformedRequestError(f"The form could not be read: {error}.") from None
        name = disposition.name
        if name == "file":
            await self._read_file(part, disposition.filename or "")
        elif name in FIELDS:
            await self._read_field(name, part)
        else:
            raise ValidationError(((name or "", "is not known here"),))

    @property
    def _boundary_size(self) -> int:
        return len(_content_type_parameters(self._request).partition("boundary=")[2].strip('"'))

    async def _read_field(self, name: str, part: BodyPartReader) -> None:
        if name in self._fields:
            raise ValidationError(((name, "is given twice"),))
        content = bytearray()
        while block := await _read(part.read_chunk(BLOCK)):
            content += block
            if len(content) > FIELDS_MAX:
                raise ValidationError(((name, f"must have at most {FIELDS_MAX} bytes"),))
        self._consumed += len(content) + 2  # CR LF
        try:
            self._fields[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError(((name, "must be UTF-8"),)) from None

    async def _read_file(self, part: BodyPartReader, named: str) -> None:
        if self._begun is not None:
            raise ValidationError((("file", "is given twice"),))
        filename = check_filename(named)
        if "title" in self._fields:
            await self._use_cases.check_details(self._details())
        at_least, at_most = self._bounds()
        self._begun = await self._use_cases.begin_upload(
            actor=self._actor, filename=filename, at_least=at_least, at_most=at_most
        )
        await self._stream(part, self._begun)

    def _bounds(self) -> tuple[int, int]:
        length = self._request.content_length
        at_least, at_most = size_bounds(length)
        if length is not None:
            closing = self._boundary_size + 6  # CR LF -- boundary --
            at_most = max(at_least, at_most - self._consumed - closing)
        return at_least, at_most

    async def _stream(self, part: BodyPartReader, begun: BegunUpload) -> None:
        writer = await self._use_cases.uploads.receive(str(begun.upload.id))
        try:
            await self._write_all(part, begun, writer)
        except BaseException:
            await asyncio.shield(writer.abandon())
            raise
        written = await writer.finish()
        if written != self._received:
            raise UploadIncompleteError(
                f"{self._received} bytes were received and {written} written."
            )

    async def _write_all(
        self, part: BodyPartReader, begun: BegunUpload, writer: UploadWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while block := await _read(part.read_chunk(BLOCK)):
            self._received += len(block)
            if self._received > begun.admission.reserved_bytes:
                begun = await self._use_cases.grow_upload(begun, received=self._received)
                self._begun = begun
            await writer.write(bytes(block))
            if loop.time() - renewed > RENEW_EVERY.total_seconds():
                await self._use_cases.renew_upload(begun.upload.id)
                renewed = loop.time()


async def _read(reading: Awaitable[T]) -> T:
    """Wait for the client's next bytes.

    Raises UploadIncompleteError if none come, MalformedRequestError if they are no form.
    """
    try:
        async with asyncio.timeout(SILENCE):
            return await reading
    except TimeoutError:
        raise UploadIncompleteError(f"No byte arrived for {SILENCE:.0f} seconds.") from None
    except (ValueError, AssertionError, web.HTTPException, EOFError) as error:
        raise MalformedRequestError(f"The form could not be read: {error}.") from error


def _overhead(part: BodyPartReader, boundary_size: int) -> int:
    """Give the bytes of a part's delimiter and headers: --boundary CR LF, each line, CR LF."""
    lines = sum(
        len(name) + len(value.encode("utf-8", "surrogateescape")) + 4
        for name, value in part.headers.items()
    )
    return boundary_size + 4 + lines + 2
