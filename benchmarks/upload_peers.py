"""Files sent to `vidcore serve`, by tus and by form, and what other servers must offer to be compared."""

import json
import os
import socket
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import attrs
from tests.integration.running import PASSWORD, Client, RunningService

BOUNDARY = "----vidcore-benchmark"
HEAD_END = b"\r\n\r\n"
BYTES_MAX = str(1 << 40)


@attrs.frozen(kw_only=True)
class Push:
    """A request that a file is sent in: what stands before it on the wire, and behind it."""

    port: int
    head: bytes
    tail: bytes = b""

    def send(self, file: Path) -> tuple[float, bytes]:
        """Send it, and give the seconds until it was answered, and the answer."""
        size = file.stat().st_size
        with (
            socket.create_connection(("127.0.0.1", self.port)) as connection,
            file.open("rb") as source,
        ):
            started = time.perf_counter()
            connection.sendall(self.head)
            at = 0
            while at < size:
                at += os.sendfile(connection.fileno(), source.fileno(), at, size - at)
            connection.sendall(self.tail)
            answer = connection.recv(1 << 16)
            seconds = time.perf_counter() - started
            while more := connection.recv(1 << 16):
                answer += more
        if not answer.startswith((b"HTTP/1.1 201", b"HTTP/1.1 204")):
            raise RuntimeError(f"it was not taken: {answer!r}")
        return seconds, answer


class Peer(Protocol):
    """Somebody who takes files."""

    @property
    def name(self) -> str:
        """What it is called in the table."""
        ...

    @property
    def pid(self) -> int:
        """The first of its processes."""
        ...

    async def prepare(self, size: int) -> Push:
        """Give the request for a file of `size` bytes."""
        ...

    async def tidy(self, answer: bytes) -> None:
        """Remove what was taken."""
        ...


def request_head(first: str, length: int, *lines: str) -> bytes:
    """Give the head of a request with a body, after whose answer the connection is over."""
    common = ("Host: 127.0.0.1", "Connection: close", f"Content-Length: {length}")
    return "\r\n".join([first, *common, *lines, "", ""]).encode()


def form_push(
    first: str, port: int, size: int, *lines: str, fields: dict[str, str] | None = None
) -> Push:
    """Give a form with the fields, and then a file of `size` bytes."""
    before = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in (fields or {}).items()
    )
    before += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="clip.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    )
    tail = f"\r\n--{BOUNDARY}--\r\n"
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    head = request_head(first, len(before) + size + len(tail), kind, *lines)
    return Push(port=port, head=head + before.encode(), tail=tail.encode())


class _Vidcore:
    def __init__(self, service: RunningService, client: Client) -> None:
        self._service = service
        self._client = client

    @property
    def pid(self) -> int:
        return self._service.pid

    @property
    def _port(self) -> int:
        return int(self._client.url.rpartition(":")[2])

    @property
    def _bearer(self) -> str:
        return f"Authorization: Bearer {self._client.token}"

    async def _delete(self, video_id: str) -> None:
        answer = await self._client("DELETE", f"/api/videos/{video_id}")
        if answer.status != HTTPStatus.NO_CONTENT:
            raise RuntimeError(f"it could not be removed: {answer}")


class VidcoreTus(_Vidcore):
    """All bytes in one PATCH."""

    name = "vidcore, tus"

    async def prepare(self, size: int) -> Push:
        """Give the request for a file of `size` bytes."""
        answer = await self._client(
            "POST",
            "/api/uploads",
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": str(size),
                "Upload-Metadata": f"filename {b64encode(b'clip.mp4').decode()}",
            },
        )
        path = "/api/uploads/" + answer.headers["Location"].rpartition("/")[2]
        kind = "Content-Type: application/offset+octet-stream"
        lines = (kind, self._bearer, "Tus-Resumable: 1.0.0", "Upload-Offset: 0")
        return Push(port=self._port, head=request_head(f"PATCH {path} HTTP/1.1", size, *lines))

    async def tidy(self, answer: bytes) -> None:
        """Remove what was taken."""
        lines = answer.partition(HEAD_END)[0].decode().split("\r\n")
        video = next(line for line in lines if line.startswith("X-Video-ID: "))
        await self._delete(video.partition(": ")[2])


class VidcoreForm(_Vidcore):
    """A form with a title."""

    name = "vidcore, form"

    async def prepare(self, size: int) -> Push:
        """Give the request for a file of `size` bytes."""
        fields = {"title": "A benchmark"}
        return form_push("POST /api/videos HTTP/1.1", self._port, size, self._bearer, fields=fields)

    async def tidy(self, answer: bytes) -> None:
        """Remove what was taken."""
        await self._delete(json.loads(answer.partition(HEAD_END)[2])["id"])


@asynccontextmanager
async def vidcore(folder: Path) -> AsyncIterator[tuple[str, list[Peer]]]:
    """Serve from a folder, without processing, and with room for everything; the address comes first."""
    limits = {
        "VIDCORE_MAX_FILE_SIZE_BYTES": BYTES_MAX,
        "VIDCORE_WEEKLY_UPLOAD_LIMIT_BYTES": BYTES_MAX,
    }
    service = RunningService(folder, f"sqlite:///{folder / 'vidcore.db'}", **limits)
    async with AsyncExitStack() as stack:
        await service.start("--no-worker")
        stack.push_async_callback(service.stop)
        client = Client(service.url)
        await client.log_in("admin", PASSWORD)
        yield service.url, [VidcoreTus(service, client), VidcoreForm(service, client)]
