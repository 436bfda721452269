"""Workers of a fleet with real claims: every video once, nobody last, nothing lost at a stop."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import attrs
import pytest

from adapters_db.store import SqlStore
from tests.integration.fleets import NEVER, PATIENCE, Fleet, execute, jobs
from vidcore.lifecycle import Status
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_user, example_video
from vidcore.turns import due_at
from vidcore.users import User
from vidcore.videos import Video

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def fleet(postgres_url: str, make_store: Callable[[str], SqlStore]) -> AsyncIterator[Fleet]:
    fleet = Fleet(postgres_url, make_store(postgres_url))
    await fleet.queue().prepare()
    yield fleet
    execute(postgres_url, "DELETE FROM procrastinate_jobs")


def videos_of(member: User, count: int, first: int) -> list[Video]:
    """Make videos of a minute each, that came one after the other."""
    made: list[Video] = []
    for number in range(first, first + count):
        behind = made[-1].due_at if made else None
        due = due_at(NOW, work=MINUTE, behind=behind)
        made.append(example_video(number, member, due_at=due, source=f"source-{number}"))
    return made


def completed(video: Video) -> bool:
    return video.status is Status.COMPLETED


async def test_four_workers_process_a_hundred_videos_once_each(fleet: Fleet) -> None:
    member = example_user(1)
    await fleet.add(member, videos_of(member, 100, first=100))

    async with fleet.working(4, poll=NEVER):
        done = await fleet.until_all(member, completed)

    assert {video.attempt for video in done} == {1}
    sources = Counter(made.source for made in fleet.transcoder.transcodings)
    assert len(sources) == 100
    assert set(sources.values()) == {1}


async def test_jobs_are_shared_by_workers_that_are_busy(fleet: Fleet) -> None:
    member = example_user(1)
    await fleet.add(member, videos_of(member, 5, first=100))
    fleet.transcoder.gate.clear()

    async with fleet.working(2, concurrency=2, poll=NEVER), asyncio.timeout(PATIENCE):
        while len(fleet.transcoder.transcodings) < 4:
            await asyncio.sleep(0.01)
        fleet.transcoder.gate.set()
        done = await fleet.until_all(member, completed)

    assert [video.attempt for video in done] == [1] * 5


async def test_one_video_of_a_member_does_not_wait_for_another_members_fifty(fleet: Fleet) -> None:
    one, other = example_user(1), example_user(2)
    await fleet.add(one, videos_of(one, 50, first=100))
    await fleet.add(other, videos_of(other, 1, first=500))

    async with fleet.working(poll=NEVER):
        await fleet.until_all(one, completed)
        await fleet.until_all(other, completed)

    order = [made.source for made in fleet.transcoder.transcodings]
    assert len(order) == 51
    assert order.index(fleet.uploads.locate("source-500")) <= 2


async def test_a_worker_that_stops_hands_its_video_back_with_a_job(fleet: Fleet) -> None:
    member = example_user(1)
    (video,) = videos_of(member, 1, first=100)
    await fleet.add(member, [video])
    fleet.transcoder.gate.clear()
    async with fleet.working(), asyncio.timeout(PATIENCE):
        await fleet.transcoder.begun.wait()

    (back,) = await fleet.videos(member)
    assert fleet.transcoder.stopped == 1
    assert (back.status, back.tries) == (Status.PENDING, 0)
    assert ("todo", {"video": str(video.id)}) in jobs(fleet.url)
    fleet.transcoder.gate.set()
    async with fleet.working(poll=NEVER):
        await fleet.until_all(member, completed)


async def test_a_video_whose_worker_was_lost_is_found_without_a_job(fleet: Fleet) -> None:
    member = example_user(1)
    (video,) = videos_of(member, 1, first=100)
    await fleet.add(member, [attrs.evolve(video, source="source-100").claimed(NOW - MINUTE)])
    execute(fleet.url, "DELETE FROM procrastinate_jobs")

    async with fleet.working():
        (done,) = await fleet.until_all(member, completed)

    assert done.attempt == 2


async def test_a_video_that_fails_in_passing_is_scheduled_again(fleet: Fleet) -> None:
    scheduled = "SELECT scheduled_at FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL"
    ((now,),) = execute(fleet.url, "SELECT now()")
    fleet.clock = FixedClock(now)
    member = example_user(1)
    await fleet.add(member, videos_of(member, 1, first=100))
    fleet.transcoder.errors["transcode"] = OSError("the disk is gone for a moment")

    async with fleet.working(poll=NEVER):
        (later,) = await fleet.until_all(
            member, lambda video: video.tries == 1 and video.status is Status.PENDING
        )

    assert later.ready_at > now
    assert execute(fleet.url, scheduled) == [(later.ready_at,)]
