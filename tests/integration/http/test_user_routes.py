"""Members, as admins manage them and as they see each other: /api/users."""

from typing import Any

import pytest

from tests.integration.http.api import MISSING_ID, Api, Member, check_error
from vidcore.lifecycle import Status
from vidcore.users import Role

PROFILE_FIELDS = {"id", "username", "created_at", "video_count"}
ACCOUNT_FIELDS = {
    "id",
    "email",
    "username",
    "role",
    "is_active",
    "created_at",
    "weekly_upload_bytes",
    "weekly_upload_limit_bytes",
    "last_upload_reset",
    "quota_resets_at",
}


def names(body: Any) -> list[str]:
    return [item["username"] for item in body["items"]]


@pytest.mark.usefixtures("member", "other")
async def test_admins_page_through_all_accounts_newest_first(api: Api, admin: Member) -> None:
    first = await api.call("GET", "/api/users?page_size=2", admin)
    second = await api.call("GET", "/api/users?page=2&page_size=2", admin)
    third = await api.call("GET", "/api/users?page=3&page_size=2", admin)

    assert (first.status, names(first.json)) == (200, ["Ada", "Eve"])
    assert set(first.json["items"][0]) == ACCOUNT_FIELDS
    assert names(second.json) == ["Max"]
    assert third.json == {
        "items": [],
        "total": 3,
        "page": 3,
        "page_size": 2,
        "pages": 2,
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ma", ["Max"]),
        ("q=MEMBER-3@", ["Eve"]),
        ("q=%25", []),
        ("role=admin", ["Ada"]),
        ("role=user", ["Eve", "Max"]),
        ("is_active=false", []),
        ("is_active=true&role=user&q=eve", ["Eve"]),
    ],
)
async def test_accounts_are_found_by_name_role_and_state(
    api: Api, admin: Member, query: str, found: list[str]
) -> None:
    for name in ("Max", "Eve"):
        await api.add_member(name)

    assert names((await api.call("GET", f"/api/users?{query}", admin)).json) == found


async def test_a_member_sees_the_profile_of_another_and_the_own_account(
    api: Api, admin: Member, member: Member, other: Member
) -> None:
    await api.add_completed(other)
    await api.add_video(other)
    path = f"/api/users/{other.id}"

    profile = (await api.call("GET", path, member)).json
    assert profile == {
        "id": str(other.id),
        "username": "Eve",
        "created_at": "2026-03-04T05:06:07.890123Z",
        "video_count": 1,
    }
    assert set((await api.call("GET", path, other)).json) == ACCOUNT_FIELDS
    assert set((await api.call("GET", path, admin)).json) == ACCOUNT_FIELDS


async def test_the_videos_of_a_member_show_as_in_the_list(
    api: Api, member: Member, other: Member
) -> None:
    done = await api.add_completed(other)
    await api.add_video(other)

    seen = (await api.call("GET", f"/api/users/{other.id}/videos", member)).json
    own = (await api.call("GET", f"/api/users/{other.id}/videos?page_size=1", other)).json

    assert [item["id"] for item in seen["items"]] == [str(done.id)]
    assert (own["total"], own["pages"], len(own["items"])) == (2, 2, 1)


async def test_an_admin_makes_another_one(api: Api, admin: Member, member: Member) -> None:
    reply = await api.call("PATCH", f"/api/users/{member.id}/role", admin, json={"role": "admin"})

    assert reply.status == 200
    assert set(reply.json) == ACCOUNT_FIELDS
    assert reply.json["role"] == "admin"
    # The stored role counts, not that of the token, which still says "user".
    assert (await api.call("GET", "/api/users", member)).status == 200


async def test_switching_off_and_on_again_revives_no_token(
    api: Api, admin: Member, member: Member
) -> None:
    path = f"/api/users/{member.id}/active"

    off = await api.call("PATCH", path, admin, json={"is_active": False})
    refused = await api.call("GET", "/api/auth/me", member)
    on = await api.call("PATCH", path, admin, json={"is_active": True})

    assert (off.status, off.json["is_active"]) == (200, False)
    check_error(refused, 403, "account_inactive")
    assert (on.status, on.json["is_active"]) == (200, True)
    check_error(await api.call("GET", "/api/auth/me", member), 401, "not_authenticated")


async def test_the_last_active_admin_stays(api: Api, admin: Member) -> None:
    await api.switch_off(await api.add_admin())
    path = f"/api/users/{admin.id}"

    for reply in (
        await api.call("PATCH", f"{path}/role", admin, json={"role": "user"}),
        await api.call("PATCH", f"{path}/active", admin, json={"is_active": False}),
        await api.call("DELETE", path, admin),
    ):
        check_error(reply, 409, "last_admin")
    assert api.tables.users[admin.id].role is Role.ADMIN


async def test_a_deleted_account_takes_its_videos_and_files_with_it(
    api: Api, admin: Member, member: Member
) -> None:
    video = await api.add_completed(member)
    pending = await api.add_video(member, source="waiting")
    (api.uploads / "waiting").write_bytes(b"source")

    reply = await api.call("DELETE", f"/api/users/{member.id}", admin)

    assert (reply.status, reply.content) == (204, b"")
    assert not api.tables.videos
    assert not (api.data / str(video.media)).exists()
    assert not (api.data / str(video.thumbnail)).exists()
    assert not list(api.uploads.iterdir())
    assert set(api.queue.cancelled) == {video.id, pending.id}
    check_error(await api.call("GET", "/api/auth/me", member), 401, "not_authenticated")


async def test_videos_are_handed_over_before_an_account_goes(
    api: Api, admin: Member, member: Member, other: Member
) -> None:
    video = await api.add_completed(member, b"kept")

    reply = await api.call("DELETE", f"/api/users/{member.id}?transfer_to={other.id}", admin)

    assert reply.status == 204
    shown = (await api.call("GET", f"/api/videos/{video.id}", other)).json
    assert shown["uploader"] == {"id": str(other.id), "username": "Eve"}
    assert (await api.call("GET", f"/api/videos/{video.id}/stream", other)).content == b"kept"


@pytest.mark.parametrize("role", ["boss", "ADMIN", "", None, 1, ["admin"]])
async def test_there_are_only_two_roles(
    api: Api, admin: Member, member: Member, role: object
) -> None:
    reply = await api.call("PATCH", f"/api/users/{member.id}/role", admin, json={"role": role})

    check_error(reply, 422, "validation_error")
    assert reply.fields == {"role"}
    assert api.tables.users[member.id].role is Role.USER


@pytest.mark.parametrize("heir", [MISSING_ID, "self", "x", ""])
async def test_a_bad_heir_changes_nothing(
    api: Api, admin: Member, member: Member, heir: str
) -> None:
    wanted = str(member.id) if heir == "self" else heir

    reply = await api.call("DELETE", f"/api/users/{member.id}?transfer_to={wanted}", admin)

    check_error(reply, 422, "validation_error")
    assert reply.fields == {"transfer_to"}
    assert member.id in api.tables.users


@pytest.mark.parametrize("key", [MISSING_ID, "7", MISSING_ID.replace("-", ""), "%00"])
async def test_nobody_there_is_a_404(api: Api, admin: Member, key: str) -> None:
    bodies: tuple[tuple[str, str, Any], ...] = (
        ("GET", "", None),
        ("GET", "/videos", None),
        ("PATCH", "/role", {"role": "user"}),
        ("PATCH", "/active", {"is_active": True}),
        ("DELETE", "", None),
    )
    for method, behind, body in bodies:
        reply = await api.call(method, f"/api/users/{key}{behind}", admin, json=body)
        check_error(reply, 404, "not_found")


async def test_the_own_videos_of_every_status_are_listed(api: Api, member: Member) -> None:
    for status in (Status.PENDING, Status.PROCESSING, Status.FAILED):
        await api.add_video(member, status)
    await api.add_completed(member)

    body = (await api.call("GET", f"/api/users/{member.id}/videos", member)).json

    assert [item["processing_status"] for item in body["items"]] == [
        "completed",
        "failed",
        "processing",
        "pending",
    ]
