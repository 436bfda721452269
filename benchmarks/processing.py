"""What copying, seeking and the limits around ffmpeg cost or save, side by side in one run.

    python -m benchmarks.processing

Makes a noisy clip of 1080p, and a longer one of it. Then, in turns (A B A B), with medians of the times and of their ratios:
the prescribed encode and the copy that a plan makes of the same clip; ffmpeg started barely and by
FfmpegTranscoder, with the same arguments; a thumbnail at 60 s by reading up to it and by seeking. Last,
how much memory this process has while it watches a long transcode.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs

from adapters_ffmpeg.arguments import Encoding, transcode_arguments
from adapters_ffmpeg.find import find_ffmpeg
from adapters_ffmpeg.still_arguments import Shot, thumbnail_arguments
from adapters_ffmpeg.transcoder import FfmpegTranscoder
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
TURNS = 3  # of what takes many seconds
MANY_TURNS = 7
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


async def compare(turns: int, **steps: Step) -> None:
    """Do two steps in turns, and print the medians of their times, and of the first's by the second's."""
    walls: dict[str, list[float]] = {name: [] for name in steps}
    cpus: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(turns):
        for name, step in steps.items():
            began, used = time.perf_counter(), _cpu()
            await step()
            walls[name].append(time.perf_counter() - began)
            cpus[name].append(_cpu() - used)
    for name in steps:
        sys.stdout.write(
            f"  {name:12} wall {statistics.median(walls[name]):8.3f} s  "
            f"cpu {statistics.median(cpus[name]):8.3f} s\n"
        )
    one, other = steps
    ratio, spent = (
        statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))
        for times in (walls, cpus)
    )
    sys.stdout.write(f"  {one} / {other}, median of turns: wall {ratio:.3f}, cpu {spent:.3f}\n")


def _cpu() -> float:
    """Give the seconds of CPU of this process and of all that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


async def copying(bench: Bench) -> None:
    """Hold a copy against the prescribed encode."""
    source, target = str(bench.path("clip.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source))
    if made.mode is not Mode.REMUX:
        raise RuntimeError(f"the clip is not copied: {made.reasons}")

    async def copy() -> None:
        await bench.transcoder.transcode(source, target, made, lambda _: None)

    sys.stdout.write("the prescribed encode, and the copy that is planned\n")
    await compare(
        TURNS,
        prescribed=lambda: bench.bare("-i", source, *PRESCRIBED, target),
        copied=copy,
    )


async def wrapping(bench: Bench) -> None:
    """Hold ffmpeg under limits and a watchdog against the same command barely."""
    source, target = str(bench.path("clip.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source), copying=False)
    encoding = Encoding(preset="superfast", crf=23, tone_mapping=True)
    arguments = transcode_arguments(source, target, made, encoding)
    quick = attrs.evolve(bench.transcoder, preset=encoding.preset)

    async def bare() -> None:
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", bench.transcoder.ffmpeg.path, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.wait()

    sys.stdout.write("an encode by FfmpegTranscoder, and by the bare command, equally nice\n")
    await compare(
        MANY_TURNS,
        wrapped=lambda: quick.transcode(source, target, made, lambda _: None),
        bare=bare,
    )


async def seeking(bench: Bench) -> None:
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

    sys.stdout.write("a thumbnail at 60 s, by reading up to it and by seeking\n")
    await compare(TURNS, read=lambda: bench.bare(*read), sought=lambda: bench.bare(*sought))


async def watching(bench: Bench) -> None:
    """Print the memory of this process while it watches a long transcode."""
    source, target = str(bench.path("long.mp4")), str(bench.path("out.mp4"))
    made = plan(await bench.transcoder.probe(source), copying=False)
    quick = attrs.evolve(bench.transcoder, preset="ultrafast")
    before = _resident()
    work = asyncio.create_task(quick.transcode(source, target, made, lambda _: None))
    seen = [before]
    while not work.done():
        await asyncio.wait({work}, timeout=0.25)
        seen.append(_resident())
    await work
    sys.stdout.write(
        f"memory of this process: {before / 2**20:.1f} MiB before, at most {max(seen) / 2**20:.1f} MiB "
        f"in {len(seen)} looks, {seen[-1] / 2**20:.1f} MiB at the end\n"
    )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def main() -> None:
    """Make the clips, and measure."""
    with tempfile.TemporaryDirectory(prefix="vidcore-processing-") as name:
        bench = Bench(FfmpegTranscoder(find_ffmpeg()), Path(name))
        bench.make()
        for measure in (copying, wrapping, seeking, watching):
            await measure(bench)


if __name__ == "__main__":
    asyncio.run(main())
