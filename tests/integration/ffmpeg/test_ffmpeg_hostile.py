import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.samples import CONCAT, DASH, PLAYLIST, Samples
from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import check_source, plan

DEADLINE = 15.0  # seconds for what takes milliseconds on an idle machine


def ignore(_seconds: float) -> None:
    pass


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


@pytest.mark.parametrize("name", ["stream.ts", "picture.png", "picture.jpg", "moving.gif"])
async def test_another_kind_of_file_under_the_name_of_an_mp4_is_refused(
    transcoder: FfmpegTranscoder, samples: Samples, name: str
) -> None:
    with pytest.raises(FileFormatNotSupportedError, match="is no MP4, MOV, AVI, MKV or WEBM"):
        await transcoder.probe(str(samples.renamed(name)))


@pytest.mark.parametrize("data", [b"", b"hello, not a video\n" * 50, b"\0" * 5000])
async def test_what_is_no_media_file_is_refused(
    transcoder: FfmpegTranscoder, samples: Samples, data: bytes
) -> None:
    path = samples.written("nothing.mp4", data)

    with pytest.raises(FileFormatNotSupportedError, match="is no MP4") as caught:
        await transcoder.probe(str(path))

    assert str(path) not in str(caught.value)


async def test_garbage_and_clips_without_an_index_are_refused(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    with pytest.raises(FileFormatNotSupportedError):
        await transcoder.probe(str(samples.garbage()))
    with pytest.raises(FileFormatNotSupportedError, match="incomplete: its index is missing"):
        await transcoder.probe(str(samples.cut("index_last.mp4", 0.6)))


async def test_files_without_a_picture_or_with_too_large_ones_are_refused(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    for name in ("only_sound.mp4", "far_too_large.mkv"):
        info = await transcoder.probe(str(samples(name)))
        with pytest.raises(FileFormatNotSupportedError):
            check_source(info)


async def test_a_file_that_describes_itself_as_another_is_refused(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    with pytest.raises(FileFormatNotSupportedError, match="not described clearly"):
        await transcoder.probe(str(samples("spoken.mkv")))


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

    with pytest.raises(FileFormatNotSupportedError, match="is no MP4"):
        await transcoder.probe(str(upload))

    with pytest.raises(BlockingIOError):
        listener.accept()


async def test_a_cancelled_transcode_has_ended_within_two_seconds(
    ffmpeg: Ffmpeg, samples: Samples, output: Path
) -> None:
    transcoder = FfmpegTranscoder(ffmpeg, preset="placebo")
    source = samples.long()
    made = plan(await transcoder.probe(str(source)))
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
    made = plan(await transcoder.probe({str(source)!r}))
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
