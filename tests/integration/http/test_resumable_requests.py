"""What is said of a resumable upload, and what is answered to it before any byte comes."""

import base64

import pytest

from adapters_http import tus
from tests.integration.http.api import MISSING_ID, PUBLIC_URL, Api, Member, check_error
from tests.integration.http.resumable import (
    CLIP,
    FILE,
    TUS,
    begin,
    create,
    delete,
    head,
    patch,
    path_of,
)
from vidcore.uploads import FINGERPRINT_MAX


async def test_the_service_says_which_tus_it_speaks(api: Api, member: Member) -> None:
    reply = await api.call("OPTIONS", "/api/uploads", member)

    assert reply.status == 204
    assert reply.headers["Tus-Resumable"] == reply.headers["Tus-Version"] == "1.0.0"
    assert set(reply.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
        "checksum",
    }
    assert reply.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert reply.headers["Tus-Max-Size"] == str(1 << 30)
    await api.set_limits(max_file_size_bytes=77)
    reply = await api.call("OPTIONS", "/api/uploads", member)
    assert reply.headers["Tus-Max-Size"] == "77"


async def test_other_versions_are_refused_before_anything_else(api: Api, member: Member) -> None:
    path = await begin(api, member)
    calls = {("POST", "/api/uploads"), ("HEAD", path), ("PATCH", path), ("DELETE", path)}

    for method, where in calls:
        for headers in ({}, {"Tus-Resumable": "0.2.2"}):
            reply = await api.call(method, where, member, headers=headers)
            assert reply.status == 412
            assert reply.headers["Tus-Version"] == reply.headers["Tus-Resumable"] == "1.0.0"
            if method != "HEAD":
                check_error(reply, 412, "unsupported_tus_version")
    assert len(api.tables.uploads) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": ""}, 400, "malformed_request"),
        ({"Upload-Length": "-1"}, 400, "malformed_request"),
        ({"Upload-Length": "1e3"}, 400, "malformed_request"),
        ({"Upload-Defer-Length": "1"}, 400, "malformed_request"),
        ({"Upload-Concat": "partial"}, 400, "malformed_request"),
        ({"Upload-Metadata": "filename ???"}, 400, "malformed_request"),
        ({"Upload-Metadata": "filename /w=="}, 400, "malformed_request"),
        ({"Upload-Checksum": "md5 1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "malformed_request"),
        ({"Upload-Length": "0"}, 422, "validation_error"),
        ({"Upload-Length": str(2**30 + 1)}, 413, "file_too_large"),
        ({"Upload-Length": "9" * 18}, 422, "validation_error"),
    ],
)
async def test_headers_that_say_nothing_sensible_are_refused(
    api: Api, member: Member, headers: dict[str, str], status: int, code: str
) -> None:
    check_error(await create(api, member, headers=headers), status, code)
    assert api.nothing_is_left()


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({}, 422, "filename"),
        ({"filename": ""}, 422, "filename"),
        ({"title": "First steps"}, 422, "filename"),
        ({**CLIP, "title": "x" * 201}, 422, "title"),
        ({**CLIP, "title": "a\x00b"}, 422, "title"),
        ({**CLIP, "description": "x" * 5_001}, 422, "description"),
        ({**CLIP, "category_id": "nonsense"}, 422, "category_id"),
        ({**CLIP, "category_id": MISSING_ID}, 422, "category_id"),
        ({**CLIP, "fingerprint": "x" * (FINGERPRINT_MAX + 1)}, 422, "fingerprint"),
        ({**CLIP, "filename": "clip.txt"}, 415, None),
    ],
)
async def test_what_is_said_of_a_video_is_checked_at_the_beginning(
    api: Api, member: Member, said: dict[str, str], status: int, field: str | None
) -> None:
    refused = await create(api, member, said=said)

    if field is None:
        check_error(refused, status, "file_format_not_supported")
    else:
        check_error(refused, status, "validation_error")
        assert refused.fields == {field}
    assert api.nothing_is_left()


@pytest.mark.parametrize(
    ("said", "filename", "title"),
    [
        ({"filename": "First steps.mkv"}, "First steps.mkv", "First steps"),
        ({"filename": "a.b.mkv", "title": "  "}, "a.b.mkv", "a.b"),
        ({"filename": "x" * 250 + ".mkv"}, "x" * 250 + ".mkv", "x" * 200),
        ({"filename": "C:\\films\\été.webm"}, "été.webm", "été"),
        # as Uppy sends them
        (
            {
                "relativePath": "null",
                "name": "clip.mp4",
                "type": "video/mp4",
                "filename": "clip.mp4",
                "filetype": "video/mp4",
            },
            "clip.mp4",
            "clip",
        ),
        ({"name": "clip.mp4", "filetype": "video/mp4"}, "clip.mp4", "clip"),
    ],
)
async def test_a_video_of_which_no_title_is_said_is_named_as_its_file(
    api: Api, member: Member, said: dict[str, str], filename: str, title: str
) -> None:
    await begin(api, member, said=said)

    (upload,) = api.tables.uploads.values()
    assert upload.filename == filename
    assert upload.details is not None
    assert upload.details.title == title


async def test_all_that_is_said_becomes_the_videos(api: Api, member: Member) -> None:
    category = await api.add_category()
    said = {**CLIP, "description": "In the garden", "category_id": str(category)}

    await patch(api, member, await begin(api, member, said=said), FILE)

    (video,) = api.tables.videos.values()
    assert (video.title, video.description) == ("First steps", "In the garden")
    assert video.category_id == category


async def test_a_patch_is_of_its_own_content_type_and_says_its_place(
    api: Api, member: Member
) -> None:
    path = await begin(api, member)

    for content_type in ("video/mp4", "application/octet-stream"):
        refused = await patch(api, member, path, b"x", headers={"Content-Type": content_type})
        check_error(refused, 415, "unsupported_media_type")
    for offset in ("", "x", "-1"):
        refused = await patch(api, member, path, b"x", headers={"Upload-Offset": offset})
        check_error(refused, 400, "malformed_request")
    wrong = await patch(api, member, path, b"x", headers={"Upload-Checksum": "sha1 x"})
    check_error(wrong, 400, "malformed_request")
    assert api.nothing_is_left() is False
    assert list(api.uploads.iterdir()) == []


async def test_the_same_file_again_goes_on_where_it_was(api: Api, member: Member) -> None:
    said = {**CLIP, "fingerprint": "clip.mkv-1024-1"}
    first = await begin(api, member, said=said)
    await patch(api, member, first, FILE[:100])

    again = await create(api, member, said={**said, "title": "Steps"})

    assert (again.status, path_of(again)) == (201, first)
    assert again.headers["Upload-Offset"] == "100"
    assert len(api.tables.uploads) == 1
    said_again = tus.parse_metadata((await head(api, member, first)).headers["Upload-Metadata"])
    assert said_again == {**said, "title": "Steps"}
    with_bytes = TUS | {
        "Content-Type": tus.CONTENT_TYPE,
        "Upload-Length": str(len(FILE)),
        "Upload-Metadata": tus.format_metadata(said),
    }
    known = await api.call("POST", "/api/uploads", member, data=FILE, headers=with_bytes)
    assert (known.status, known.headers["Upload-Offset"]) == (201, "100")
    assert (api.uploads / first.rpartition("/")[2]).read_bytes() == FILE[:100]


async def test_the_same_file_of_which_all_has_come_is_completed_at_once(
    api: Api, member: Member
) -> None:
    said = {**CLIP, "fingerprint": "f"}
    path = await begin(api, member, said=said)
    (api.uploads / path.rpartition("/")[2]).write_bytes(FILE)  # the service died right after this

    again = await create(api, member, said=said)

    (video,) = api.tables.videos.values()
    assert again.headers["X-Video-ID"] == str(video.id)


async def test_a_member_sees_what_can_be_gone_on_with(api: Api, member: Member) -> None:
    first = await begin(api, member, said={**CLIP, "fingerprint": "f"})
    await patch(api, member, first, FILE[:100])
    second = await begin(api, member, size=7)
    done = await begin(api, member)
    await patch(api, member, done, FILE)

    listed = await api.call("GET", "/api/uploads", member)

    assert listed.json == {
        "items": [
            {
                "id": path.rpartition("/")[2],
                "filename": "clip.mkv",
                "title": "First steps",
                "size_bytes": size,
                "offset": offset,
                "created_at": "2026-03-04T05:06:07.890123Z",
                "expires_at": "2026-03-05T05:06:07.890123Z",
                "fingerprint": fingerprint,
                "url": f"{PUBLIC_URL}{path}",
            }
            for path, size, offset, fingerprint in (
                (first, len(FILE), 100, "f"),
                (second, 7, 0, None),
            )
        ]
    }


async def test_what_would_happen_is_said_without_holding_anything(api: Api, member: Member) -> None:
    await api.set_limits(weekly_upload_limit_bytes=5_000, max_file_size_bytes=4_000)
    await begin(api, member, size=1_500)

    async def check(size: object) -> dict[str, object]:
        reply = await api.call("POST", "/api/uploads/check", member, json={"size": size})
        assert reply.status == 200, reply.content
        return dict(reply.json)

    limits = {
        "available_bytes": 3_500,
        "max_file_size_bytes": 4_000,
        "quota_resets_at": "2026-03-08T00:00:00Z",
    }
    assert await check(3_500) == limits | {"allowed": True, "error_code": None, "detail": None}
    over = await check(3_501)
    assert (over["allowed"], over["error_code"]) == (False, "quota_exceeded")
    assert over["detail"]
    large = await check(4_001)
    assert (large["allowed"], large["error_code"]) == (False, "file_too_large")
    assert len(api.tables.uploads) == 1
    for wrong in ({}, {"size": 0}, {"size": "1"}, {"size": 1, "name": "x"}):
        refused = await api.call("POST", "/api/uploads/check", member, json=wrong)
        check_error(refused, 422, "validation_error")


async def test_a_long_description_in_any_script_can_be_sent(api: Api, member: Member) -> None:
    said = {**CLIP, "description": "y" * 5_000}
    assert len(base64.b64encode(said["description"].encode())) < 8_190

    assert (await create(api, member, said=said)).status == 201


async def test_what_is_given_up_gives_its_reservation_back(api: Api, member: Member) -> None:
    await api.set_limits(weekly_upload_limit_bytes=1_500)
    path = await begin(api, member, size=1_000)
    check_error(await create(api, member, size=1_000), 413, "quota_exceeded")

    await delete(api, member, path)

    assert (await create(api, member, size=1_000)).status == 201
