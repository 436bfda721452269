import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import attrs
import pytest

from adapters_ffmpeg.arguments import Encoding, probe_arguments, transcode_arguments
from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.subprocesses import Limits, run
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from adapters_ffmpeg.watchdog import Watchdog
from tests.integration.ffmpeg.publishing import ignore
from tests.integration.ffmpeg.references import alias, referring, url
from tests.integration.samples import CONCAT, DASH, PLAYLIST, Samples
from vidcore.errors import FileFormatNotSupportedError, VideoProcessingError
from vidcore.media import Mode, Plan, plan

DEADLINE = 15.0  # seconds for what takes milliseconds on an idle machine
ENCODING = Plan(video_index=0, audio_index=1, width=64, height=64, matrix="bt709", duration=1.0)
PLANS = tuple(
    attrs.evolve(ENCODING, copy_video=video, copy_audio=audio)
    for video in (False, True)
    for audio in (False, True)
)


def processes_with(text: str) -> list[int]:
    """Give the processes, this one apart, that have `text` in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            if text.encode() in line:
                found.append(int(entry.name))
    return found


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.mark.parametrize("text", [PLAYLIST, CONCAT, DASH])
@pytest.mark.parametrize("target", ["http", "file", "relative"])
async def test_playlists_open_no_other_file_and_no_connection(
    transcoder: FfmpegTranscoder, tmp_path: Path, listener: socket.socket, text: str, target: str
) -> None:
    trap = tmp_path / "trap.mp4"
    os.mkfifo(trap)  # who opens it waits for ever
    targets = {
        "http": f"http://127.0.0.1:{listener.getsockname()[1]}/private.mp4",
        "file": f"file://{trap}",
        "relative": trap.name,
    }
    upload = tmp_path / "upload.mp4"
    upload.write_text(text.format(target=targets[target]), encoding="utf-8")

    with pytest.raises(FileFormatNotSupportedError, match="is no MP4") as caught:
        await transcoder.probe(str(upload))
    for made in PLANS:
        with pytest.raises(VideoProcessingError):
            await transcoder.transcode(str(upload), str(tmp_path / "out.mp4"), made, ignore)
    with pytest.raises(VideoProcessingError):
        await transcoder.decode(str(upload), (0, 1), ignore)

    assert str(upload) not in str(caught.value)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("refer", [alias, url])
@pytest.mark.parametrize("target", ["absolute", "relative", "file", "http"])
async def test_an_mp4_that_refers_to_another_file_does_not_open_it(  # noqa: PLR0913, PLR0917 - fixtures
    transcoder: FfmpegTranscoder,
    samples: Samples,
    tmp_path: Path,
    listener: socket.socket,
    refer: Callable[[str], bytes],
    target: str,
) -> None:
    trap = tmp_path / "trap.mp4"
    os.mkfifo(trap)  # who opens it waits for ever
    targets = {
        "absolute": str(trap),
        "relative": trap.name,
        "file": f"file://{trap}",
        "http": f"http://127.0.0.1:{listener.getsockname()[1]}/private.mp4",
    }
    upload, output = tmp_path / "upload.mp4", tmp_path / "out.mp4"
    upload.write_bytes(referring(samples("small.mp4").read_bytes(), refer(targets[target])))
    said = subprocess.run(
        (transcoder.ffmpeg.path, *probe_arguments(str(upload))),
        capture_output=True,
        check=False,
        timeout=DEADLINE,
    )
    assert (b"Skipped opening external track" in said.stderr) is (refer is alias)

    await transcoder.probe(str(upload))
    for made in PLANS:
        with suppress(VideoProcessingError):  # of an alias ffmpeg reads nothing at all
            await transcoder.transcode(str(upload), str(output), made, ignore)
    with suppress(VideoProcessingError):
        await transcoder.decode(str(upload), (0, 1), ignore)

    with pytest.raises(BlockingIOError):
        listener.accept()


async def test_a_copy_is_stopped_at_the_size_that_it_may_have(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path
) -> None:
    source = samples.long()
    made = plan(await transcoder.probe(str(source)))
    encoding = Encoding(preset="superfast", crf=23, tone_mapping=False)
    arguments = transcode_arguments(str(source), str(output), made, encoding)

    finished = await run(
        (transcoder.ffmpeg.path, *arguments),
        limits=Limits(memory=2**33, cpu=60, file_size=100_000),
        watchdog=Watchdog(began=asyncio.get_running_loop().time(), stall=DEADLINE),
    )

    assert made.mode is Mode.REMUX
    assert finished.returncode == -signal.SIGXFSZ
    assert output.stat().st_size <= 100_000


async def test_a_cancelled_transcode_has_ended_within_two_seconds(
    ffmpeg: Ffmpeg, samples: Samples, output: Path
) -> None:
    transcoder = FfmpegTranscoder(ffmpeg, preset="placebo")
    source = samples.long()
    made = plan(await transcoder.probe(str(source)), copying=False)
    task = asyncio.create_task(transcoder.transcode(str(source), str(output), made, ignore))
    await until(lambda: output.exists() and processes_with(str(output)))

    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - began < 2
    assert processes_with(str(output)) == []


async def test_ffmpeg_ends_with_a_worker_that_is_killed(
    ffmpeg: Ffmpeg, samples: Samples, output: Path
) -> None:
    source = samples.long()
    script = f"""
import asyncio
from adapters_ffmpeg.find import find_ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from vidcore.media import plan

async def work():
    transcoder = FfmpegTranscoder(find_ffmpeg({ffmpeg.path!r}), preset="placebo")
    made = plan(await transcoder.probe({str(source)!r}), copying=False)
    await transcoder.transcode({str(source)!r}, {str(output)!r}, made, print)

asyncio.run(work())
"""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.DEVNULL
    )

    def ffmpegs() -> list[int]:
        return [pid for pid in processes_with(f"file:{output}") if pid != worker.pid]

    await until(lambda: output.exists() and ffmpegs())

    worker.kill()
    await worker.wait()

    await until(lambda: not ffmpegs())
