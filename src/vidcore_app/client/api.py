"""The requests of a member to a service, but for the bytes of a file."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import UUID

import aiohttp
import attrs
import cattrs
from yarl import URL

from vidcore_app.client.failures import NotLoggedInError, RefusedError, UnexpectedAnswerError

ANSWER_MAX: Final = 120.0  # seconds for one request; the last of an upload has the file looked at
CONNECT_MAX: Final = 15.0  # seconds
REFUSAL_MAX: Final = 64 << 10  # bytes of a refusal that are read

T = TypeVar("T")

_WITHOUT_WORDS: Final[dict[int, str]] = {  # an answer to HEAD has no body that could say it
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The service finds no video in it that it can process.",
}
_CONVERTER: Final = cattrs.Converter()
_CONVERTER.register_structure_hook(UUID, lambda text, _: UUID(text))


@attrs.frozen(kw_only=True)
class Session:
    """What a log-in gives."""

    access_token: str


@attrs.frozen(kw_only=True)
class Outlook:
    """Whether a file would be taken now; sizes in bytes."""

    allowed: bool
    error_code: str | None
    detail: str | None
    available_bytes: int


@attrs.frozen(kw_only=True)
class Unfinished:
    """An upload that can be gone on with."""

    id: UUID
    size_bytes: int
    fingerprint: str | None


@attrs.frozen(kw_only=True)
class Category:
    """A shelf for videos."""

    id: UUID
    name: str
    slug: str

    def is_called(self, wanted: str) -> bool:
        """Whether a name, slug or id means this one."""
        known = (str(self.id), self.slug, self.name.casefold())
        return wanted.strip().casefold() in known


@attrs.frozen(kw_only=True)
class Uploads:
    """All uploads of a member that can be gone on with."""

    items: list[Unfinished]


@attrs.frozen(kw_only=True)
class Categories:
    """All shelves."""

    items: list[Category]


@attrs.frozen(kw_only=True)
class Video:
    """What a member wants to know of a video; `processing_progress` is 0.0 to 1.0."""

    id: UUID
    processing_status: str
    processing_progress: float
    error_message: str | None
    stream_url: str | None

    @property
    def has_failed(self) -> bool:
        """Whether there will be nothing to watch."""
        return self.processing_status == "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.has_failed or self.processing_status == "completed"


@attrs.frozen(kw_only=True)
class Api:
    """A service at `server`, spoken to in `session`, which raises RefusedError for what fails.

    Each method raises also NotLoggedInError, UnexpectedAnswerError, aiohttp.ClientError, TimeoutError.
    """

    server: URL
    session: aiohttp.ClientSession

    @property
    def uploads(self) -> URL:
        """Where uploads begin."""
        return self.address("api", "uploads")

    def address(self, *parts: str) -> URL:
        """Give the address of something on this service."""
        return self.server.joinpath(*parts)

    async def log_in(self, username: str, password: str) -> Session:
        """Open a session."""
        credentials = {"username": username, "password": password}
        return await self._ask(Session, "POST", "auth", "login", json=credentials)

    async def check(self, size: int) -> Outlook:
        """Ask what would happen to a file of `size` bytes."""
        return await self._ask(Outlook, "POST", "uploads", "check", json={"size": size})

    async def unfinished(self) -> Sequence[Unfinished]:
        """List what can be gone on with."""
        return (await self._ask(Uploads, "GET", "uploads")).items

    async def categories(self) -> Sequence[Category]:
        """List the shelves."""
        return (await self._ask(Categories, "GET", "categories")).items

    async def video(self, video_id: UUID) -> Video:
        """Look at a video."""
        return await self._ask(Video, "GET", "videos", str(video_id))

    async def video_of(self, upload_id: UUID) -> UUID | None:
        """Give the video that was made of an upload, if it is complete."""
        headers = {"Tus-Resumable": "1.0.0"}
        async with self.session.head(self.uploads / str(upload_id), headers=headers) as answer:
            found = answer.headers.get("X-Video-ID")
        try:
            return None if found is None else UUID(found)
        except ValueError:
            raise UnexpectedAnswerError(str(self.server), f"X-Video-ID is {found!r}") from None

    async def _ask(self, kind: type[T], method: str, *parts: str, **arguments: Any) -> T:  # noqa: ANN401 - aiohttp's own
        async with self.session.request(
            method, self.address("api", *parts), allow_redirects=False, **arguments
        ) as answer:
            if answer.status in range(300, 400):
                found = f"it sends on to {answer.headers.get('Location')}; name that as the server"
                raise UnexpectedAnswerError(str(self.server), found)
            try:
                return _CONVERTER.structure(await answer.json(), kind)
            except (ValueError, aiohttp.ContentTypeError, cattrs.BaseValidationError):
                found = f"{method} {answer.url.path} gave something else"
                raise UnexpectedAnswerError(str(self.server), found) from None


@asynccontextmanager
async def open_api(server: URL, token: str | None) -> AsyncIterator[Api]:
    """Give the requests of a member with this token, or of a guest."""

    async def check(answer: aiohttp.ClientResponse) -> None:
        await _check(server, token, answer)

    async with aiohttp.ClientSession(
        headers={} if token is None else {"Authorization": f"Bearer {token}"},
        timeout=aiohttp.ClientTimeout(total=ANSWER_MAX, sock_connect=CONNECT_MAX),
        raise_for_status=check,
    ) as session:
        yield Api(server=server, session=session)


async def _check(server: URL, token: str | None, answer: aiohttp.ClientResponse) -> None:
    """Raise what a refusal means; other answers may be read."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return
    if answer.status == HTTPStatus.UNAUTHORIZED and token is not None:
        raise NotLoggedInError(str(server))
    after = answer.headers.get("Retry-After", "")  # its other form, a date, needs clocks that agree
    code, detail = _said(await answer.content.read(REFUSAL_MAX))
    raise RefusedError(
        status=answer.status,
        code=code,
        detail=detail or _WITHOUT_WORDS.get(answer.status, f"{server} says {answer.status}."),
        retry_after=float(after) if re.fullmatch(r"[0-9]{1,9}", after, re.ASCII) else None,
    )


def _said(body: bytes) -> tuple[str | None, str | None]:
    """Give code and sentence of a refusal, if it is vidcore's; a proxy's says nothing to people."""
    try:
        said = json.loads(body)
        return str(said["error_code"]), str(said["detail"])
    except (ValueError, TypeError, KeyError):
        return None, None
