"""What copying, seeking and the limits around ffmpeg cost or save, side by side in one run.

    python -m benchmarks.processing [--rounds N] [--json FILE]

Makes a noisy clip of 1080p, and a longer one of it. Then, in turns (A B B A), with medians of the times:
the prescribed encode and the copy that a plan makes of the same clip; ffmpeg started barely and by
FfmpegTranscoder, with the same arguments; a thumbnail at 60 s by reading up to it and by seeking. Last,
how much memory this process has while it watches a long transcode.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs

from adapters_ffmpeg.arguments import Encoding, transcode_arguments
from adapters_ffmpeg.find import find_ffmpeg
from adapters_ffmpeg.still_arguments import Shot, thumbnail_arguments
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from benchmarks.processes import memory
from benchmarks.report import Report, parser
from vidcore.media import Mode, plan

SECONDS = 8
PICTURE = f"testsrc2=s=1920x1080:r=25:d={SECONDS},noise=alls=6:allf=t,format=yuv420p"
SOUND = f"sine=f=440:r=48000:d={SECONDS},aformat=channel_layouts=stereo"
CLIP = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-maxrate", "6M", "-bufsize", "6M"),
    *("-g", "50", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"),
)
PRESCRIBED = (
    *("-vf", "scale=-2:1080", "-c:v", "libx264", "-preset", "medium", "-crf", "23"),
    *("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"),
)
MORE_TURNS = 8  # of what is to differ by so little
WRAPPED_MAX = 1.02  # times the bare command
LOOPS = 8  # of the clip, in the longer one; 72 s

Step = Callable[[], Awaitable[object]]


@attrs.define
class Bench:
    """The clips, and ffmpeg."""

    transcoder: FfmpegTranscoder
    folder: Path

    def path(self, name: str) -> Path:
        """Give a path in the folder of this run."""
        return self.folder / name

    def make(self) -> None:
        """Make the clips."""
        graphs = ("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND)
        self.run(*graphs, *CLIP, str(self.path("clip.mp4")))
        loop = ("-stream_loop", str(LOOPS), "-i", str(self.path("clip.mp4")), "-c", "copy")
        self.run(*loop, str(self.path("long.mp4")))

    def run(self, *arguments: str) -> None:
        """Run ffmpeg barely, to its end."""
        subprocess.run(  # noqa: S603 - the ffmpeg that is measured
            (self.transcoder.ffmpeg.path, "-nostdin", "-loglevel", "error", "-y", *arguments),
            stdin=subprocess.DEVNULL,
            check=True,
        )

    async def bare(self, *arguments: str) -> None:
        """Run ffmpeg barely, as a step."""
        await asyncio.to_thread(self.run, *arguments)


async def compare(report: Report, case: str, turns: int, steps: dict[str, Step]) -> float:
    """Do two steps in turns, note their times, and give the first's median by the second's."""
    walls: dict[str, list[float]] = {name: [] for name in steps}
    cpus: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(turns):
        # Who goes first goes last the next time: there was a hundredth or two in it.
        for name, step in list(steps.items())[:: -1 if turn % 2 else 1]:
            began, used = time.perf_counter(), _cpu()
            await step()
            walls[name].append(time.perf_counter() - began)
            cpus[name].append(_cpu() - used)
    report.add(case, "seconds", walls)
    report.add(f"{case}, cost", "processor seconds", cpus)
    one, other = map(statistics.median, walls.values())
    return one / other


def _cpu() -> float:
    """Give the seconds of CPU of this process and of all that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


async def copying(report: Report, bench: Bench, turns: int) -> None:
    """Hold a copy against the prescribed encode."""
    source, target = str(bench.path("clip.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source))
    if made.mode is not Mode.REMUX:
        raise RuntimeError(f"the clip is not copied: {made.reasons}")

    async def copy() -> None:
        await bench.transcoder.transcode(source, target, made, lambda _: None)

    steps: dict[str, Step] = {
        "the prescribed encode": lambda: bench.bare("-i", source, *PRESCRIBED, target),
        "the copy that is planned": copy,
    }
    await compare(report, f"a clip of {SECONDS} seconds", turns, steps)


async def wrapping(report: Report, bench: Bench, turns: int) -> None:
    """Hold ffmpeg under limits and a watchdog against the same command barely."""
    source, target = str(bench.path("clip.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source), copying=False)
    own = bench.transcoder
    encoding = Encoding(preset=own.preset, crf=own.crf, tone_mapping=True)
    arguments = transcode_arguments(source, target, made, encoding)

    async def bare() -> None:
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", own.ffmpeg.path, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.wait()

    steps: dict[str, Step] = {
        "FfmpegTranscoder": lambda: own.transcode(source, target, made, lambda _: None),
        "ffmpeg, equally nice": bare,
    }
    ratio = await compare(report, "an encode", turns + MORE_TURNS, steps)
    report.want("an encode: FfmpegTranscoder / ffmpeg", ratio, WRAPPED_MAX, unit="x")


async def seeking(report: Report, bench: Bench, turns: int) -> None:
    """Hold a thumbnail at 60 s by reading up to it against one by seeking."""
    source, target = str(bench.path("long.mp4")), str(bench.path("out.jpg"))
    info = await bench.transcoder.probe(source)
    stream = info.video[0]
    shot = Shot(at=60.0, skip_dark=True)
    sought = thumbnail_arguments(source, target, stream, "bt709", shot)
    place, opened = sought.index("-ss"), sought.index("-i")
    read = (
        *sought[:place],
        *sought[opened : opened + 2],
        *sought[place : place + 2],
        *sought[opened + 2 :],
    )

    steps: dict[str, Step] = {
        "by reading up to it": lambda: bench.bare(*read),
        "by seeking": lambda: bench.bare(*sought),
    }
    await compare(report, "a thumbnail at 60 seconds", turns, steps)


async def watching(report: Report, bench: Bench) -> None:
    """Note the memory of this process while it watches a long transcode."""
    source, target = str(bench.path("long.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source), copying=False)
    quick = attrs.evolve(bench.transcoder, preset="ultrafast")
    work = asyncio.create_task(quick.transcode(source, target, made, lambda _: None))
    seen = [_resident()]
    while not work.done():
        await asyncio.wait({work}, timeout=0.25)
        seen.append(_resident())
    await work
    report.add("memory while a long transcode is watched", "MiB", {"this process": seen})


def _resident() -> float:
    return memory(os.getpid()) / 2**20


async def measure(rounds: int, folder: Path) -> Report:
    """Make the clips, and measure."""
    report, bench = Report("processing"), Bench(FfmpegTranscoder(find_ffmpeg()), folder)
    bench.make()
    for compared in (copying, wrapping, seeking):
        await compared(report, bench, rounds)
    await watching(report, bench)
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    options = parser(__doc__, rounds=3).parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-processing-", dir=options.folder) as name:
        report = asyncio.run(measure(options.rounds, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
