"""The platform's numbers and settings, and its health."""

import shutil
from typing import Any

import pytest

from adapters_http.routing import DRAINING
from tests.integration.http.api import Api, Member, check_error
from vidcore.config import BYTES_MAX
from vidcore.errors import ServiceUnavailableError
from vidcore.lifecycle import Status


async def test_statistics_count_what_there_is(api: Api, admin: Member, member: Member) -> None:
    await api.switch_off(await api.add_member())
    await api.add_completed(member)
    await api.add_video(member)
    await api.add_video(member, Status.PROCESSING)
    await api.add_video(member, Status.FAILED)

    reply = await api.call("GET", "/api/admin/stats", admin)

    body = reply.json
    assert reply.status == 200
    assert body == {
        "total_users": 3,
        "active_users": 2,
        "total_videos": 4,
        "videos_by_status": {"pending": 1, "processing": 1, "completed": 1, "failed": 1},
        "storage_used_bytes": 4_000,
        "storage_free_bytes": body["storage_free_bytes"],
        "processing_queue_length": 2,
    }
    free = shutil.disk_usage(api.data).free
    assert abs(body["storage_free_bytes"] - free) < 1 << 30  # others write to the disk too


async def test_an_empty_platform_has_all_its_numbers(api: Api, admin: Member) -> None:
    body = (await api.call("GET", "/api/admin/stats", admin)).json

    assert body["videos_by_status"] == {"pending": 0, "processing": 0, "completed": 0, "failed": 0}
    assert (body["total_videos"], body["processing_queue_length"]) == (0, 0)


async def test_the_config_is_shown_with_the_path_in_force(api: Api, admin: Member) -> None:
    reply = await api.call("GET", "/api/admin/config", admin)

    assert reply.status == 200
    assert reply.json == {
        "max_file_size_bytes": 1 << 30,
        "weekly_upload_limit_bytes": 5 << 30,
        "video_storage_path": str(api.data / "videos"),
        "updated_at": "2026-03-04T05:06:07.890123Z",
        "updated_by": None,
    }


async def test_a_change_of_the_config_keeps_what_is_left_out(api: Api, admin: Member) -> None:
    path, shelf = "/api/admin/config", str(api.data / "other disk" / "videos")

    for body in (
        {"max_file_size_bytes": 1},
        {"weekly_upload_limit_bytes": 0},
        {"video_storage_path": shelf},
    ):
        assert (await api.call("PATCH", path, admin, json=body)).status == 200
    reply = await api.call("PATCH", path, admin, json={})
    assert reply.status == 200
    assert reply.json == (await api.call("GET", path, admin)).json
    assert reply.json["max_file_size_bytes"] == 1
    assert reply.json["weekly_upload_limit_bytes"] == 0
    assert reply.json["video_storage_path"] == shelf
    assert reply.json["updated_by"] == str(admin.id)
    assert (api.data / "other disk" / "videos").is_dir()


async def test_a_changed_limit_is_in_force_for_the_next_request(api: Api, admin: Member) -> None:
    await api.call("PATCH", "/api/admin/config", admin, json={"weekly_upload_limit_bytes": 77})

    me = (await api.call("GET", "/api/auth/me", admin)).json

    assert me["weekly_upload_limit_bytes"] == 77


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"max_file_size_bytes": 0}, {"max_file_size_bytes"}),
        ({"max_file_size_bytes": BYTES_MAX + 1}, {"max_file_size_bytes"}),
        ({"max_file_size_bytes": 1e3}, {"max_file_size_bytes"}),
        ({"max_file_size_bytes": True}, {"max_file_size_bytes"}),
        ({"max_file_size_bytes": None}, {"max_file_size_bytes"}),
        ({"weekly_upload_limit_bytes": -1}, {"weekly_upload_limit_bytes"}),
        ({"weekly_upload_limit_bytes": "5"}, {"weekly_upload_limit_bytes"}),
        ({"video_storage_path": "relative/path"}, {"video_storage_path"}),
        ({"video_storage_path": ""}, {"video_storage_path"}),
        ({"video_storage_path": "/dev/null/videos"}, {"video_storage_path"}),
        ({"video_storage_path": "/tmp/../etc"}, {"video_storage_path"}),
        ({"video_storage_path": "/NUL\x00"}, {"video_storage_path"}),
        ({"video_storage_path": None, "updated_by": None}, {"video_storage_path", "updated_by"}),
    ],
)
async def test_a_config_out_of_bounds_changes_nothing(
    api: Api, admin: Member, body: dict[str, Any], fields: set[str]
) -> None:
    before = api.tables.config

    reply = await api.call("PATCH", "/api/admin/config", admin, json=body)

    check_error(reply, 422, "validation_error")
    assert reply.fields == fields
    assert api.tables.config == before


async def test_a_healthy_service_says_so(api: Api) -> None:
    alive = await api.call("GET", "/healthz")
    ready = await api.call("GET", "/readyz")

    assert (alive.status, alive.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json) == (
        200,
        {
            "status": "ok",
            "checks": dict.fromkeys(("database", "storage", "ffmpeg", "disk"), "ok"),
        },
    )


async def test_a_service_whose_neighbours_are_gone_lives_and_is_not_ready(api: Api) -> None:
    api.store.reachable = False
    api.transcoder.errors["check"] = ServiceUnavailableError("ffmpeg cannot be run.")
    shutil.rmtree(api.data / "videos")

    reply = await api.call("GET", "/readyz")

    assert reply.status == 503
    assert reply.json["status"] == "unavailable"
    assert reply.json["checks"]["database"] == "The database is out of reach."
    assert reply.json["checks"]["ffmpeg"] == "ffmpeg cannot be run."
    assert reply.json["checks"]["storage"] != "ok"
    assert str(api.data) not in reply.content.decode()
    assert (await api.call("GET", "/healthz")).status == 200


async def test_a_service_that_shuts_down_is_not_ready(api: Api) -> None:
    app = api.client.app
    assert app is not None
    app[DRAINING].set()

    reply = await api.call("GET", "/readyz")

    assert reply.status == 503
    assert set(reply.json["checks"]) == {"database", "storage", "ffmpeg", "disk", "service"}


async def test_without_its_database_the_service_says_503(api: Api, member: Member) -> None:
    api.store.reachable = False

    reply = await api.call("GET", "/api/auth/me", member)

    check_error(reply, 503, "service_unavailable")
