import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.lifecycle import BACK_OFF, LEASE, TRIES_MAX, Status
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_completed,
    example_config,
    example_processing,
    example_user,
    example_video,
)
from vidcore.testing.storage import InMemoryMedia
from vidcore.use_cases.claiming import (
    ClaimVideo,
    EndAttempt,
    HandBack,
    RecoverOwn,
    ReportProgress,
    RescueLost,
)
from vidcore.use_cases.library import DeleteVideo, RetryVideo
from vidcore.videos import Video

OWNER = example_user(1)
VIDEO = example_video(11, OWNER)
FULL = ServiceUnavailableError("The disk is full.")


@pytest.fixture(autouse=True)
async def owner(platform: MemoryPlatform) -> None:
    await platform.add(OWNER)


async def claim(platform: MemoryPlatform) -> Video:
    video = await platform.make(ClaimVideo)()
    assert video is not None
    return video


async def test_where_nothing_waits_nothing_is_claimed(platform: MemoryPlatform) -> None:
    await platform.add(
        example_processing(1, OWNER), example_video(2, OWNER, ready_at=NOW + MICROSECOND)
    )

    assert await platform.make(ClaimVideo)() is None


async def test_the_video_that_waits_longest_is_claimed_with_a_fresh_lease(
    platform: MemoryPlatform,
) -> None:
    older = example_video(12, OWNER, ready_at=NOW - MICROSECOND)
    await platform.add(VIDEO, older)

    claimed = await claim(platform)

    assert claimed == await platform.video(older.id)
    assert (claimed.status, claimed.attempt, claimed.tries) == (Status.PROCESSING, 1, 1)
    assert claimed.lease_until == NOW + LEASE
    assert (await claim(platform)).id == VIDEO.id


async def test_workers_at_once_never_get_the_same_video(platform: MemoryPlatform) -> None:
    await platform.add(*(example_video(number, OWNER) for number in range(11, 15)))
    claims = platform.make(ClaimVideo, SteppedStore(platform.store, giving_way([2, 0, 1])))

    got = await asyncio.gather(*(claims() for _ in range(6)))

    assert len({video.id for video in got if video is not None}) == 4
    assert got.count(None) == 2


async def test_a_video_whose_worker_was_lost_is_claimed_when_the_lease_ends(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_processing(11, OWNER, progress=0.5))

    platform.clock.set(NOW + LEASE - MICROSECOND)
    assert await platform.make(ClaimVideo)() is None
    platform.clock.set(NOW + LEASE)
    claimed = await claim(platform)

    assert (claimed.attempt, claimed.tries, claimed.progress) == (2, 2, 0.0)


async def test_a_video_whose_workers_are_all_lost_fails_and_the_next_is_claimed(
    platform: MemoryPlatform,
) -> None:
    await platform.add(
        example_config(),
        example_processing(11, OWNER, tries=TRIES_MAX, attempt=5),
        example_video(12, OWNER, ready_at=NOW + LEASE),
    )
    platform.media.put((await platform.media.draft(VIDEO.id, 5, None)).media, b"half")
    platform.clock.set(NOW + LEASE)

    assert (await claim(platform)).id == example_video(12, OWNER).id

    failed = await platform.video(VIDEO.id)
    assert (failed.status, failed.lease_until) == (Status.FAILED, None)
    assert failed.error_message == "The last of three tries to process it was broken off."
    assert platform.media.files == {}
    assert await platform.make(ClaimVideo)() is None


async def test_a_heartbeat_renews_the_lease_and_progress_never_falls(
    platform: MemoryPlatform,
) -> None:
    await platform.add(VIDEO)
    claimed = await claim(platform)
    report = platform.make(ReportProgress)

    for second, told, noted in ((1, 0.4, 0.4), (2, 0.2, 0.4), (3, 7.0, 1.0)):
        platform.clock.set(NOW + timedelta(seconds=second))
        await report(claimed, told)

        video = await platform.video(VIDEO.id)
        assert (video.progress, video.lease_until) == (noted, platform.clock.now() + LEASE)


async def test_a_worker_that_comes_back_late_changes_nothing(platform: MemoryPlatform) -> None:
    await platform.add(VIDEO)
    late = await claim(platform)
    platform.clock.advance(LEASE)
    await claim(platform)
    end = platform.make(EndAttempt)

    with platform.refuses(LeaseLostError) as refused:
        await platform.make(ReportProgress)(late, 0.5)
    with platform.refuses(LeaseLostError):
        await platform.make(ReportProgress).check(late)
    with platform.refuses(LeaseLostError):
        await end.failed(late, FULL)
    with platform.refuses(LeaseLostError):
        await platform.make(HandBack)(late)

    assert refused.value.attempt == 1


async def test_a_late_worker_keeps_a_video_that_nobody_took_meanwhile(
    platform: MemoryPlatform,
) -> None:
    await platform.add(VIDEO)
    late = await claim(platform)
    platform.clock.advance(2 * LEASE)

    await platform.make(ReportProgress)(late, 0.5)

    assert await platform.make(ClaimVideo)() is None


async def test_the_worker_of_a_deleted_video_learns_it(platform: MemoryPlatform) -> None:
    await platform.add(VIDEO)
    claimed = await claim(platform)
    await platform.make(DeleteVideo)(actor=OWNER, video_id=VIDEO.id)

    with platform.refuses(LeaseLostError):
        await platform.make(ReportProgress)(claimed, 0.5)
    with platform.refuses(LeaseLostError):
        await platform.make(EndAttempt).failed(claimed, FULL)
    with platform.refuses(LeaseLostError):
        await platform.make(HandBack)(claimed)


@pytest.mark.parametrize(
    ("error", "log"),
    [
        (VideoProcessingError("It breaks off.", "moov atom not found"), "moov atom not found"),
        (FileFormatNotSupportedError("It breaks off."), ""),
    ],
)
async def test_the_sources_fault_is_final_and_told(
    platform: MemoryPlatform, error: Exception, log: str
) -> None:
    await platform.add(VIDEO)

    status = await platform.make(EndAttempt).failed(await claim(platform), error)

    failed = await platform.video(VIDEO.id)
    assert status is failed.status is Status.FAILED
    assert (failed.error_message, failed.error_log) == ("It breaks off.", log)
    assert failed.source == VIDEO.source


async def test_a_passing_fault_is_tried_three_times_and_waits_twice_as_long_each_time(
    platform: MemoryPlatform,
) -> None:
    await platform.add(VIDEO)
    end = platform.make(EndAttempt)

    for wait in (BACK_OFF, 2 * BACK_OFF):
        claimed = await claim(platform)
        assert await end.failed(claimed, FULL) is Status.PENDING
        waiting = await platform.video(VIDEO.id)
        assert waiting.ready_at == platform.clock.now() + wait
        assert (waiting.error_message, waiting.error_log) == (
            None,
            "ServiceUnavailableError: The disk is full.",
        )
        platform.clock.advance(wait - MICROSECOND)
        assert await platform.make(ClaimVideo)() is None
        platform.clock.advance(MICROSECOND)
    assert await end.failed(await claim(platform), OSError("lost")) is Status.FAILED

    failed = await platform.video(VIDEO.id)
    assert (failed.tries, failed.attempt) == (3, 3)
    assert failed.error_message is not None
    assert "lost" not in failed.error_message
    assert failed.error_log == "OSError: lost"


async def test_a_retry_gives_all_tries_again_and_the_attempts_count_on(
    platform: MemoryPlatform,
) -> None:
    await platform.add(attrs.evolve(VIDEO, tries=TRIES_MAX - 1, attempt=8))
    await platform.make(EndAttempt).failed(await claim(platform), FULL)

    await platform.make(RetryVideo)(actor=OWNER, video_id=VIDEO.id)

    claimed = await claim(platform)
    assert (claimed.tries, claimed.attempt, claimed.error_log) == (1, 10, None)


async def test_handing_back_counts_as_no_try_and_waits_for_nothing(
    platform: MemoryPlatform,
) -> None:
    await platform.add(VIDEO)

    for attempt in range(1, 6):
        claimed = await claim(platform)
        assert (claimed.attempt, claimed.tries) == (attempt, 1)
        await platform.make(HandBack)(claimed)

    back = await platform.video(VIDEO.id)
    assert (back.status, back.tries, back.lease_until) == (Status.PENDING, 0, None)


async def test_what_a_dead_worker_held_waits_again_at_once_or_has_failed(
    platform: MemoryPlatform,
) -> None:
    await platform.add(
        example_config(),
        example_processing(1, OWNER, holder="dead"),
        example_processing(2, OWNER, holder="dead", tries=TRIES_MAX),
        example_processing(3, OWNER, holder="alive"),
    )

    recovered = await platform.make(RecoverOwn)("dead")

    videos = platform.remembered().videos
    assert recovered == 2
    assert {v.holder: v.status for v in videos.values() if v.holder} == {"alive": Status.PROCESSING}
    assert [v.status for v in videos.values()].count(Status.PENDING) == 1
    assert [v.status for v in videos.values()].count(Status.FAILED) == 1
    assert platform.queue.enlisted == [example_video(1, OWNER).id]


def rescue(platform: MemoryPlatform, pause: Callable[[], Awaitable[None]]) -> RescueLost:
    return RescueLost(
        store=platform.store,
        media=platform.media,
        queue=platform.queue,
        clock=platform.clock,
        pause=pause,
    )


async def no_pause() -> None:
    return


async def test_what_lost_workers_held_is_rescued_also_where_nobody_claims(
    platform: MemoryPlatform,
) -> None:
    await platform.add(
        example_config(),
        example_processing(1, OWNER),
        example_processing(2, OWNER, tries=TRIES_MAX),
        example_processing(3, OWNER, lease_until=NOW + LEASE + MICROSECOND),
    )
    last = example_processing(2, OWNER)
    platform.media.put((await platform.media.draft(last.id, last.attempt, None)).media, b"half")
    rescue_lost = rescue(platform, no_pause)
    assert await rescue_lost() == 0
    platform.clock.set(NOW + LEASE)

    assert await rescue_lost() == 2

    statuses = [video.status for video in platform.remembered().videos.values()]
    assert sorted(statuses) == [Status.FAILED, Status.PENDING, Status.PROCESSING]
    assert platform.queue.enlisted == [example_video(1, OWNER).id]
    assert platform.media.files == {}


async def test_a_worker_that_renews_meanwhile_keeps_its_video(platform: MemoryPlatform) -> None:
    await platform.add(VIDEO)
    claimed = await claim(platform)
    platform.clock.set(NOW + LEASE)

    async def renew() -> None:
        await platform.make(ReportProgress)(claimed, 0.5)

    assert await rescue(platform, renew)() == 0
    assert (await platform.video(VIDEO.id)).status is Status.PROCESSING


async def test_of_two_that_rescue_at_once_one_does(platform: MemoryPlatform) -> None:
    await platform.add(example_config(), example_processing(1, OWNER, lease_until=NOW))

    async def pause() -> None:
        await asyncio.sleep(0)

    counts = await asyncio.gather(rescue(platform, pause)(), rescue(platform, pause)())

    assert sorted(counts) == [0, 1]
    assert len(platform.queue.enlisted) == 1


async def test_the_last_try_that_fails_leaves_no_files(platform: MemoryPlatform) -> None:
    await platform.add(example_config(), attrs.evolve(VIDEO, tries=TRIES_MAX - 1))
    claimed = await claim(platform)
    draft = await platform.media.draft(VIDEO.id, claimed.attempt, None)
    for path in (draft.media, draft.thumbnail):
        platform.media.put(path, b"made")
    await platform.media.publish(draft)

    assert await platform.make(EndAttempt).failed(claimed, FULL) is Status.FAILED

    assert platform.media.files == {}


async def test_a_failure_stands_also_where_its_files_cannot_be_cleared(
    platform: MemoryPlatform,
) -> None:
    class Away(InMemoryMedia):
        async def clear(self, *_: object) -> None:
            raise FULL

    await platform.add(
        example_config(), example_processing(1, OWNER, holder="dead", tries=TRIES_MAX)
    )

    assert await platform.make(RecoverOwn, Away())("dead") == 1

    (video,) = platform.remembered().videos.values()
    assert video.status is Status.FAILED


async def test_who_completed_a_video_has_not_lost_it_but_others_have(
    platform: MemoryPlatform,
) -> None:
    completed = example_completed(1, OWNER, attempt=2)
    await platform.add(completed)
    report = platform.make(ReportProgress)

    await report(completed, 0.5)
    await report.check(completed)

    assert await platform.video(completed.id) == completed
    for late in (attrs.evolve(completed, attempt=1), VIDEO):
        with pytest.raises(LeaseLostError):
            await report(late, 0.5)
        with pytest.raises(LeaseLostError):
            await report.check(late)
