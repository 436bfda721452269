"""Upload forms, written byte by byte."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from tests.integration.http.api import Api, Member, Reply

BOUNDARY: Final = "----vidcore-test"
FORM_TYPE: Final = f"multipart/form-data; boundary={BOUNDARY}"
CONTENT: Final = b"the bytes of a video\r\n--not-the-boundary\r\n\x00\xff"

Part = tuple[str, bytes]


def part(name: str, content: bytes | str, *, filename: str | None = None) -> Part:
    """Give a part: its header lines, and its content."""
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    raw = content.encode() if isinstance(content, str) else content
    return f"Content-Disposition: {disposition}\r\n", raw


def file_part(content: bytes = CONTENT, filename: str = "holiday.mp4") -> Part:
    return part("file", content, filename=filename)


def form(*parts: Part, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> bytes:
    """Give the body of a form, `end` being its closing delimiter."""
    delimiter = f"--{BOUNDARY}\r\n".encode()
    return (
        b"".join(delimiter + head.encode() + b"\r\n" + content + b"\r\n" for head, content in parts)
        + end
    )


def upload_form(content: bytes = CONTENT, title: str = "Holiday") -> bytes:
    """Give a form, its file first: what comes before is read only when more has arrived."""
    return form(file_part(content), part("title", title))


async def in_chunks(body: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a body without telling their sum, so that they are sent chunked."""
    for piece in body:
        yield piece


async def post_form(api: Api, by: Member, body: Any, content_type: str = FORM_TYPE) -> Reply:
    headers = {"Content-Type": content_type}
    return await api.call("POST", "/api/videos", by, data=body, headers=headers)


def head_of(by: Member, *lines: str, path: str = "/api/videos", method: str = "POST") -> bytes:
    """Give the head of a request, to write on a socket."""
    given = [f"{name}: {value}" for name, value in by.headers.items()]
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", *given, *lines]
    return "\r\n".join([*head, "", ""]).encode()


def upload_head(by: Member, size: int, *lines: str) -> bytes:
    """Give the head of an upload whose body has `size` bytes."""
    return head_of(by, f"Content-Type: {FORM_TYPE}", f"Content-Length: {size}", *lines)
