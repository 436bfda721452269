"""The database goes away for a while, under uploads, playing and processing."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import attrs

from tests.chaos.books import Books, compare
from tests.chaos.clips import heavy_clip, long_clip, short_clips
from tests.chaos.installation import Installation
from tests.chaos.members import TUS, Member
from tests.chaos.postgres import OwnPostgres
from tests.integration.running import PASSWORD, Client
from vidcore.sessions import BELIEVED_FOR

RECOVERY: Final = 30.0  # seconds in which all has to answer again
BLOCK: Final = 64 << 10


@attrs.frozen(kw_only=True)
class Report:
    """What an outage of `seconds` did: how many requests were refused, and the slowest of them."""

    seconds: float
    refused: int
    slowest: float
    attempts: int

    def __str__(self) -> str:
        return (
            f"database away for {self.seconds:.1f} s: {self.refused} requests answered 503, the "
            f"slowest after {self.slowest:.2f} s; nothing lost, no process ended; what was being "
            f"processed took {self.attempts} attempt(s)"
        )


class Outage:
    """Takes the database from an installation of `serve --no-worker` and a worker."""

    def __init__(self, installation: Installation, postgres: OwnPostgres, seconds: float) -> None:
        self._here = installation
        self._postgres = postgres
        self._seconds = seconds
        self._member = Member(installation)
        self._books = Books(installation.database_url)
        self._address = ""

    async def run(self) -> Report:
        """Take it away, bring it back, and see that all goes on."""
        folder = self._here.folder / "clips"
        short = short_clips(folder)[0]
        heavy = heavy_clip(folder)
        await self._member.log_in()
        watched = await self._member.send_accepted(heavy, "watched")
        shown = await self._member.until_status(watched, "completed")
        self._address = shown["stream_url"]
        whole = await Client(self._here.url)("GET", self._address)
        slow = Member(self._here, seconds=self._seconds + 2)
        slow.session.token = self._member.session.token
        encoded = await self._member.send_accepted(long_clip(folder), "encoded")
        await self._member.until_status(encoded, "processing")
        pids = {name: process.pid for name, process in self._here.running.items()}
        under_way = [
            asyncio.create_task(slow.send(short, "by form", "form")),
            asyncio.create_task(slow.send(short, "by tus", "tus")),
        ]
        playing = asyncio.create_task(self._play(len(whole.body)))
        await self._until_all_are_begun()

        refused, slowest = await self._without_database(short)

        await self._recovered()
        videos = [await sending for sending in under_way]
        assert hashlib.sha256(await playing).digest() == hashlib.sha256(whole.body).digest()
        for sent in videos:
            assert sent.video is not None, f"{sent.title} was lost"
            await self._member.until_status(sent.video, "completed")
        await self._member.until_status(encoded, "completed")
        for name, process in self._here.running.items():
            assert (process.returncode, process.pid) == (None, pids[name]), name
        me = await self._member.json("/api/auth/me")
        sizes = [sent.size for sent in videos]
        sizes += [heavy.stat().st_size, long_clip(folder).stat().st_size]
        assert me["weekly_upload_bytes"] == sum(sizes)
        assert compare(self._books, self._here).faults == ()
        attempts = max(video["attempt"] for video in self._books.videos())
        return Report(seconds=self._seconds, refused=refused, slowest=slowest, attempts=attempts)

    async def _until_all_are_begun(self) -> None:
        uploads = self._here.data / "uploads"
        async with asyncio.timeout(30):
            # The two that are sent, and the source of what is processed.
            while len(list(uploads.iterdir())) < 3:
                await asyncio.sleep(0.02)

    async def _without_database(self, clip: Path) -> tuple[int, float]:
        """Stop it, ask for everything meanwhile, and start it again."""
        await self._postgres.stop()
        await asyncio.sleep(BELIEVED_FOR.total_seconds())  # what was just read still holds
        refused, slowest = 0, 0.0
        began = time.monotonic()
        try:
            while time.monotonic() < began + self._seconds:
                for method, path, arguments in self._requests(clip):
                    asked = time.monotonic()
                    answer = await self._member.client(method, path, **arguments)
                    slowest = max(slowest, time.monotonic() - asked)
                    assert answer.status == 503, (method, path, answer)
                    if path != "/readyz":
                        assert answer.json["error_code"] == "service_unavailable", answer
                        assert set(answer.json) == {"detail", "error_code"}, answer
                        assert isinstance(answer.json["detail"], str)
                    refused += 1
                alive = await self._member.client("GET", "/healthz")
                assert alive.status == 200
                await asyncio.sleep(0.2)
        finally:
            await self._postgres.start()
        return refused, slowest

    def _requests(self, clip: Path) -> list[tuple[str, str, dict[str, Any]]]:
        form = aiohttp.FormData()
        form.add_field("title", "never")
        form.add_field("file", clip.read_bytes(), filename=clip.name)
        described = TUS | {"Upload-Length": "9", "Upload-Metadata": "filename Y2xpcC5tcDQ="}
        return [
            ("GET", "/readyz", {}),
            ("GET", "/api/videos", {}),
            ("GET", "/api/auth/me", {}),
            ("POST", "/api/auth/login", {"json": {"username": "admin", "password": PASSWORD}}),
            ("POST", "/api/videos", {"data": form}),
            ("POST", "/api/uploads", {"headers": described}),
            ("GET", self._address, {}),
        ]

    async def _play(self, size: int) -> bytes:
        """Play a video so slowly that it takes the whole outage."""
        received = bytearray()
        async for block in self._blocks():
            received += block
            await asyncio.sleep(self._seconds * len(block) / size)
        return bytes(received)

    async def _blocks(self) -> AsyncIterator[bytes]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(self._here.url + self._address) as response,
        ):
            assert response.status == 200
            async for block in response.content.iter_chunked(BLOCK):
                yield block

    async def _recovered(self) -> None:
        async with asyncio.timeout(RECOVERY):
            while (await self._member.client("GET", "/readyz")).status != 200:
                await asyncio.sleep(0.1)
