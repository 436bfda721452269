"""What can be watched beside the published MP4: its storyboard, and the original before it."""

from pathlib import Path
from urllib.parse import urljoin
from uuid import UUID

import attrs
import pytest

from tests.integration.http.api import Api, Member, check_error
from vidcore.lifecycle import Status
from vidcore.media import plan
from vidcore.testing.transcoding import COPYABLE
from vidcore.use_cases.watching import OpenMedia
from vidcore.users import User
from vidcore.videos import Video


async def test_a_storyboard_refers_to_a_picture_that_its_reader_can_open(
    api: Api, member: Member
) -> None:
    video = await api.add_completed(member)
    shown = (await api.call("GET", f"/api/videos/{video.id}", member)).json

    cues = await api.call("GET", shown["storyboard_url"])

    assert (cues.status, cues.headers["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    lines = cues.content.decode().splitlines()
    assert lines[:3] == ["WEBVTT", "", "00:00:00.000 --> 00:00:02.000"]
    address, _, place = lines[3].partition("#")
    assert place == "xywh=0,0,160,90"
    picture = await api.call("GET", urljoin(shown["storyboard_url"], address))
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert picture.content == b"tiles"


async def test_a_member_with_a_header_gets_a_storyboard_with_a_token_of_its_own(
    api: Api, member: Member
) -> None:
    video = await api.add_completed(member)
    path = f"/api/videos/{video.id}/storyboard"

    cues = await api.call("GET", path, member)
    head = await api.call("HEAD", path, member)

    picture = cues.content.decode().splitlines()[3].partition("#")[0]
    assert (await api.call("GET", urljoin(path, picture))).content == b"tiles"
    assert (head.status, head.content) == (200, b"")


@pytest.mark.parametrize("path", ["storyboard", "storyboard.jpg"])
async def test_a_video_without_a_storyboard_has_none(api: Api, member: Member, path: str) -> None:
    video = await api.add_completed(member, storyboard=None, storyboard_layout=None)

    shown = (await api.call("GET", f"/api/videos/{video.id}", member)).json

    assert shown["storyboard_url"] is None
    check_error(await api.call("GET", f"/api/videos/{video.id}/{path}", member), 404, "not_found")


@pytest.fixture
async def waiting(api: Api, member: Member) -> Video:
    """A pending video whose original plays."""
    video = await api.add_video(member, Status.PENDING, plan=plan(COPYABLE))
    Path(api.use_cases.uploads.locate(str(video.source))).write_bytes(b"the original")
    return video


async def test_an_original_that_will_be_copied_plays_for_its_owner_before_it_is_published(
    api: Api, member: Member, waiting: Video
) -> None:
    path = f"/api/videos/{waiting.id}"
    shown = (await api.call("GET", path, member)).json

    played = await api.call("GET", shown["play_url"], headers={"Range": "bytes=4-"})

    assert (shown["processing_status"], shown["stream_url"]) == ("pending", None)
    assert (played.status, played.content) == (206, b"original")
    assert played.headers["Content-Type"] == "video/mp4"
    other = await api.add_member()
    check_error(await api.call("GET", f"{path}/stream", other), 404, "not_found")
    check_error(await api.call("GET", f"{path}/thumbnail", member), 409, "video_not_ready")


async def test_the_address_stays_and_its_etag_changes_when_the_published_file_takes_over(
    api: Api, member: Member, waiting: Video
) -> None:
    path = f"/api/videos/{waiting.id}"
    shown = (await api.call("GET", path, member)).json
    first = await api.call("GET", shown["play_url"])
    completed = await api.add_completed(member, b"the published file")
    async with api.store.write() as uow:
        await uow.videos.save(
            attrs.evolve(completed, id=waiting.id, title=waiting.title, source=None)
        )
        await uow.commit()

    second = await api.call("GET", shown["play_url"], headers={"If-Match": first.headers["ETag"]})
    third = await api.call("GET", shown["play_url"])

    check_error(second, 412, "precondition_failed")
    assert third.content == b"the published file"


async def test_an_original_that_is_published_while_it_is_looked_up_is_no_error(
    api: Api, member: Member, waiting: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed = await api.add_completed(member, b"the published file")
    look = OpenMedia.for_member

    async def look_too_early(self: OpenMedia, *, actor: User, video_id: UUID) -> Video:
        monkeypatch.setattr(OpenMedia, "for_member", look)
        video = await look(self, actor=actor, video_id=video_id)
        Path(api.use_cases.uploads.locate(str(video.source))).unlink()
        async with api.store.write() as uow:
            await uow.videos.save(attrs.evolve(completed, id=video.id, source=None))
            await uow.commit()
        return video

    monkeypatch.setattr(OpenMedia, "for_member", look_too_early)

    played = await api.call("GET", f"/api/videos/{waiting.id}/stream", member)

    assert (played.status, played.content) == (200, b"the published file")
