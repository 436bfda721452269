"""What workers note of their attempts, and what is told from it."""

from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.catalogue import VideoQuery
from vidcore.errors import FileFormatNotSupportedError, ServiceUnavailableError
from vidcore.estimates import COSTS_KEPT, Forecast
from vidcore.media import MediaInfo, Mode, plan
from vidcore.paces import Pace, Tally
from vidcore.pages import PageRequest
from vidcore.testing.examples import (
    NOW,
    example_completed,
    example_config,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.storage import InMemoryMedia
from vidcore.testing.transcoding import COPYABLE, SOURCE, FixedTranscoder
from vidcore.turns import planned_work
from vidcore.use_cases.claiming import ClaimVideo, EndAttempt
from vidcore.use_cases.estimating import EstimateRemaining
from vidcore.use_cases.library import ListVideos, ShowVideo
from vidcore.use_cases.operating import ShowOperations
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

OWNER = example_user(1)
TOOK = timedelta(seconds=7)


class SlowTranscoder(FixedTranscoder):
    """Takes TOOK for each thumbnail."""

    def __init__(self, platform: MemoryPlatform) -> None:
        super().__init__(write=platform.media.put, source=platform.transcoder.source)
        self.errors = platform.transcoder.errors
        self._clock = platform.clock

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        self._clock.advance(TOOK)
        await super().thumbnail(source, target, info)


@pytest.fixture
async def claimed(platform: MemoryPlatform) -> Video:
    await platform.add(OWNER, example_video(11, OWNER))
    await platform.receive("source-11", b"sent")
    platform.clock.advance(timedelta(hours=2))  # busy is not how late it is
    claim = await platform.make(ClaimVideo)()
    assert claim is not None
    return claim


async def tallies(platform: MemoryPlatform) -> dict[Mode | None, Tally]:
    async with platform.store.read() as work:
        return {tally.mode: tally for tally in await work.tallies.listing()}


async def process(platform: MemoryPlatform, claim: Video) -> None:
    await platform.make(ProcessVideo, SlowTranscoder(platform))(claim, lambda _: None)


async def test_a_completed_attempt_is_counted_with_the_time_it_took(
    platform: MemoryPlatform, claimed: Video
) -> None:
    await process(platform, claimed)

    pace = Pace().noted(work=planned_work(plan(SOURCE)), seconds=7)
    seen = await tallies(platform)
    assert seen == {
        Mode.ENCODE: Tally(
            mode=Mode.ENCODE, completed=1, media_seconds=10.0, busy_seconds=7.0, pace=pace
        )
    }


async def test_what_was_encoded_after_all_tells_no_pace(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.source = COPYABLE
    platform.transcoder.errors["decode"] = FileFormatNotSupportedError("damaged")

    await process(platform, claimed)

    (tally,) = (await tallies(platform)).values()
    assert (tally.mode, tally.completed, tally.pace) == (Mode.ENCODE, 1, Pace())


async def test_attempts_that_fail_are_counted_by_whether_they_are_repeated(
    platform: MemoryPlatform, claimed: Video
) -> None:
    end = platform.make(EndAttempt)

    await end.failed(claimed, ServiceUnavailableError("the disk is away"))
    platform.clock.advance(timedelta(hours=1))
    again = await platform.make(ClaimVideo)()
    assert again is not None
    await platform.save(attrs.evolve(again, plan=plan(SOURCE)))
    await end.failed(again, FileFormatNotSupportedError("no video"))

    assert await tallies(platform) == {
        None: Tally(mode=None, stumbled=1),
        Mode.ENCODE: Tally(mode=Mode.ENCODE, failed=1),
    }


async def test_what_is_done_has_no_forecast_and_costs_no_look(platform: MemoryPlatform) -> None:
    video = example_completed(5, OWNER)
    await platform.add(OWNER, video)

    shown = await platform.make(ShowVideo)(actor=OWNER, video_id=video.id)

    assert shown.forecast is None


async def test_costs_are_read_anew_after_a_while(platform: MemoryPlatform) -> None:
    video = example_video(5, OWNER, plan=plan(SOURCE))
    await platform.add(OWNER, video)
    show = platform.make(ShowVideo)
    list_videos = attrs.evolve(platform.make(ListVideos), estimate=show.estimate)
    before = await show(actor=OWNER, video_id=video.id)
    async with platform.store.write() as work:
        pace = Pace().noted(work=planned_work(video.plan), seconds=9)
        await work.tallies.save(Tally(mode=Mode.ENCODE, pace=pace))
        await work.commit()

    soon = await show(actor=OWNER, video_id=video.id)
    platform.clock.advance(COSTS_KEPT)
    page = await list_videos(actor=OWNER, query=VideoQuery(), request=PageRequest())

    assert before.forecast == soon.forecast == Forecast(position=1)
    (later,) = page.items
    assert later.forecast == Forecast(position=1, remaining=timedelta(seconds=9))


def test_what_is_remembered_is_no_part_of_who_remembers(platform: MemoryPlatform) -> None:
    one, other = platform.make(EstimateRemaining), platform.make(EstimateRemaining)

    one.costs.keep([Tally(mode=None, pace=Pace().noted(work=TOOK, seconds=7))], TOOK)

    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


class TwoDisks(InMemoryMedia):
    """Has more room under /srv than where videos go by default."""

    async def free_bytes(self, root: str | None) -> int:
        return {None: 10, "/srv/videos": 20}[root]


async def test_the_room_that_is_shown_is_where_the_config_puts_videos(
    platform: MemoryPlatform,
) -> None:
    show = platform.make(ShowOperations, TwoDisks())

    before = await show()
    await platform.add(example_config(video_storage_path="/srv/videos"))

    assert (before.free_for_videos_bytes, (await show()).free_for_videos_bytes) == (10, 20)


async def test_operations_show_the_age_of_what_waits_and_the_disks(
    platform: MemoryPlatform,
) -> None:
    show = platform.make(ShowOperations)
    empty = await show()
    await platform.add(OWNER, example_video(5, OWNER), example_upload(6, OWNER))
    await platform.receive("upload", b"12345")
    platform.clock.advance(timedelta(minutes=3))

    seen = await show()

    assert (empty.now, empty.oldest_waiting) == (NOW, timedelta())
    assert seen.oldest_waiting == timedelta(minutes=3)
    assert (seen.backlog.waiting, seen.backlog.uploads, seen.temporary_bytes) == (1, 1, 5)
    assert seen.free_for_uploads_bytes == platform.uploads.capacity - 5
    assert seen.free_for_videos_bytes > 0


async def test_a_clock_that_was_put_back_makes_nobody_wait_less_than_not_at_all(
    platform: MemoryPlatform,
) -> None:
    await platform.add(OWNER, example_video(5, OWNER))
    platform.clock.advance(-timedelta(minutes=3))

    assert (await platform.make(ShowOperations)()).oldest_waiting == timedelta()
