"""How fast files arrive, beside nginx and FastAPI; at what cost; and what others notice of it.

    python -m benchmarks.upload [--size MIB] [--rounds N] [--peers nginx,fastapi] [--json FILE] ...

All run on this machine and send and write through the same folder, one after the other, round by
round; each round begins with a disk that has nothing left to write. The file is a video, most of it a
box that players pass over. vidcore alone hashes what it gets, brings it safely to disk, and looks into
it before it answers. Last: how long /healthz takes meanwhile, and what memory a larger upload needs.
"""

import argparse
import asyncio
import os
import statistics
import struct
import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import attrs

from adapters_ffmpeg.find import find_ffmpeg
from benchmarks.processes import memory_peak, processor_seconds, reset_memory_peak
from benchmarks.report import Report, parser, peer_python
from benchmarks.upload_others import fastapi, nginx
from benchmarks.upload_peers import Peer, vidcore

MIB, GIB = 1 << 20, 1 << 30
WANTED = {
    "vidcore, tus": {"nginx, PUT": 0.65, "FastAPI, UploadFile": 3.0},
    "vidcore, form": {"nginx, PUT": 0.45, "FastAPI, UploadFile": 2.2},
}
HEALTHZ_MAX = 60.0  # milliseconds, for 99 of 100
GROWTH_MAX = 64.0  # MiB
EVERY = 0.005  # seconds between two requests to /healthz


@attrs.frozen
class Video:
    """A file to send, and its size in bytes."""

    path: Path
    size: int


def make_video(path: Path, size: int, *, sparse: bool) -> Video:
    """Write an MP4: a second of black, and a box that everybody passes over."""
    ffmpeg = find_ffmpeg().path
    black = ("-f", "lavfi", "-i", "color=s=64x64:d=1:r=10", "-c:v", "libx264")
    command = [ffmpeg, "-v", "error", *black, "-f", "mp4", str(path)]
    subprocess.run(command, check=True)  # noqa: S603 - a command of ours
    with path.open("ab") as file:
        rest = size - file.tell()
        file.write(struct.pack(">I4sQ", 1, b"free", rest))
        if sparse:
            file.truncate(size)
        else:
            block = os.urandom(MIB)
            for left in range(rest - 16, 0, -MIB):
                file.write(block[:left])
    return Video(path, size)


async def push(peer: Peer, video: Video) -> tuple[float, float]:
    """Send the file once, and give the seconds and the processor seconds that it took."""
    request = await peer.prepare(video.size)
    await asyncio.to_thread(os.sync)
    before = processor_seconds(peer.pid)
    seconds, answer = await asyncio.to_thread(request.send, video.path)
    spent = processor_seconds(peer.pid) - before
    await peer.tidy(answer)
    return seconds, spent


async def compare(report: Report, peers: list[Peer], video: Video, rounds: int) -> None:
    """Note how fast all are, and at what cost."""
    speeds: dict[str, list[float]] = {peer.name: [] for peer in peers}
    costs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for number in range(rounds + 1):
        for peer in peers:
            seconds, spent = await push(peer, video)
            if number:  # the first round fills caches
                speeds[peer.name].append(video.size / MIB / seconds)
                costs[peer.name].append(spent * GIB / video.size)
    case = f"upload of {video.size / GIB:.3g} GiB"
    report.add(case, "MiB a second", speeds)
    report.add(f"{case}, cost", "processor seconds a GiB", costs)
    for name, others in WANTED.items():
        for other, least in others.items():
            report.want_ratio(case, name, other, least=least)


async def disturb(report: Report, peer: Peer, video: Video, url: str, rounds: int) -> None:
    """Note how long /healthz takes while the file is sent."""
    taken: list[float] = []
    async with aiohttp.ClientSession(url) as session:
        for _ in range(rounds):
            sending = asyncio.create_task(push(peer, video))
            while not sending.done():
                started = time.perf_counter()
                async with session.get("/healthz") as response:
                    await response.read()
                taken.append((time.perf_counter() - started) * 1000)
                await asyncio.sleep(EVERY)
            await sending
    case = f"/healthz during {peer.name}"
    report.add(case, "milliseconds", {f"{len(taken):,} requests": taken})
    high = statistics.quantiles(taken, n=100)[98]
    report.want(f"{case}, 99 of 100", high, HEALTHZ_MAX, unit="ms")


async def weigh(report: Report, peer: Peer, video: Video) -> None:
    """Note by how much the memory of the service grows while the file is sent."""
    reset_memory_peak(peer.pid)
    before = memory_peak(peer.pid)
    await push(peer, video)
    grown = (memory_peak(peer.pid) - before) / MIB
    case = f"more memory during {peer.name} of {video.size / GIB:.3g} GiB"
    report.want(case, grown, GROWTH_MAX, unit="MiB")


async def measure(options: argparse.Namespace, folder: Path) -> Report:
    """Start everybody in the folder, and measure."""
    report = Report("upload")
    wanted = set(filter(None, options.peers.split(",")))
    file = make_video(folder / "file.mp4", options.size * MIB, sparse=False)
    async with AsyncExitStack() as stack:
        url, own = await stack.enter_async_context(vidcore(folder))
        others = []
        if "nginx" in wanted:
            others += stack.enter_context(nginx(folder))
        if "fastapi" in wanted:
            others += stack.enter_context(fastapi(folder, options.peer_python))
        if options.memory_size:  # first, so that an idle service is what it is compared with
            large = make_video(folder / "large.mp4", options.memory_size * MIB, sparse=True)
            for peer in own:
                await weigh(report, peer, large)
        await compare(report, [*others, *own], file, options.rounds)
        for peer in own:
            await disturb(report, peer, file, url, options.rounds)
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    made = parser(__doc__)
    peer_python(made)
    made.add_argument("--size", type=int, default=1024, help="MiB of the file (1024)")
    made.add_argument("--memory-size", type=int, default=5120, help="MiB; 0: leave out (5120)")
    made.add_argument("--peers", default="nginx,fastapi", help="beside vidcore (nginx,fastapi)")
    options = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-upload-", dir=options.folder) as name:
        report = asyncio.run(measure(options, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
