"""A worker that is killed at any step leaves what the next one needs to complete the video."""

from datetime import timedelta

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from tests.unit.use_cases.stepping import Step, stepped
from vidcore.checkup import ORPHAN_GRACE
from vidcore.lifecycle import LEASE, Status
from vidcore.testing.examples import example_user, example_video
from vidcore.testing.transcoding import COPYABLE
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

OWNER = example_user(1)
VIDEO = example_video(11, OWNER)
STEPS = 24  # of `ProcessVideo`, before and after each call of a neighbour


class KilledError(BaseException):
    """The process is gone; it cleans nothing up."""


def dying_at(number: int) -> tuple[Step, list[str]]:
    """Make a step that raises from the step `number` on, and the list of steps that were begun."""
    steps: list[str] = []

    async def step(name: str) -> None:
        steps.append(name)
        if len(steps) > number:
            raise KilledError

    return step, steps


async def claim(platform: MemoryPlatform) -> Video | None:
    return await platform.make(ClaimVideo)()


def ignore(_: float) -> None:
    return


async def process(platform: MemoryPlatform, *adapters: object) -> None:
    claimed = await claim(platform)
    assert claimed is not None
    await platform.make(ProcessVideo, *adapters)(claimed, ignore)


@pytest.fixture(autouse=True)
async def video(platform: MemoryPlatform) -> None:
    await platform.add(OWNER, VIDEO)
    await platform.receive("source-11", b"sent")
    platform.transcoder.source = COPYABLE


async def test_there_are_as_many_steps_as_these_tests_believe(platform: MemoryPlatform) -> None:
    step, steps = dying_at(1_000)

    await process(platform, *stepped(platform, step))

    assert len(steps) == STEPS


@pytest.mark.parametrize("number", range(STEPS))
async def test_the_next_worker_completes_what_a_killed_one_left(
    platform: MemoryPlatform, number: int
) -> None:
    step, _ = dying_at(number)
    with pytest.raises(KilledError):
        await process(platform, *stepped(platform, step))
    crashed = await platform.video(VIDEO.id)
    if crashed.status is Status.COMPLETED:
        assert platform.media.files == files_of(crashed)
    else:
        assert platform.uploads.content("source-11") == b"sent"

    platform.clock.advance(LEASE)
    if crashed.status is not Status.COMPLETED:
        await process(platform)
    platform.clock.advance(ORPHAN_GRACE + timedelta(seconds=1))
    await platform.make(TidyUp)()

    completed = await platform.video(VIDEO.id)
    assert completed.status is Status.COMPLETED
    assert platform.bytes_kept() == files_of(completed)
    assert len(files_of(completed)) == 3
    assert await claim(platform) is None


@pytest.mark.parametrize("number", range(STEPS))
async def test_whoever_dies_three_times_at_one_step_fails_and_keeps_the_source(
    platform: MemoryPlatform, number: int
) -> None:
    for _ in range(3):
        claimed = await claim(platform)
        if claimed is None:
            break
        step, _ = dying_at(number)
        with pytest.raises(KilledError):
            await platform.make(ProcessVideo, *stepped(platform, step))(claimed, ignore)
        platform.clock.advance(LEASE)

    assert await claim(platform) is None
    video = await platform.video(VIDEO.id)
    if video.status is not Status.COMPLETED:
        assert (video.status, video.tries) == (Status.FAILED, 3)
        assert platform.uploads.content("source-11") == b"sent"
