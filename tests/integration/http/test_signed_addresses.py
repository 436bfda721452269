"""Signed addresses: they play one video without a header, for a while, and end with their member."""

from datetime import timedelta

import pytest

from tests.integration.http.api import Api, Member, check_error
from vidcore.videos import Video

CONTENT = bytes(range(256))


@pytest.fixture
async def video(api: Api, member: Member) -> Video:
    return await api.add_completed(member, CONTENT)


async def test_a_signed_address_works_without_a_header(
    api: Api, other: Member, video: Video
) -> None:
    shown = (await api.call("GET", f"/api/videos/{video.id}", other)).json

    played = await api.call("GET", shown["stream_url"], headers={"Range": "bytes=0-9"})
    picture = await api.call("HEAD", shown["thumbnail_url"])

    assert (played.status, played.content) == (206, CONTENT[:10])
    assert picture.status == 200


async def test_a_signed_address_ends_after_six_hours(
    api: Api, member: Member, video: Video
) -> None:
    url = (await api.call("GET", f"/api/videos/{video.id}", member)).json["stream_url"]

    api.clock.advance(timedelta(hours=5, minutes=59, seconds=59))
    assert (await api.call("GET", url)).status == 200
    api.clock.advance(timedelta(seconds=1))
    reply = await api.call("GET", url)
    check_error(reply, 401, "not_authenticated")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_a_signed_address_is_for_one_video_and_cannot_be_changed(
    api: Api, member: Member, video: Video
) -> None:
    another = await api.add_completed(member)
    token = api.media_token(member, video)
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")

    for path in (
        f"/api/videos/{another.id}/stream?token={token}",
        f"/api/videos/{video.id}/stream?token={flipped}",
        f"/api/videos/{video.id}/stream?token={member.token}",
        f"/api/videos/{video.id}/stream?token=",
        f"/api/videos/{video.id}/stream?token=%00",
        f"/api/videos/{video.id}/stream",
    ):
        check_error(await api.call("GET", path), 401, "not_authenticated")
    for path in (f"/api/videos/{video.id}?token={token}", f"/api/auth/me?token={token}"):
        check_error(await api.call("GET", path), 401, "not_authenticated")


async def test_a_signed_address_does_not_help_who_shows_a_bad_token(
    api: Api, member: Member, video: Video
) -> None:
    path = f"/api/videos/{video.id}/stream?token={api.media_token(member, video)}"

    reply = await api.call("GET", path, headers={"Authorization": "Bearer forged"})

    check_error(reply, 401, "not_authenticated")


async def test_a_signed_address_ends_with_its_member(
    api: Api, other: Member, admin: Member, video: Video
) -> None:
    path = f"/api/videos/{video.id}/stream?token={api.media_token(other, video)}"
    user = f"/api/users/{other.id}"

    await api.call("PATCH", f"{user}/active", admin, json={"is_active": False})
    check_error(await api.call("GET", path), 403, "account_inactive")
    await api.call("PATCH", f"{user}/active", admin, json={"is_active": True})
    check_error(await api.call("GET", path), 401, "not_authenticated")
    await api.call("DELETE", user, admin)
    check_error(await api.call("GET", path), 401, "not_authenticated")
