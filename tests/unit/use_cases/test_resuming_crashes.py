"""A service that is killed at any step of a resumable upload loses nothing and holds nothing back."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from uuid import UUID

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import Step, stepped
from vidcore.details import VideoDetails
from vidcore.errors import FileFormatNotSupportedError, NotFoundError
from vidcore.testing.examples import example_config, example_user
from vidcore.uploads import RESUMABLE_LIFETIME
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.use_cases.resuming import BeginResumable, CancelUpload, CompleteUpload, ListUploads

MEMBER = example_user(1)
SENT = b"twelve bytes"
MANY = 100  # steps; more than any of these has


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


async def begin(platform: MemoryPlatform, *adapters: object) -> UUID:
    begun = await platform.make(BeginResumable, *adapters)(
        actor=MEMBER,
        filename="a.mp4",
        size_bytes=len(SENT),
        details=VideoDetails(title="Holiday"),
        fingerprint="f-1",
    )
    return begun.upload.id


@pytest.fixture(autouse=True)
async def member(platform: MemoryPlatform) -> None:
    await platform.add(MEMBER, example_config(weekly_upload_limit_bytes=len(SENT)))


async def killed_at_each_step(
    act: Callable[[MemoryPlatform, tuple[object, ...]], Awaitable[object]],
    then: Callable[[MemoryPlatform], Awaitable[None]],
) -> int:
    """Do it until it is done, killed one step later each time; give the number of its steps."""
    for number in range(MANY):
        platform = MemoryPlatform()
        await platform.add(MEMBER, example_config(weekly_upload_limit_bytes=len(SENT)))
        step, _ = dying_at(number)
        try:
            await act(platform, stepped(platform, step))
        except KilledError:
            await then(platform)
            await assert_the_books_are_true(platform)
        else:
            return number
    raise AssertionError("it never came to an end")


async def assert_the_books_are_true(platform: MemoryPlatform) -> None:
    """After a day, nothing is held, and bytes are there for videos alone."""
    used = (await platform.user(MEMBER.id)).weekly_upload_bytes
    videos = platform.remembered().videos.values()
    assert used == sum(video.file_size_bytes for video in videos)
    assert used + await platform.reserved() <= len(SENT)
    platform.clock.advance(RESUMABLE_LIFETIME)
    await platform.make(TidyUp)()
    assert platform.remembered().uploads == {}
    assert platform.bytes_kept() == {video.source: SENT for video in videos}


async def test_a_beginning_that_was_killed_is_found_again() -> None:
    async def then(platform: MemoryPlatform) -> None:
        await begin(platform)
        assert len(platform.remembered().uploads) == 1

    assert await killed_at_each_step(lambda p, adapters: begin(p, *adapters), then) > 2


async def test_a_completion_that_was_killed_is_made_up_for_once() -> None:
    async def act(platform: MemoryPlatform, adapters: tuple[object, ...]) -> None:
        upload_id = await begin(platform)
        await platform.receive(str(upload_id), SENT)
        await platform.make(CompleteUpload, *adapters)(actor=MEMBER, upload_id=upload_id)

    async def then(platform: MemoryPlatform) -> None:
        (upload_id,) = platform.remembered().uploads
        complete = platform.make(CompleteUpload)
        video_id = await complete(actor=MEMBER, upload_id=upload_id)
        assert await complete(actor=MEMBER, upload_id=upload_id) == video_id
        (video,) = platform.remembered().videos.values()
        assert (video.id, video.sha256) == (video_id, sha256(SENT).hexdigest())

    assert await killed_at_each_step(act, then) > 4


async def test_a_refusal_that_was_killed_is_repeated() -> None:
    async def act(platform: MemoryPlatform, adapters: tuple[object, ...]) -> None:
        platform.transcoder.errors["probe"] = FileFormatNotSupportedError("A poem.")
        upload_id = await begin(platform)
        await platform.receive(str(upload_id), SENT)
        with pytest.raises(FileFormatNotSupportedError):
            await platform.make(CompleteUpload, *adapters)(actor=MEMBER, upload_id=upload_id)

    async def then(platform: MemoryPlatform) -> None:
        for upload_id in platform.remembered().uploads:
            with pytest.raises(FileFormatNotSupportedError):
                await platform.make(CompleteUpload)(actor=MEMBER, upload_id=upload_id)
        assert platform.remembered().uploads == {}
        assert await platform.reserved() == 0

    assert await killed_at_each_step(act, then) > 4


async def test_a_cancellation_that_was_killed_is_done_or_can_be_done() -> None:
    async def act(platform: MemoryPlatform, adapters: tuple[object, ...]) -> None:
        upload_id = await begin(platform)
        await platform.receive(str(upload_id), SENT)
        await platform.make(CancelUpload, *adapters)(actor=MEMBER, upload_id=upload_id)

    async def then(platform: MemoryPlatform) -> None:
        for each in await platform.make(ListUploads)(actor=MEMBER):
            await platform.make(CancelUpload)(actor=MEMBER, upload_id=each.upload.id)
            with pytest.raises(NotFoundError):
                await platform.make(CancelUpload)(actor=MEMBER, upload_id=each.upload.id)
        assert await platform.reserved() == 0

    assert await killed_at_each_step(act, then) > 3
