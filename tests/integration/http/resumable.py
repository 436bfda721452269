"""A client of tus that says exactly what a test wants it to say."""

import base64
import hashlib
import io
from collections.abc import Mapping
from typing import Any, Final

from adapters_http.tus import CONTENT_TYPE, format_metadata
from tests.integration.http.api import PUBLIC_URL, Api, Member, Reply

TUS: Final = {"Tus-Resumable": "1.0.0"}
FILE: Final = bytes(range(256)) * 4
NONE: Final[Mapping[str, str]] = {}
CLIP: Final[Mapping[str, str]] = {"filename": "clip.mkv", "title": "First steps"}


def sha(algorithm: str, content: bytes) -> str:
    digest = base64.b64encode(hashlib.new(algorithm, content).digest())
    return f"{algorithm} {digest.decode()}"


async def create(
    api: Api,
    member: Member,
    *,
    size: int = len(FILE),
    said: Mapping[str, str] = CLIP,
    headers: Mapping[str, str] = NONE,
) -> Reply:
    sent = {"Upload-Length": str(size), "Upload-Metadata": format_metadata(said)}
    sent = TUS | sent | dict(headers)
    return await api.call("POST", "/api/uploads", member, headers=sent)


async def begin(api: Api, member: Member, **options: Any) -> str:
    """Create an upload and give its path."""
    reply = await create(api, member, **options)
    assert reply.status == 201, reply.content
    return path_of(reply)


def path_of(reply: Reply) -> str:
    address = reply.headers["Location"]
    assert address.startswith(f"{PUBLIC_URL}/api/uploads/")
    return address.removeprefix(PUBLIC_URL)


async def patch(  # noqa: PLR0913 - what a PATCH has
    api: Api,
    member: Member,
    path: str,
    content: Any,
    *,
    offset: int = 0,
    headers: Mapping[str, str] = NONE,
) -> Reply:
    sent = TUS | {"Content-Type": CONTENT_TYPE, "Upload-Offset": str(offset)} | dict(headers)
    data = io.BytesIO(content) if isinstance(content, bytes) else content
    return await api.call("PATCH", path, member, data=data, headers=sent)


async def head(api: Api, member: Member, path: str) -> Reply:
    return await api.call("HEAD", path, member, headers=TUS)


async def offset_of(api: Api, member: Member, path: str) -> int:
    reply = await head(api, member, path)
    assert reply.status == 200, reply.content
    return int(reply.headers["Upload-Offset"])


async def delete(api: Api, member: Member, path: str) -> Reply:
    return await api.call("DELETE", path, member, headers=TUS)


def bytes_of(api: Api, path: str) -> bytes:
    """Give what lies on disk of an upload."""
    return (api.uploads / path.rpartition("/")[2]).read_bytes()


def patch_head(member: Member, path: str, length: int, *lines: str, offset: int = 0) -> bytes:
    """Give the head of a PATCH, to be sent on a socket."""
    return _head("PATCH", path, member, length, f"Upload-Offset: {offset}", *lines)


def post_head(member: Member, length: int, said: Mapping[str, str]) -> bytes:
    """Give the head of a creation that brings all its bytes along."""
    described = f"Upload-Metadata: {format_metadata(said)}"
    return _head("POST", "/api/uploads", member, length, f"Upload-Length: {length}", described)


def _head(method: str, path: str, member: Member, length: int, *lines: str) -> bytes:
    return "\r\n".join(
        [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {member.token}",
            "Tus-Resumable: 1.0.0",
            f"Content-Type: {CONTENT_TYPE}",
            f"Content-Length: {length}",
            *lines,
            "",
            "",
        ]
    ).encode()
