"""Following a video over HTTP, by a client that reads as the events come."""

import asyncio
import json
from typing import Any

import attrs
import pytest
from aiohttp import ClientResponse

from adapters_http.handlers import events
from adapters_http.routing import DRAINING
from tests.integration.http.api import Api, Member, check_error
from vidcore.lifecycle import Status
from vidcore.videos import Video

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK", 0.01)


async def follow(api: Api, video: Video, who: Member) -> ClientResponse:
    return await api.client.get(f"/api/videos/{video.id}/events", headers=who.headers)


async def next_event(response: ClientResponse) -> dict[str, Any] | None:
    """Give the data of the next `status` event, or None at the end."""
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while line := (await response.content.readline()).decode():
            if line == "\n" and lines and not lines[0].startswith(":"):
                break
            if line == "\n":
                lines = []
            else:
                lines.append(line.rstrip("\n"))
    if not lines:
        return None
    assert lines[0] == "event: status"
    assert lines[1].startswith("data: ")
    found: dict[str, Any] = json.loads(lines[1].removeprefix("data: "))
    return found


async def save(api: Api, video: Video) -> None:
    async with api.store.write() as uow:
        await uow.videos.save(video)
        await uow.commit()


async def test_who_follows_is_told_of_every_change_until_the_end(api: Api, member: Member) -> None:
    video = await api.add_video(member, Status.PROCESSING)
    response = await follow(api, video, member)
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"

    told = [await next_event(response)]
    for change in ({"progress": 0.25}, {"progress": 0.5}, {"status": Status.FAILED}):
        await save(api, attrs.evolve(video, **change))
        told.append(await next_event(response))
    told.append(await next_event(response))

    assert [(t["processing_status"], t["processing_progress"]) for t in told if t] == [
        ("processing", 0.0),
        ("processing", 0.25),
        ("processing", 0.5),
        ("failed", 0.0),
    ]
    assert told[0] == (await api.call("GET", f"/api/videos/{video.id}", member)).json | {
        "processing_status": "processing",
        "error_message": None,
    }
    assert told[-1] is None


async def test_a_video_that_is_done_is_told_once(api: Api, member: Member) -> None:
    response = await follow(api, await api.add_completed(member), member)

    first, second = await next_event(response), await next_event(response)

    assert first is not None
    assert (first["processing_status"], second) == ("completed", None)


async def test_who_may_not_see_a_video_cannot_follow_it(api: Api, member: Member) -> None:
    video = await api.add_video(member, Status.PENDING)
    other = await api.add_member()

    check_error(await api.call("GET", f"/api/videos/{video.id}/events", other), 404, "not_found")


@pytest.mark.parametrize("end", ["deleted", "switched off", "stopping"])
async def test_an_end_of_what_is_followed_ends_the_events(
    api: Api, member: Member, end: str
) -> None:
    video = await api.add_video(member, Status.PENDING)
    response = await follow(api, video, member)
    await next_event(response)

    if end == "deleted":
        async with api.store.write() as uow:
            await uow.videos.remove(video.id)
            await uow.commit()
    elif end == "switched off":
        await api.switch_off(member)
    else:
        assert api.client.app is not None
        api.client.app[DRAINING].set()

    assert await next_event(response) is None


async def test_silence_is_broken_by_comments(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STILL_HERE", 0.02)
    response = await follow(api, await api.add_video(member, Status.PENDING), member)
    await next_event(response)

    async with asyncio.timeout(PATIENCE):
        comment = await response.content.readline()
    response.close()

    assert comment == b": still here\n"


async def test_a_head_tells_the_kind_of_answer_and_ends(api: Api, member: Member) -> None:
    video = await api.add_video(member, Status.PENDING)

    head = await api.call("HEAD", f"/api/videos/{video.id}/events", member)

    assert (head.status, head.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
