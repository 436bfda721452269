"""How near the estimates come: `processing_eta_seconds` against when videos were really done.

    python -m benchmarks.eta

Starts `vidcore serve` in a folder of its own, with one worker, and gives it two rounds of the same kinds
of clips: of different lengths and sizes, some copied and most encoded. The first round is what the
service learns from; of the second, every answer of a list is kept, asked for twice a second, and compared
with the moment when that video was seen to be done. Prints, for each video, the first estimate after its
upload, and the medians of the relative errors: |estimate - truth| / truth, of estimates that were made
while at least two seconds were left.
"""

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import attrs
from tests.integration.running import bare_environment

from adapters_ffmpeg.find import find_ffmpeg

PASSWORD: Final = "a password of the first admin"  # noqa: S105 - of a service that lives for minutes
LOOK: Final = 0.5  # seconds
LEFT_MIN: Final = 2.0  # seconds; what is nearer is below the step of a look
H264: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p"),
    *("-b:v", "800k", "-maxrate", "800k", "-bufsize", "800k"),
)
MPEG4: Final = ("-c:v", "mpeg4", "-q:v", "4")
AAC: Final = ("-c:a", "aac", "-b:a", "96k", "-ac", "2")


@attrs.frozen
class Clip:
    """A kind of clip; `name` has the suffix that says its container."""

    name: str
    size: str
    seconds: int
    video: tuple[str, ...] = MPEG4


CLIPS: Final = (
    Clip("short.avi", "640x360", 4),
    Clip("copied.mp4", "1280x720", 30, H264),
    Clip("medium.avi", "1280x720", 10),
    Clip("large.avi", "1920x1080", 6),
    Clip("long.avi", "640x360", 40),
    Clip("longer-copied.mp4", "640x360", 90, H264),
    Clip("middling.avi", "854x480", 15),
    Clip("full.avi", "1280x720", 20),
)


@attrs.frozen(kw_only=True)
class Estimate:
    """What was told of a video, and when, in seconds of a clock that never steps back."""

    status: str
    position: int | None
    left: float
    at: float


def make_clips(folder: Path) -> list[Path]:
    """Make the clips with moving pictures, and give their paths."""
    paths = []
    for clip in CLIPS:
        graphs = (
            *("-f", "lavfi", "-i", f"testsrc2=s={clip.size}:r=25:d={clip.seconds}"),
            *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={clip.seconds}"),
        )
        paths.append(folder / clip.name)
        subprocess.run(  # noqa: S603 - our own ffmpeg
            (
                *(find_ffmpeg(None).path, "-nostdin", "-loglevel", "error", "-y"),
                *(*graphs, *clip.video, *("-g", "50"), *AAC, str(paths[-1])),
            ),
            check=True,
        )
    return paths


def show_line(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """Run the service on a free port and give its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vidcore_app", "serve"),
        cwd=folder,
        env=bare_environment()
        | {"VIDCORE_PORT": "0", "VIDCORE_ADMIN_PASSWORD": PASSWORD, "VIDCORE_LOG_LEVEL": "warning"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output = ""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        while not (found := re.search(r"listening on (\S+), port (\d+)\)", output)):
            line = await process.stdout.readline()
            if not line:
                raise RuntimeError(f"the service ended: {output}")
            output += line.decode()
        yield f"http://{found[1]}:{found[2]}"
    finally:
        process.terminate()
        await process.wait()


@attrs.define
class Watcher:
    """Uploads, and keeps what is told of it."""

    session: aiohttp.ClientSession
    told: dict[str, list[Estimate]] = attrs.Factory(dict)
    names: dict[str, str] = attrs.Factory(dict)
    done: dict[str, float] = attrs.Factory(dict)

    async def upload(self, path: Path) -> None:
        """Upload a clip and keep what the answer says."""
        form = aiohttp.FormData({"title": path.name})
        with path.open("rb") as content:
            form.add_field("file", content, filename=path.name)
            async with self.session.post("/api/videos", data=form) as response:
                response.raise_for_status()
                self._note(await response.json())

    async def watch(self) -> None:
        """Look until everything is done."""
        while len(self.done) < len(self.told):
            await asyncio.sleep(LOOK)
            async with self.session.get("/api/videos?page_size=100") as response:
                for shown in (await response.json())["items"]:
                    self._note(shown)

    def _note(self, shown: dict[str, Any]) -> None:
        now, key = time.monotonic(), shown["id"]
        estimates = self.told.setdefault(key, [])
        self.names[key] = shown["title"]
        if shown["processing_status"] in {"completed", "failed"}:
            self.done.setdefault(key, now)
        elif shown["processing_eta_seconds"] is not None:
            estimates.append(
                Estimate(
                    status=shown["processing_status"],
                    position=shown["queue_position"],
                    left=shown["processing_eta_seconds"],
                    at=now,
                )
            )

    def errors(self, status: str) -> list[float]:
        """Give the relative errors of all estimates that were made in a status."""
        return [
            abs(estimate.left - truth) / truth
            for key, estimates in self.told.items()
            for estimate in estimates
            if estimate.status == status and (truth := self.done[key] - estimate.at) >= LEFT_MIN
        ]


async def run_round(session: aiohttp.ClientSession, clips: list[Path]) -> Watcher:
    """Upload all clips at once, and watch them to their ends."""
    watcher = Watcher(session)
    for clip in clips:
        await watcher.upload(clip)
    await watcher.watch()
    return watcher


def show(watcher: Watcher) -> None:
    """Print what was told at first, and the medians."""
    show_line(f"{'clip':20}{'position':>10}{'told':>8}{'true':>8}")
    for key, estimates in watcher.told.items():
        if estimates:
            first = estimates[0]
            truth = watcher.done[key] - first.at
            place = first.position or "-"
            show_line(f"{watcher.names[key]:20}{place:>10}{first.left:8.1f}{truth:8.1f}")
    for status in ("pending", "processing"):
        errors = watcher.errors(status)
        if errors:
            median = statistics.median(errors)
            worst = statistics.quantiles(errors, n=10)[-1] if len(errors) > 1 else errors[0]
            show_line(
                f"{status}: {len(errors)} estimates, median error {median:.0%}, 90 % within {worst:.0%}"
            )


async def main() -> None:
    """Learn, then compare."""
    with tempfile.TemporaryDirectory() as folder:
        clips = await asyncio.to_thread(make_clips, Path(folder))
        async with serving(Path(folder)) as url, aiohttp.ClientSession(url) as session:
            credentials = {"username": "admin", "password": PASSWORD}
            async with session.post("/api/auth/login", json=credentials) as response:
                token = (await response.json())["access_token"]
            session.headers["Authorization"] = f"Bearer {token}"
            for name in ("first round, nothing known yet", "second round"):
                watcher = await run_round(session, clips)
                show_line(f"\n{name}")
                show(watcher)


if __name__ == "__main__":
    asyncio.run(main())
