"""What has to go through nginx as if it were not there, or better."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import aiotus
import attrs

from tests.deploy.nginx import RunningNginx
from tests.integration.running import PASSWORD

LONGEST_DESCRIPTION: Final = "\U0001f600" * 5_000
SLOW_PARTS: Final = 8


@attrs.frozen
class Visitor:
    """A member who comes by nginx."""

    nginx: RunningNginx
    session: aiohttp.ClientSession

    async def log_in(self) -> None:
        """Carry the admin's token from now on."""
        body = {"username": "admin", "password": PASSWORD}
        async with self.session.post(f"{self.nginx.url}/api/auth/login", json=body) as answer:
            assert answer.status == 200, await answer.text()
            token = (await answer.json())["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    async def video(self, path: str) -> Any:
        """Give a video as it is now."""
        async with self.session.get(self.nginx.url + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def upload(self, clip: Path) -> str:
        """Send a file by form, in parts that come slowly, and give where the video is."""

        async def parts() -> AsyncIterator[bytes]:
            content = clip.read_bytes()
            size = len(content) // SLOW_PARTS + 1
            for start in range(0, len(content), size):
                yield content[start : start + size]
                await asyncio.sleep(0.05)

        form = aiohttp.FormData()
        form.add_field("title", "By form")
        form.add_field("file", parts(), filename=clip.name)
        async with self.session.post(f"{self.nginx.url}/api/videos", data=form) as answer:
            assert answer.status == 201, await answer.text()
            return answer.headers["Location"]

    async def upload_resumably(self, clip: Path) -> str:
        """Send a file by tus with the longest description, and give where the video is."""
        metadata = {
            "filename": clip.name.encode(),
            "title": b"By tus",
            "description": LONGEST_DESCRIPTION.encode(),
        }
        with clip.open("rb") as file:
            place = await aiotus.upload(
                f"{self.nginx.url}/api/uploads", file, metadata, client_session=self.session
            )
        assert str(place).startswith(self.nginx.url), place
        headers = {"Tus-Resumable": "1.0.0"}
        async with self.session.head(str(place), headers=headers) as answer:
            path = f"/api/videos/{answer.headers['X-Video-ID']}"
        assert (await self.video(path))["description"] == LONGEST_DESCRIPTION
        return path

    async def follow(self, path: str) -> Any:
        """Read all events; the first has to come while there is more to come. Give the last."""
        moments: list[float] = []
        last: Any = None
        async with self.session.get(f"{self.nginx.url}{path}/events") as answer:
            assert answer.content_type == "text/event-stream"
            async for line in answer.content:
                if line.startswith(b"data: "):
                    moments.append(time.monotonic())
                    last = json.loads(line.removeprefix(b"data: "))
        assert len(moments) > 1, "followed too late"
        assert moments[-1] - moments[0] > 0.3, "they all came at once"
        assert last["processing_status"] == "completed", last
        return last

    async def play(self, video: Any, published: bytes) -> None:
        """Ask for the file whole, for ranges of it, and again with its validators."""
        url, size = self.nginx.url + video["stream_url"], len(published)
        cases: tuple[tuple[dict[str, str], int, bytes | None], ...] = (
            ({}, 200, published),
            ({"Range": "bytes=0-99"}, 206, published[:100]),
            ({"Range": f"bytes={size - 7}-"}, 206, published[-7:]),
            ({"Range": "bytes=-5"}, 206, published[-5:]),
            ({"Range": f"bytes={size}-"}, 416, None),
            ({"Range": "bytes=0-1", "If-Range": '"another"'}, 200, published),
        )
        etag = ""
        for headers, status, body in cases:
            async with self.session.get(url, headers=headers) as answer:
                assert answer.status == status, (headers, answer.status)
                assert body is None or await answer.read() == body, headers
                assert answer.headers["X-Request-ID"]
                if status == 416:
                    assert (await answer.json())["error_code"] == "range_not_satisfiable"
                    assert answer.headers["Content-Range"] == f"bytes */{size}"
                    assert len(answer.headers.getall("Strict-Transport-Security")) == 1
                etag = answer.headers.get("ETag", etag)
        async with self.session.get(url, headers={"If-None-Match": etag}) as answer:
            assert answer.status == 304
        async with self.session.head(url) as answer:
            assert int(answer.headers["Content-Length"]) == size
            assert answer.content_type == "video/mp4"

    async def is_refused(self, method: str, path: str, status: int, code: str) -> None:
        """Ask for what is refused, in the shape of every error."""
        headers = {"Authorization": ""} if path == "/metrics" else {}
        async with self.session.request(method, self.nginx.url + path, headers=headers) as answer:
            told = await answer.json()
            assert (answer.status, told["error_code"]) == (status, code), told
            assert answer.headers["Strict-Transport-Security"]
