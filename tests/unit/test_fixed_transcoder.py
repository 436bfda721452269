import asyncio

import attrs
import pytest

from vidcore.errors import ServiceUnavailableError, VideoProcessingError
from vidcore.media import Mode, plan, storyboard_of
from vidcore.testing.transcoding import (
    COPYABLE,
    JPEG,
    MEDIA,
    SOURCE,
    FixedTranscoder,
    Transcoding,
)

BOARD = storyboard_of(duration=10.0, width=1280, height=720)


@pytest.fixture
def files() -> dict[str, bytes]:
    return {}


@pytest.fixture
def transcoder(files: dict[str, bytes]) -> FixedTranscoder:
    return FixedTranscoder(write=files.__setitem__)


async def test_it_writes_what_it_was_told_to(
    transcoder: FixedTranscoder, files: dict[str, bytes]
) -> None:
    made = plan(SOURCE)

    await transcoder.transcode("/in", "/out.mp4", made, lambda _: None)
    await transcoder.thumbnail("/out.mp4", "/out.jpg", SOURCE)
    await transcoder.storyboard("/out.mp4", "/tiles.jpg", BOARD)

    assert files == {"/out.mp4": MEDIA, "/out.jpg": JPEG, "/tiles.jpg": JPEG}
    assert transcoder.transcodings == [Transcoding(source="/in", target="/out.mp4", plan=made)]


async def test_it_reports_equal_steps(transcoder: FixedTranscoder) -> None:
    reports: list[float] = []

    await transcoder.transcode("/in", "/out.mp4", plan(SOURCE), reports.append)

    assert reports == [2.5, 5.0, 7.5, 10.0]


async def test_it_decodes_at_once_and_keeps_what(
    transcoder: FixedTranscoder, files: dict[str, bytes]
) -> None:
    reports: list[float] = []

    await transcoder.decode("/out.mp4", [0, 1], reports.append)
    transcoder.source = attrs.evolve(SOURCE, duration=None)
    await transcoder.decode("/out.mp4", [1], reports.append)

    assert transcoder.decodings == [(0, 1), (1,)]
    assert reports == [10.0, 0.0]
    assert files == {}


async def test_of_two_sources_it_finds_that_one_can_be_copied() -> None:
    assert plan(SOURCE).mode is Mode.ENCODE
    assert plan(COPYABLE).mode is Mode.REMUX


async def test_a_silent_source_of_no_length_makes_a_silent_result(
    files: dict[str, bytes],
) -> None:
    silent = attrs.evolve(SOURCE, audio=(), duration=None)
    transcoder = FixedTranscoder(write=files.__setitem__, source=silent)

    await transcoder.transcode("/in", "/out.mp4", plan(silent), lambda _: None)

    output = await transcoder.probe("/out.mp4")
    assert (output.audio, output.duration) == ((), 0.0)


@pytest.mark.parametrize("name", ["transcode", "/in"])
async def test_it_fails_as_it_was_told_by_method_or_by_path(
    transcoder: FixedTranscoder, files: dict[str, bytes], name: str
) -> None:
    transcoder.errors[name] = VideoProcessingError("The file breaks off.")

    with pytest.raises(VideoProcessingError, match="breaks off"):
        await transcoder.transcode("/in", "/out.mp4", plan(SOURCE), lambda _: None)

    assert files == {}


@pytest.mark.parametrize("names", [["decode", "storyboard", "thumbnail"], ["/out.mp4"]])
async def test_all_that_it_does_with_its_results_fails_as_it_was_told(
    transcoder: FixedTranscoder, files: dict[str, bytes], names: list[str]
) -> None:
    transcoder.errors = dict.fromkeys(names, VideoProcessingError("It is damaged."))

    with pytest.raises(VideoProcessingError, match="damaged"):
        await transcoder.decode("/out.mp4", [0], print)
    with pytest.raises(VideoProcessingError, match="damaged"):
        await transcoder.storyboard("/out.mp4", "/tiles.jpg", BOARD)
    with pytest.raises(VideoProcessingError, match="damaged"):
        await transcoder.thumbnail("/out.mp4", "/out.jpg", SOURCE)

    assert (files, transcoder.decodings) == ({}, [])


async def test_its_check_fails_as_it_was_told(transcoder: FixedTranscoder) -> None:
    transcoder.errors["check"] = ServiceUnavailableError("There is no ffmpeg.")

    with pytest.raises(ServiceUnavailableError):
        await transcoder.check()


async def test_a_test_can_act_while_it_works(
    transcoder: FixedTranscoder, files: dict[str, bytes]
) -> None:
    transcoder.gate.clear()
    work = asyncio.create_task(
        transcoder.transcode("/in", "/out.mp4", plan(SOURCE), lambda _: None)
    )
    await transcoder.begun.wait()
    work.cancel()
    await asyncio.wait([work])

    assert (work.cancelled(), transcoder.stopped, files) == (True, 1, {})
