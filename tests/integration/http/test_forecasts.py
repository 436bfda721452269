"""What is told of videos under way: their turn, and when they will be done."""

from datetime import timedelta

import attrs
import pytest

from adapters_http.handlers import events
from tests.integration.http.api import Api, Member
from tests.integration.http.test_events import follow, next_event, save
from vidcore.lifecycle import Status
from vidcore.media import Mode, plan
from vidcore.paces import Pace, Tally
from vidcore.testing.transcoding import SOURCE
from vidcore.videos import Video

PLAN = attrs.evolve(plan(SOURCE), width=1920, height=1080, duration=99.0)  # 100 s of work
HALF_AS_LONG = Pace().noted(work=timedelta(seconds=100), seconds=50)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK", 0.01)


async def measure(api: Api) -> None:
    async with api.store.write() as uow:
        await uow.tallies.save(Tally(mode=Mode.ENCODE, pace=HALF_AS_LONG))
        await uow.commit()


async def add_line(api: Api, owner: Member) -> list[Video]:
    """One that is being processed, two that wait."""
    now = api.clock.now()
    return [
        await api.add_video(owner, Status.PROCESSING, plan=PLAN, claimed_at=now),
        await api.add_video(owner, plan=PLAN, due_at=now),
        await api.add_video(owner, plan=PLAN, due_at=now + timedelta(seconds=1)),
    ]


async def test_who_waits_is_told_the_turn_and_the_time(api: Api, member: Member) -> None:
    await measure(api)
    line = await add_line(api, member)

    told = [(await api.call("GET", f"/api/videos/{video.id}", member)).json for video in line]
    listed = (await api.call("GET", "/api/videos", member)).json["items"]

    assert [(t["queue_position"], t["processing_eta_seconds"]) for t in told] == [
        (None, 50),
        (1, 100),
        (2, 150),
    ]
    assert {t["id"]: t for t in told} == {t["id"]: t for t in listed}


async def test_before_anything_was_measured_there_is_a_turn_and_no_time(
    api: Api, member: Member
) -> None:
    line = await add_line(api, member)

    told = [(await api.call("GET", f"/api/videos/{video.id}", member)).json for video in line]

    assert [(t["queue_position"], t["processing_eta_seconds"]) for t in told] == [
        (None, None),
        (1, None),
        (2, None),
    ]


async def test_who_edits_a_video_under_way_is_told_too(api: Api, member: Member) -> None:
    await measure(api)
    _, waiting, _ = await add_line(api, member)

    reply = await api.call("PATCH", f"/api/videos/{waiting.id}", member, json={"title": "New"})

    assert (reply.json["queue_position"], reply.json["processing_eta_seconds"]) == (1, 100)


async def test_who_follows_is_told_when_the_turn_comes_nearer(api: Api, member: Member) -> None:
    await measure(api)
    running, first, second = await add_line(api, member)
    response = await follow(api, second, member)
    told = [await next_event(response)]

    failed = attrs.evolve(running, status=Status.FAILED, lease_until=None)
    await save(api, failed)
    told.append(await next_event(response))
    await save(api, first.claimed(api.clock.now()))
    told.append(await next_event(response))
    response.close()

    assert [(t["queue_position"], t["processing_eta_seconds"]) for t in told if t] == [
        (2, 150),
        (2, 100),
        (1, 100),
    ]
