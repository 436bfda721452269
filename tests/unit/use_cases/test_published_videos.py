from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import NotFoundError
from vidcore.sessions import BELIEVED_FOR
from vidcore.testing.examples import (
    MICROSECOND,
    example_completed,
    example_processing,
    example_user,
)
from vidcore.use_cases.watching import CAPACITY, OpenMedia, PublishedVideos
from vidcore.videos import Video

OWNER = example_user(1)
COMPLETED = example_completed(11, OWNER)
PROCESSING = example_processing(12, OWNER)
EARLY = timedelta(seconds=5)


@pytest.fixture
async def open_media(platform: MemoryPlatform) -> OpenMedia:
    await platform.add(OWNER, COMPLETED, PROCESSING)
    return platform.make(OpenMedia)


async def remove(platform: MemoryPlatform, video: Video) -> None:
    async with platform.store.write() as uow:
        await uow.videos.remove(video.id)
        await uow.commit()


async def test_a_completed_video_is_believed_for_a_moment(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    await open_media.for_member(actor=OWNER, video_id=COMPLETED.id)
    await remove(platform, COMPLETED)

    assert await open_media.for_member(actor=OWNER, video_id=COMPLETED.id) == COMPLETED


async def test_a_removed_video_is_gone_after_that_moment(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    await open_media.for_member(actor=OWNER, video_id=COMPLETED.id)
    await remove(platform, COMPLETED)
    platform.clock.advance(BELIEVED_FOR)

    with pytest.raises(NotFoundError):
        await open_media.for_member(actor=OWNER, video_id=COMPLETED.id)


async def test_a_video_under_way_is_looked_at_each_time(
    platform: MemoryPlatform, open_media: OpenMedia
) -> None:
    await open_media.for_member(actor=OWNER, video_id=PROCESSING.id)
    await remove(platform, PROCESSING)

    with pytest.raises(NotFoundError):
        await open_media.for_member(actor=OWNER, video_id=PROCESSING.id)


def test_what_is_no_longer_completed_is_not_remembered() -> None:
    known = PublishedVideos()
    known.remember(COMPLETED, EARLY)
    known.remember(attrs.evolve(PROCESSING, id=COMPLETED.id), EARLY)

    assert known.recall(COMPLETED.id, EARLY) is None


def test_a_moment_is_over_when_it_has_passed() -> None:
    known = PublishedVideos()
    known.remember(COMPLETED, EARLY)

    assert known.recall(COMPLETED.id, EARLY + BELIEVED_FOR - MICROSECOND) == COMPLETED
    assert known.recall(COMPLETED.id, EARLY + BELIEVED_FOR) is None
    assert known.recall(COMPLETED.id, EARLY + BELIEVED_FOR + MICROSECOND) is None


def test_what_is_remembered_is_no_part_of_who_opens_media(
    open_media: OpenMedia,
) -> None:
    other = attrs.evolve(open_media, published=PublishedVideos())

    open_media.published.remember(COMPLETED, EARLY)

    assert open_media == other
    assert repr(open_media) == repr(other)


def test_the_longest_remembered_makes_room() -> None:
    known = PublishedVideos()
    videos = [example_completed(number, OWNER) for number in range(CAPACITY + 1)]
    for video in videos:
        known.remember(video, EARLY)

    found = [known.recall(video.id, EARLY) for video in videos]
    assert found == [None, *videos[1:]]
