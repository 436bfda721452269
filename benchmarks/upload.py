"""How fast files arrive, beside nginx and FastAPI; at what cost; and what others notice of it.

    python -m benchmarks.upload [--size MIB] [--rounds N] [--peers nginx,fastapi] ...

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
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import attrs

from adapters_ffmpeg.find import find_ffmpeg
from benchmarks.processes import memory_peak, processor_seconds, reset_memory_peak
from benchmarks.upload_others import fastapi, nginx
from benchmarks.upload_peers import Peer, vidcore

MIB, GIB = 1 << 20, 1 << 30
WANTED = {
    "vidcore, tus": {"nginx, PUT": 0.65, "FastAPI, UploadFile": 3.0},
    "vidcore, form": {"nginx, PUT": 0.45, "FastAPI, UploadFile": 2.2},
}
HEALTHZ_MAX = 0.060  # seconds, for 99 of 100
GROWTH_MAX = 64 * MIB
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


async def compare(peers: list[Peer], video: Video, rounds: int) -> None:
    """Print the medians of all, and their ratios."""
    times: dict[str, list[float]] = {peer.name: [] for peer in peers}
    costs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for number in range(rounds + 1):
        for peer in peers:
            seconds, spent = await push(peer, video)
            if number:  # the first round fills caches
                times[peer.name].append(seconds)
                costs[peer.name].append(spent)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    sys.stdout.write(f"{'':22}{'MiB/s':>8}{'slowest':>9}{'fastest':>9}{'CPU s/GiB':>11}\n")
    for name, median in medians.items():
        speeds = [
            video.size / MIB / seconds for seconds in (median, max(times[name]), min(times[name]))
        ]
        cost = statistics.median(costs[name]) * GIB / video.size
        sys.stdout.write(f"{name:22}{speeds[0]:8.0f}{speeds[1]:9.0f}{speeds[2]:9.0f}{cost:11.2f}\n")
    for name, peers_wanted in WANTED.items():
        for other, wanted in peers_wanted.items():
            if other in medians:
                ratio = medians[other] / medians[name]
                _say(f"{name} / {other}", f"{ratio:.2f} x", ratio >= wanted, f"{wanted} x")


async def disturb(peer: Peer, video: Video, url: str, rounds: int) -> None:
    """Print how long /healthz takes while the file is sent."""
    taken: list[float] = []
    async with aiohttp.ClientSession(url) as session:
        for _ in range(rounds):
            sending = asyncio.create_task(push(peer, video))
            while not sending.done():
                started = time.perf_counter()
                async with session.get("/healthz") as response:
                    await response.read()
                taken.append(time.perf_counter() - started)
                await asyncio.sleep(EVERY)
            await sending
    high = statistics.quantiles(taken, n=100)[98]
    median = statistics.median(taken)
    found = f"p99 {high * 1e3:.1f} ms (n={len(taken)}, median {median * 1e3:.1f} ms)"
    _say(f"healthz during {peer.name}", found, high < HEALTHZ_MAX, f"< {HEALTHZ_MAX * 1e3:.0f} ms")


async def weigh(peer: Peer, video: Video) -> None:
    """Print by how much the memory of the service grows while the file is sent."""
    reset_memory_peak(peer.pid)
    before = memory_peak(peer.pid)
    await push(peer, video)
    grown = memory_peak(peer.pid) - before
    _say(
        f"memory during {peer.name}, {video.size / GIB:.1f} GiB",
        f"+{grown / MIB:.1f} MiB on {before / MIB:.0f}",
        grown <= GROWTH_MAX,
        f"<= {GROWTH_MAX // MIB} MiB",
    )


def _say(what: str, found: str, is_kept: bool, wanted: str) -> None:  # noqa: FBT001 - a verdict
    verdict = "kept" if is_kept else "MISSED"
    sys.stdout.write(f"{what:46} {found:40} wanted {wanted}: {verdict}\n")


async def measure(options: argparse.Namespace, folder: Path) -> None:
    """Start everybody in the folder, and measure."""
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
                await weigh(peer, large)
        await compare([*others, *own], file, options.rounds)
        for peer in own:
            await disturb(peer, file, url, options.rounds)


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="vidcore-upload-", dir=options.folder) as name:
        asyncio.run(measure(options, Path(name)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=1024, help="MiB of the file (1024)")
    parser.add_argument("--memory-size", type=int, default=5120, help="MiB; 0: leave out (5120)")
    parser.add_argument("--rounds", type=int, default=5, help="of each (5)")
    parser.add_argument("--peers", default="nginx,fastapi", help="beside vidcore (nginx,fastapi)")
    parser.add_argument("--peer-python", default=sys.executable, help="has FastAPI and uvicorn")
    parser.add_argument("--folder", help="on the disk that is to be written (temporary)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
