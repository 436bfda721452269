"""Categories: /api/categories."""

import pytest

from tests.integration.http.api import MISSING_ID, Api, Member, check_error


async def test_a_category_is_made_with_a_slug(api: Api, admin: Member) -> None:
    reply = await api.call("POST", "/api/categories", admin, json={"name": " Über Łódź! "})

    assert reply.status == 201
    assert reply.json == {
        "id": reply.json["id"],
        "name": "Über Łódź!",
        "slug": "uber-lodz",
        "created_by": str(admin.id),
        "created_at": "2026-03-04T05:06:07.890123Z",
        "video_count": 0,
    }


async def test_categories_are_listed_by_name_with_their_completed_videos(
    api: Api, member: Member
) -> None:
    zoo, art = await api.add_category("Zoo"), await api.add_category("Art")
    await api.add_completed(member, category_id=zoo)
    await api.add_video(member, category_id=art)

    reply = await api.call("GET", "/api/categories", member)

    assert reply.status == 200
    assert set(reply.json) == {"items"}
    assert [(item["name"], item["video_count"]) for item in reply.json["items"]] == [
        ("Art", 0),
        ("Zoo", 1),
    ]


async def test_names_that_differ_in_case_only_are_the_same(api: Api, admin: Member) -> None:
    art, zoo = await api.add_category("Art"), await api.add_category("Zoo")

    made = await api.call("POST", "/api/categories", admin, json={"name": "ART"})
    renamed = await api.call("PATCH", f"/api/categories/{zoo}", admin, json={"name": "art"})
    itself = await api.call("PATCH", f"/api/categories/{art}", admin, json={"name": "ART"})

    check_error(made, 409, "category_exists")
    check_error(renamed, 409, "category_exists")
    assert (itself.status, itself.json["name"], itself.json["slug"]) == (200, "ART", "art")


async def test_different_names_with_one_slug_are_numbered(api: Api, admin: Member) -> None:
    slugs = [
        (await api.call("POST", "/api/categories", admin, json={"name": name})).json["slug"]
        for name in ("Art", "Art!", "日本", "中国")
    ]

    assert slugs == ["art", "art-2", "category", "category-2"]


async def test_renaming_changes_name_and_slug_and_keeps_the_rest(
    api: Api, admin: Member, member: Member
) -> None:
    category = await api.add_category("Art")
    await api.add_completed(member, category_id=category)

    reply = await api.call("PATCH", f"/api/categories/{category}", admin, json={"name": "Fine Art"})

    assert reply.status == 200
    assert (reply.json["id"], reply.json["name"]) == (str(category), "Fine Art")
    assert (reply.json["slug"], reply.json["video_count"]) == ("fine-art", 1)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "NUL\x00"])
async def test_a_category_has_a_name_of_1_to_80_characters(
    api: Api, admin: Member, name: str
) -> None:
    category = await api.add_category()

    for reply in (
        await api.call("POST", "/api/categories", admin, json={"name": name}),
        await api.call("PATCH", f"/api/categories/{category}", admin, json={"name": name}),
    ):
        check_error(reply, 422, "validation_error")
        assert reply.fields == {"name"}
    assert len(api.tables.categories) == 1


async def test_videos_stay_when_their_category_goes(
    api: Api, admin: Member, member: Member
) -> None:
    category = await api.add_category()
    video = await api.add_completed(member, category_id=category)

    reply = await api.call("DELETE", f"/api/categories/{category}", admin)

    shown = (await api.call("GET", f"/api/videos/{video.id}", member)).json
    assert (reply.status, reply.content) == (204, b"")
    assert (shown["category_id"], shown["category"]) == (None, None)


@pytest.mark.parametrize("key", [MISSING_ID, "art", "%2e%2e"])
async def test_a_category_that_is_not_there_is_a_404(api: Api, admin: Member, key: str) -> None:
    path = f"/api/categories/{key}"

    check_error(await api.call("DELETE", path, admin), 404, "not_found")
    check_error(await api.call("PATCH", path, admin, json={"name": "x"}), 404, "not_found")
