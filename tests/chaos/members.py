"""A member who sends clips, by form and by tus, to a service that may die under it at any moment."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp
import attrs

from adapters_http.tus import CONTENT_TYPE, format_metadata
from tests.chaos.installation import Installation
from tests.integration.running import PASSWORD, Answer, Client

Way = Literal["form", "tus"]
TUS: Final = {"Tus-Resumable": "1.0.0"}
PIECES: Final = 8
PATCHES: Final = 2
PATIENCE: Final = 120.0  # seconds that a client goes on trying
GONE: Final = (aiohttp.ClientError, ConnectionError, asyncio.IncompleteReadError)


@attrs.define(kw_only=True)
class Sent:
    """One clip that was sent. Without a `video` it was not answered, and may have been accepted."""

    title: str
    way: Way
    size: int
    video: str | None = None
    answered: float = 0.0


class Member:
    """Sends to an installation, wherever that listens; each clip takes `seconds` to be sent."""

    def __init__(self, installation: Installation, *, seconds: float = 0.4) -> None:
        self._installation = installation
        self.seconds = seconds
        self.session = Client("")

    async def log_in(self) -> None:
        """Open a session, which outlives the service."""
        await self.client.log_in("admin", PASSWORD)

    @property
    def client(self) -> Client:
        """The client, with the present address."""
        self.session.url = self._installation.url
        return self.session

    async def json(self, path: str) -> Any:
        """Ask until there is an answer, and give its JSON."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await self.client("GET", path)
            except GONE:
                assert time.monotonic() < deadline, "nobody answers"
            else:
                if answer.status == 200:
                    return answer.json
                assert answer.status == 503, answer
                assert time.monotonic() < deadline, answer
            await asyncio.sleep(0.1)

    async def send(self, clip: Path, title: str, way: Way) -> Sent:
        """Send a clip: by form once, by tus until it is answered."""
        sent = Sent(title=title, way=way, size=clip.stat().st_size)
        await (self._by_form(clip, sent) if way == "form" else self._by_tus(clip, sent))
        if sent.video is not None:
            sent.answered = time.time()
        return sent

    async def send_accepted(self, clip: Path, title: str, way: Way = "form") -> str:
        """Send a clip to a service that stays, and give the id of the video."""
        sent = await self.send(clip, title, way)
        assert sent.video is not None, f"{title} was not accepted"
        return sent.video

    async def until_status(self, video: str, status: str, *, seconds: float = PATIENCE) -> Any:
        """Wait until a video has a status, and give it."""
        deadline = time.monotonic() + seconds
        while True:
            found = await self.json(f"/api/videos/{video}")
            if found["processing_status"] == status:
                return found
            assert found["processing_status"] != "failed", found
            assert time.monotonic() < deadline, f"not {status}: {found}"
            await asyncio.sleep(0.05)

    async def find(self, sent: Sent) -> None:
        """Learn what came of a clip that was not answered."""
        page = await self.json(f"/api/videos?q={sent.title}&page_size=100")
        found = [video["id"] for video in page["items"] if video["title"] == sent.title]
        assert len(found) <= 1, found
        sent.video = found[0] if found else None

    async def _by_form(self, clip: Path, sent: Sent) -> None:
        form = aiohttp.FormData()
        form.add_field("title", sent.title)
        # The size is not said: what is received alone decides.
        form.add_field("file", self._pieces(clip.read_bytes()), filename=clip.name)
        try:
            answer = await self.client("POST", "/api/videos", data=form)
        except GONE:
            return
        assert answer.status in {201, 503}, answer
        if answer.status == 201:
            sent.video = answer.json["id"]

    async def _by_tus(self, clip: Path, sent: Sent) -> None:
        deadline = time.monotonic() + PATIENCE
        path = ""
        while sent.video is None:
            assert time.monotonic() < deadline, f"{sent.title} is never accepted"
            try:
                path = path or await self._begin(clip, sent)
                await self._go_on(path, clip, sent)
            except GONE:
                await asyncio.sleep(0.1)

    async def _begin(self, clip: Path, sent: Sent) -> str:
        described = format_metadata(
            {"filename": clip.name, "title": sent.title, "fingerprint": sent.title}
        )
        headers = TUS | {"Upload-Length": str(sent.size), "Upload-Metadata": described}
        answer = await self.client("POST", "/api/uploads", headers=headers)
        _check(answer, 201)
        return "/api/uploads/" + answer.headers["Location"].rpartition("/")[2]

    async def _go_on(self, path: str, clip: Path, sent: Sent) -> None:
        """Ask how far it has come, and send of the rest what one request of several takes."""
        answer = await self.client("HEAD", path, headers=TUS)
        _check(answer, 200)
        if "X-Video-ID" not in answer.headers:
            offset = answer.headers["Upload-Offset"]
            data = clip.read_bytes()[int(offset) :][: -(-sent.size // PATCHES)]
            answer = await self.client(
                "PATCH",
                path,
                headers=TUS | {"Content-Type": CONTENT_TYPE, "Upload-Offset": offset},
                data=self._pieces(data),
            )
            _check(answer, 204)
        sent.video = answer.headers.get("X-Video-ID")

    async def _pieces(self, data: bytes) -> AsyncIterator[bytes]:
        size = max(1, -(-len(data) // PIECES))
        for start in range(0, len(data), size):
            yield data[start : start + size]
            await asyncio.sleep(self.seconds / PIECES)


def _check(answer: Answer, status: int) -> None:
    """Raise ConnectionError for an answer after which a client tries again."""
    if answer.status in {409, 503}:
        raise ConnectionError(f"{answer.status}: try again")
    assert answer.status == status, answer
