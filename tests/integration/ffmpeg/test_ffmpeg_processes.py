"""How runs end that do not go well, with shell scripts in the place of ffmpeg."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.limits import cores
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.media import MediaInfo, Plan, VideoStream, storyboard_of

PLAN = Plan(video_index=0, audio_index=None, width=64, height=64, matrix="bt709", duration=2.0)
BOARD = storyboard_of(duration=2.0, width=64, height=64)
INFO = MediaInfo(
    container="mov",
    duration=2.0,
    video=(VideoStream(index=0, codec="h264", width=64, height=64, pixel_format="yuv420p"),),
    audio=(),
)
DEADLINE = 15.0
SLEEP = 'echo $$ > "$0.pid"; exec sleep 600'
DESCRIPTION = """Input #0, matroska,webm, from 'x':
  Duration: 00:00:02.00, start: 0.000000, bitrate: 9 kb/s
  Stream #0:0: Video: h264 (High), yuv420p, 64x64, 25 fps"""
DESCRIBE_THEN_SLEEP = f"""case "$*" in *skip_frame*) {SLEEP};; esac
cat >&2 <<X
{DESCRIPTION}
X
exit 1"""

MakeFake = Callable[[str], FfmpegTranscoder]


@pytest.fixture
def fake(tmp_path: Path) -> MakeFake:
    """Give a transcoder whose ffmpeg is a script, with short times."""

    def make(script: str) -> FfmpegTranscoder:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return FfmpegTranscoder(
            Ffmpeg(path=str(path), version="0", tone_mapping=True),
            stall=0.3,
            grace=60.0,
            probe_deadline=0.3,
        )

    return make


async def transcode(
    transcoder: FfmpegTranscoder, tmp_path: Path, report: Callable[[float], object] = float
) -> None:
    def tell(seconds: float) -> None:
        report(seconds)

    await transcoder.transcode("/nowhere/in", str(tmp_path / "out"), PLAN, tell)


def lives(tmp_path: Path) -> bool:
    """Say whether the process that wrote its id is there; it may be a zombie of another's."""
    pid = int((tmp_path / "ffmpeg.pid").read_text(encoding="ascii"))
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.02)


def has_begun(tmp_path: Path) -> bool:
    path = tmp_path / "ffmpeg.pid"
    return path.exists() and path.read_bytes().endswith(b"\n")


async def test_a_transcode_that_stands_still_is_killed(fake: MakeFake, tmp_path: Path) -> None:
    with pytest.raises(VideoProcessingError, match="stood still"):
        await transcode(fake(SLEEP), tmp_path)

    assert not lives(tmp_path)


async def test_a_decoding_that_stands_still_is_killed(fake: MakeFake, tmp_path: Path) -> None:
    with pytest.raises(VideoProcessingError, match="stood still"):
        await fake(SLEEP).decode("/nowhere/in", (0,), lambda _: None)

    assert not lives(tmp_path)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ("0", "is damaged, or holds what ffmpeg cannot convert"),
        ("400000", "is damaged after 0.4 s and could not be read to its end"),
        ("31000000", "is damaged after 0:31 and could not be read to its end"),
    ],
)
async def test_what_fails_on_the_way_says_how_far_it_came(
    fake: MakeFake, tmp_path: Path, seconds: str, told: str
) -> None:
    script = f"echo out_time_us={seconds}; echo Invalid data found >&2; exit 183"

    with pytest.raises(VideoProcessingError, match=told) as caught:
        await transcode(fake(script), tmp_path)

    assert caught.value.log == "Invalid data found\n"


async def test_a_decoding_that_tells_of_an_error_has_found_damage(fake: MakeFake) -> None:
    for script in ("echo '[h264 @ 0x5] error while decoding MB 1 2' >&2", "exit 69"):
        with pytest.raises(VideoProcessingError, match="The file is damaged"):
            await fake(script).decode("/nowhere/in", (0,), lambda _: None)
    with pytest.raises(ServiceUnavailableError, match="memory"):
        await fake("echo 'Cannot allocate memory' >&2; exit 1").decode(
            "/nowhere/in", (0,), lambda _: None
        )


async def test_no_more_probes_run_at_once_than_two_a_core(fake: MakeFake, tmp_path: Path) -> None:
    room, number = 2 * cores(), 2 * cores() + 3
    script = (
        f'touch "{tmp_path}/began.$$"; until [ -e "{tmp_path}/go" ]; do sleep 0.05; done; exit 1'
    )
    transcoder = attrs.evolve(fake(script), probe_deadline=60.0)
    probes = [asyncio.create_task(transcoder.probe("/nowhere/in")) for _ in range(number)]

    def begun() -> int:
        return len(list(tmp_path.glob("began.*")))

    await until(lambda: begun() == room)
    _, waiting = await asyncio.wait(probes, timeout=0.5)
    assert (begun(), len(waiting)) == (room, number)
    (tmp_path / "go").touch()
    ended = await asyncio.gather(*probes, return_exceptions=True)

    assert begun() == number
    assert all(isinstance(error, FileFormatNotSupportedError) for error in ended)


async def test_a_transcode_that_only_writes_its_target_goes_on(
    fake: MakeFake, tmp_path: Path
) -> None:
    script = f'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo x >> "{tmp_path}/out"; sleep 0.1; done'

    await transcode(fake(script), tmp_path)

    assert (tmp_path / "out").stat().st_size == 24


async def test_a_transcode_that_is_far_too_slow_is_killed(fake: MakeFake, tmp_path: Path) -> None:
    crawl = 'echo $$ > "$0.pid"; i=1; while :; do echo out_time_us=$i; i=$((i+1)); sleep 0.05; done'
    transcoder = attrs.evolve(fake(crawl), grace=0.2)

    with pytest.raises(VideoProcessingError, match="take too long"):
        await transcode(transcoder, tmp_path)

    assert not lives(tmp_path)


async def test_what_the_report_raises_stops_the_work(fake: MakeFake, tmp_path: Path) -> None:
    def refuse(seconds: float) -> None:
        assert seconds == 1.5
        raise LeaseLostError(3)

    with pytest.raises(LeaseLostError):
        await transcode(fake(f"echo out_time_us=1500000; {SLEEP}"), tmp_path, refuse)

    assert not lives(tmp_path)


async def test_children_of_ffmpeg_end_with_it_however_often_one_cancels(
    fake: MakeFake, tmp_path: Path
) -> None:
    script = "(echo $(exec sh -c 'echo $PPID') > \"$0.pid\"; exec sleep 600) & wait"
    task = asyncio.create_task(transcode(attrs.evolve(fake(script), stall=60.0), tmp_path))
    await until(lambda: has_begun(tmp_path))

    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await until(lambda: not lives(tmp_path))


async def test_a_child_that_outlives_ffmpeg_is_killed_too(fake: MakeFake, tmp_path: Path) -> None:
    script = "(echo $(exec sh -c 'echo $PPID') > \"$0.pid\"; exec sleep 600) & exit 0"

    with pytest.raises(VideoProcessingError, match="stood still"):
        await transcode(fake(script), tmp_path)

    await until(lambda: not lives(tmp_path))


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("kill -KILL $$", ServiceUnavailableError),
        ("kill -TERM $$", ServiceUnavailableError),
        ("echo 'No space left on device' >&2; exit 228", ServiceUnavailableError),
        ("kill -SEGV $$", VideoProcessingError),
        ("echo 'Invalid data found' >&2; exit 183", VideoProcessingError),
        ("exit 69", VideoProcessingError),
    ],
)
async def test_a_failed_transcode_says_whose_fault_it_is(
    fake: MakeFake, tmp_path: Path, script: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await transcode(fake(script), tmp_path)


async def test_a_flood_of_messages_is_read_and_its_end_kept(fake: MakeFake, tmp_path: Path) -> None:
    flood = "head -c 1000000 /dev/zero | tr '\\0' x >&2; head -c 1000000 /dev/zero; echo last >&2; exit 1"

    with pytest.raises(VideoProcessingError) as caught:
        await transcode(attrs.evolve(fake(flood), stall=60.0), tmp_path)

    assert len(caught.value.log) == 65_536
    assert caught.value.log.endswith("xlast\n")


async def test_a_probe_has_a_deadline_and_a_bound(fake: MakeFake) -> None:
    with pytest.raises(FileFormatNotSupportedError, match="too long"):
        await fake(SLEEP).probe("/nowhere/in")
    endless = attrs.evolve(fake("head -c 2000000 /dev/zero >&2"), probe_deadline=60.0)
    with pytest.raises(FileFormatNotSupportedError, match="too much metadata"):
        await endless.probe("/nowhere/in")


async def test_a_probe_that_is_killed_from_outside_is_no_fault_of_the_file(
    fake: MakeFake,
) -> None:
    with pytest.raises(ServiceUnavailableError):
        await fake("kill -KILL $$").probe("/nowhere/in")


async def test_a_thumbnail_has_a_deadline_and_may_fail_for_now(
    fake: MakeFake, tmp_path: Path
) -> None:
    target = str(tmp_path / "out.jpg")

    with pytest.raises(VideoProcessingError, match="takes too long"):
        await fake(SLEEP).thumbnail("/nowhere/in", target, INFO)
    with pytest.raises(VideoProcessingError, match="takes too long"):
        await attrs.evolve(fake(DESCRIBE_THEN_SLEEP), probe_deadline=60.0, stall=-1.7).storyboard(
            "/nowhere/in", target, BOARD
        )
    with pytest.raises(ServiceUnavailableError, match="full"):
        await fake("echo 'No space left on device' >&2; exit 1").thumbnail(
            "/nowhere/in", target, INFO
        )


async def test_a_check_tells_what_cannot_be_run(fake: MakeFake) -> None:
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        await fake(SLEEP).check()
    with pytest.raises(ServiceUnavailableError, match="cannot be run"):
        await fake("exit 1").check()
    gone = attrs.evolve(fake(""), ffmpeg=Ffmpeg(path="/nowhere", version="0", tone_mapping=True))
    with pytest.raises(ServiceUnavailableError, match="cannot be run"):
        await gone.check()


async def test_no_process_at_all_is_unavailable_for_now(fake: MakeFake) -> None:
    with pytest.raises(ServiceUnavailableError, match="cannot be started"):
        await fake("").probe("/" + "x" * 3_000_000)  # more than an argument can hold


@pytest.mark.parametrize(("left", "said"), [("", "is gone"), ('mkdir "$1"', "cannot be read")])
async def test_a_file_that_goes_while_it_is_looked_into_is_no_bad_file(
    fake: MakeFake, tmp_path: Path, left: str, said: str
) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"x")
    described = DESCRIPTION.replace("matroska,webm", "mov,mp4")
    transcoder = fake(f'set -- "{video}"; rm "$1"; {left}\ncat >&2 <<X\n{described}\nX\nexit 1')

    with pytest.raises(ServiceUnavailableError, match=said):
        await attrs.evolve(transcoder, probe_deadline=DEADLINE).probe(str(video))
