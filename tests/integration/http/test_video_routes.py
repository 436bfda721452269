"""Videos, once they are here: shown, listed, changed, watched, tried again, deleted."""

import asyncio
from typing import Any

import pytest

from tests.integration.http.api import MISSING_ID, Api, Member, check_error
from vidcore.lifecycle import Status
from vidcore.testing.examples import PLAN


async def test_a_completed_video_is_shown_with_all_its_fields(api: Api, member: Member) -> None:
    category = await api.add_category("Fine Art")
    video = await api.add_completed(
        member, title="Holiday", description="By the sea", category_id=category, view_count=3
    )

    reply = await api.call("GET", f"/api/videos/{video.id}", member)

    body = reply.json
    assert reply.status == 200
    token = body["stream_url"].partition("?token=")[2]
    assert token
    assert body == {
        "id": str(video.id),
        "title": "Holiday",
        "description": "By the sea",
        "original_filename": "holiday.mp4",
        "file_size_bytes": 1_000,
        "duration_seconds": 12.5,
        "width": 640,
        "height": 360,
        "uploaded_by": str(member.id),
        "uploader": {"id": str(member.id), "username": "Max"},
        "category_id": str(category),
        "category": {"id": str(category), "name": "Fine Art", "slug": body["category"]["slug"]},
        "view_count": 3,
        "processing_status": "completed",
        "processing_progress": 1.0,
        "error_message": None,
        "created_at": "2026-03-04T05:06:07.890123Z",
        "stream_url": f"/api/videos/{video.id}/stream?token={token}",
        "thumbnail_url": f"/api/videos/{video.id}/thumbnail?token={token}",
        "storyboard_url": f"/api/videos/{video.id}/storyboard?token={token}",
        "play_url": f"/api/videos/{video.id}/stream?token={token}",
        "processing_plan": {
            "mode": "encode",
            "width": PLAN.width,
            "height": PLAN.height,
            "reasons": list(PLAN.reasons),
        },
        "queue_position": None,
        "processing_eta_seconds": None,
    }


async def test_how_a_video_was_processed_is_shown_to_its_owner_and_admins(
    api: Api, member: Member, admin: Member
) -> None:
    video = await api.add_completed(member)
    other = await api.add_member()

    seen = {
        who.id: (await api.call("GET", f"/api/videos/{video.id}", who)).json["processing_plan"]
        for who in (member, admin, other)
    }

    assert seen[member.id] == seen[admin.id] != seen[other.id]
    assert seen[other.id] is None


@pytest.mark.parametrize(
    ("status", "progress", "message"),
    [
        (Status.PENDING, 0.0, None),
        (Status.PROCESSING, 0.0, None),
        (Status.FAILED, 0.0, "The file breaks off."),
    ],
)
async def test_an_unfinished_video_has_no_addresses(
    api: Api, member: Member, status: Status, progress: float, message: str | None
) -> None:
    video = await api.add_video(member, status)

    body = (await api.call("GET", f"/api/videos/{video.id}", member)).json

    assert body["processing_status"] == status.value
    assert body["processing_progress"] == progress
    assert body["error_message"] == message
    assert (body["stream_url"], body["thumbnail_url"], body["storyboard_url"]) == (None,) * 3
    assert body["play_url"] is None
    assert (body["duration_seconds"], body["width"], body["height"]) == (None, None, None)


async def test_the_log_of_a_failure_is_not_shown(api: Api, admin: Member) -> None:
    video = await api.add_video(admin, Status.FAILED)

    reply = await api.call("GET", f"/api/videos/{video.id}", admin)

    assert b"moov" not in reply.content


async def test_the_unfinished_videos_of_others_do_not_exist(
    api: Api, admin: Member, member: Member, other: Member
) -> None:
    for status in (Status.PENDING, Status.PROCESSING, Status.FAILED):
        path = f"/api/videos/{(await api.add_video(member, status)).id}"

        assert (await api.call("GET", path, admin)).status == 200
        for method, behind in (
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("POST", "/retry"),
            ("POST", "/view"),
            ("GET", "/stream"),
            ("GET", "/thumbnail"),
        ):
            body = {"title": "x"} if method == "PATCH" else None
            reply = await api.call(method, path + behind, other, json=body)
            check_error(reply, 404, "not_found")


@pytest.mark.parametrize("key", [MISSING_ID, "1", "%F0%9F%8E%AC"])
@pytest.mark.parametrize(
    ("method", "behind"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/retry"),
        ("POST", "/view"),
        ("GET", "/stream"),
        ("GET", "/thumbnail"),
    ],
)
async def test_a_video_that_is_not_there_is_a_404(
    api: Api, admin: Member, method: str, behind: str, key: str
) -> None:
    body: Any = {"title": "x"} if method == "PATCH" else None

    reply = await api.call(method, f"/api/videos/{key}{behind}", admin, json=body)

    check_error(reply, 404, "not_found")


async def test_a_list_has_the_pages_and_the_order_that_were_asked_for(
    api: Api, member: Member
) -> None:
    ids = [str((await api.add_completed(member, view_count=views)).id) for views in (5, 9, 5, 1)]

    async def listed(query: str) -> list[int]:
        body: Any = (await api.call("GET", f"/api/videos?{query}", member)).json
        return [ids.index(item["id"]) for item in body["items"]]

    assert await listed("") == [3, 2, 1, 0]
    assert await listed("order=asc") == [0, 1, 2, 3]
    assert await listed("sort_by=view_count") == [1, 2, 0, 3]
    assert await listed("sort_by=view_count&order=asc") == [3, 0, 2, 1]
    assert await listed("sort_by=created_at&order=desc&page_size=3&page=2") == [0]
    assert await listed("page=99") == []
    whole: Any = (await api.call("GET", "/api/videos?page_size=3", member)).json
    assert {k: whole[k] for k in ("total", "page", "page_size", "pages")} == {
        "total": 4,
        "page": 1,
        "page_size": 3,
        "pages": 2,
    }


async def test_a_list_is_narrowed_by_every_filter(
    api: Api, admin: Member, member: Member, other: Member
) -> None:
    category = await api.add_category()
    await api.add_completed(member, title="Sea 100%", category_id=category)
    await api.add_completed(other, title="Hills", description="above the SEA")
    await api.add_video(other, Status.FAILED, title="Broken")

    async def listed(query: str, by: Member = admin) -> set[str]:
        body: Any = (await api.call("GET", f"/api/videos?{query}", by)).json
        return {item["title"] for item in body["items"]}

    assert await listed("") == {"Sea 100%", "Hills", "Broken"}
    assert await listed("", member) == {"Sea 100%", "Hills"}
    assert await listed("", other) == {"Sea 100%", "Hills", "Broken"}
    assert await listed("status=failed", member) == set()
    assert await listed("status=failed", other) == {"Broken"}
    assert await listed("q=sea") == {"Sea 100%", "Hills"}
    assert await listed("q=0%25") == {"Sea 100%"}
    assert await listed(f"category_id={category}") == {"Sea 100%"}
    assert await listed(f"category_id={MISSING_ID}") == set()
    assert await listed(f"uploaded_by={other.id}&status=completed") == {"Hills"}


async def test_null_clears_and_what_is_left_out_stays(api: Api, member: Member) -> None:
    category = await api.add_category()
    video = await api.add_completed(member, title="Old", description="Words", category_id=category)
    path = f"/api/videos/{video.id}"

    async def patched(**body: object) -> tuple[Any, Any, Any]:
        reply = await api.call("PATCH", path, member, json=body)
        assert reply.status == 200
        assert reply.json == (await api.call("GET", path, member)).json
        return reply.json["title"], reply.json["description"], reply.json["category_id"]

    assert await patched() == ("Old", "Words", str(category))
    assert await patched(title=" New ") == ("New", "Words", str(category))
    assert await patched(description=None) == ("New", None, str(category))
    assert await patched(category_id=None) == ("New", None, None)
    assert await patched(category_id=str(category), description="") == ("New", None, str(category))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"title": None}, {"title"}),
        ({"title": ""}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"title": 5, "description": 5, "category_id": 5}, {"title", "description", "category_id"}),
        ({"title": "fine", "description": "x" * 5_001}, {"description"}),
        ({"title": "fine", "category_id": MISSING_ID}, {"category_id"}),
        ({"title": "fine", "category_id": "x"}, {"category_id"}),
        ({"title": "fine", "view_count": 1_000_000}, {"view_count"}),
        ({"title": "NUL\x00"}, {"title"}),
        ({"description": "NUL\x00"}, {"description"}),
    ],
)
async def test_a_change_with_anything_wrong_changes_nothing(
    api: Api, member: Member, body: dict[str, Any], fields: set[str]
) -> None:
    video = await api.add_completed(member)

    reply = await api.call("PATCH", f"/api/videos/{video.id}", member, json=body)

    check_error(reply, 422, "validation_error")
    assert reply.fields == fields
    assert api.tables.videos[video.id] == video


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script>",
        "'; DROP TABLE videos; --",
        "🎬 Ünïcödé \u202e right to left",
        '"quoted"\t\\back\n\nslash',
    ],
)
async def test_texts_come_back_as_they_were_sent(api: Api, member: Member, text: str) -> None:
    video = await api.add_completed(member)
    body = {"title": text, "description": text}

    reply = await api.call("PATCH", f"/api/videos/{video.id}", member, json=body)

    assert (reply.json["title"], reply.json["description"]) == (text, text)
    streamed = await api.call("GET", f"/api/videos/{video.id}/stream", member)
    assert streamed.status == 200


async def test_admins_may_change_and_delete_what_others_own(
    api: Api, admin: Member, member: Member, other: Member
) -> None:
    video = await api.add_completed(member)
    path = f"/api/videos/{video.id}"

    for reply in (
        await api.call("PATCH", path, other, json={"title": "Mine now"}),
        await api.call("DELETE", path, other),
        await api.call("POST", f"{path}/retry", other),
    ):
        check_error(reply, 403, "permission_denied")
    assert (await api.call("PATCH", path, admin, json={"title": "Better"})).status == 200
    assert (await api.call("DELETE", path, admin)).status == 204


async def test_a_deleted_video_leaves_no_file(api: Api, member: Member) -> None:
    video = await api.add_completed(member)

    reply = await api.call("DELETE", f"/api/videos/{video.id}", member)

    assert (reply.status, reply.content) == (204, b"")
    assert not api.tables.videos
    assert not (api.data / str(video.media)).exists()
    assert not (api.data / str(video.thumbnail)).exists()
    assert api.queue.cancelled == [video.id]


async def test_a_failed_video_is_tried_again(api: Api, member: Member) -> None:
    video = await api.add_video(member, Status.FAILED)

    reply = await api.call("POST", f"/api/videos/{video.id}/retry", member)

    assert reply.status == 202
    assert (reply.json["processing_status"], reply.json["error_message"]) == ("pending", None)
    assert api.queue.announced == [video.id]


async def test_only_a_failed_video_is_tried_again(api: Api, member: Member) -> None:
    videos = [
        await api.add_video(member),
        await api.add_video(member, Status.PROCESSING),
        await api.add_completed(member),
    ]

    for video in videos:
        reply = await api.call("POST", f"/api/videos/{video.id}/retry", member)
        check_error(reply, 409, "video_not_ready")


async def test_views_at_the_same_moment_are_all_counted(
    api: Api, member: Member, other: Member
) -> None:
    path = f"/api/videos/{(await api.add_completed(member)).id}/view"

    replies = await asyncio.gather(*(api.call("POST", path, other) for _ in range(20)))

    assert sorted(reply.json["view_count"] for reply in replies) == list(range(1, 21))
    assert {reply.status for reply in replies} == {200}
    assert set(replies[0].json) == {"view_count"}
