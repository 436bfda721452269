"""Resumable uploads over HTTP: begun, gone on with, completed, given up."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from adapters_http import tus
from tests.integration.http.api import MISSING_ID, Api, Member, check_error
from tests.integration.http.resumable import (
    CLIP,
    FILE,
    TUS,
    begin,
    create,
    delete,
    head,
    offset_of,
    patch,
    path_of,
)
from vidcore.errors import FileFormatNotSupportedError, ServiceUnavailableError
from vidcore.lifecycle import Status
from vidcore.use_cases.housekeeping import TidyUp


async def test_an_upload_in_three_parts_is_a_pending_video(api: Api, member: Member) -> None:
    path = await begin(api, member)
    assert api.used_bytes(member) == 0

    for start, end in ((0, 1), (1, 1000)):
        reply = await patch(api, member, path, FILE[start:end], offset=start)
        assert (reply.status, reply.headers["Upload-Offset"]) == (204, str(end))
        assert "X-Video-ID" not in reply.headers
    reply = await patch(api, member, path, FILE[1000:], offset=1000)

    (video,) = api.tables.videos.values()
    assert (reply.status, reply.headers["X-Video-ID"]) == (204, str(video.id))
    assert (video.title, video.original_filename, video.status) == (
        "First steps",
        "clip.mkv",
        Status.PENDING,
    )
    assert (api.uploads / str(video.source)).read_bytes() == FILE
    assert api.used_bytes(member) == video.file_size_bytes == len(FILE)
    assert api.queue.announced == [video.id]
    shown = await api.call("GET", f"/api/videos/{video.id}", member)
    assert shown.json["processing_status"] == "pending"


async def test_every_answer_says_when_the_upload_ends(api: Api, member: Member) -> None:
    created = await create(api, member)
    path = path_of(created)
    sent = await patch(api, member, path, FILE[:1])
    looked = await head(api, member, path)

    for reply in (created, sent, looked):
        assert reply.headers["Tus-Resumable"] == "1.0.0"
        ends = parsedate_to_datetime(reply.headers["Upload-Expires"])
        assert ends == (api.clock.now() + timedelta(hours=24)).replace(microsecond=0)
        assert reply.headers["Cache-Control"] == "no-store"
    assert created.headers["Upload-Offset"] == "0"
    assert looked.headers["Upload-Length"] == str(len(FILE))
    assert tus.parse_metadata(looked.headers["Upload-Metadata"]) == CLIP


async def test_the_video_is_named_again_however_often_one_asks(api: Api, member: Member) -> None:
    path = await begin(api, member)
    done = await patch(api, member, path, FILE)

    again = await patch(api, member, path, b"", offset=len(FILE))
    looked = await head(api, member, path)

    (video,) = api.tables.videos.values()
    assert {r.headers["X-Video-ID"] for r in (done, again, looked)} == {str(video.id)}
    assert {r.headers["Upload-Offset"] for r in (done, again, looked)} == {str(len(FILE))}
    wrong = await patch(api, member, path, b"", offset=1)
    check_error(wrong, 409, "upload_offset_mismatch")
    check_error(await patch(api, member, path, b"x", offset=len(FILE)), 413, "file_too_large")
    (upload,) = api.tables.uploads.values()
    assert upload.reserved_bytes == 0
    await api.use_cases.delete_video(actor=member.user, video_id=video.id)
    assert (await head(api, member, path)).headers["X-Video-ID"] == str(video.id)


async def test_bytes_for_another_place_are_refused_and_change_nothing(
    api: Api, member: Member
) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE[:100])

    for offset in (0, 99, 101, 10**17):
        refused = await patch(api, member, path, FILE[:1], offset=offset)
        check_error(refused, 409, "upload_offset_mismatch")
        assert refused.headers["Upload-Offset"] == "100"

    assert await offset_of(api, member, path) == 100


async def test_no_more_bytes_come_in_than_were_declared(api: Api, member: Member) -> None:
    path = await begin(api, member)

    async def chunked() -> object:
        yield FILE
        yield b"x"

    for content in (FILE + b"x", chunked()):
        check_error(await patch(api, member, path, content), 413, "file_too_large")
        assert await offset_of(api, member, path) <= len(FILE)
    assert api.tables.videos == {}


async def test_an_upload_can_come_with_its_creation(api: Api, member: Member) -> None:
    whole = {"Content-Type": tus.CONTENT_TYPE}
    sent = TUS | whole | {"Upload-Metadata": tus.format_metadata(CLIP)}
    sent |= {"Upload-Length": str(len(FILE))}

    done = await api.call("POST", "/api/uploads", member, data=FILE, headers=sent)
    begun = await api.call("POST", "/api/uploads", member, data=FILE[:9], headers=sent)

    (video,) = api.tables.videos.values()
    assert (done.status, done.headers["X-Video-ID"]) == (201, str(video.id))
    assert (begun.status, begun.headers["Upload-Offset"]) == (201, "9")
    await patch(api, member, path_of(begun), FILE[9:], offset=9)
    assert len(api.tables.videos) == 2


async def test_a_creation_whose_bytes_are_refused_leaves_nothing(api: Api, member: Member) -> None:
    sent = TUS | {
        "Content-Type": tus.CONTENT_TYPE,
        "Upload-Metadata": tus.format_metadata(CLIP),
        "Upload-Length": "4",
    }
    too_much = await api.call("POST", "/api/uploads", member, data=b"12345", headers=sent)
    check_error(too_much, 413, "file_too_large")
    sent["Content-Type"] = "video/mp4"
    other = await api.call("POST", "/api/uploads", member, data=b"1234", headers=sent)
    check_error(other, 415, "unsupported_media_type")

    assert api.nothing_is_left()


async def test_a_given_up_upload_leaves_nothing(api: Api, member: Member) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE[:100])

    assert (await delete(api, member, path)).status == 204

    assert api.nothing_is_left()
    check_error(await delete(api, member, path), 404, "not_found")
    check_error(await patch(api, member, path, b"x", offset=100), 404, "not_found")
    assert (await head(api, member, path)).status == 404
    assert api.nothing_is_left()


async def test_giving_up_what_became_a_video_leaves_the_video(api: Api, member: Member) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE)

    assert (await delete(api, member, path)).status == 204

    (video,) = api.tables.videos.values()
    assert (api.uploads / str(video.source)).read_bytes() == FILE
    assert (await head(api, member, path)).status == 404


async def test_an_upload_is_its_owners_alone(
    api: Api, member: Member, other: Member, admin: Member
) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE[:5])

    for stranger in (other, admin):
        assert (await head(api, stranger, path)).status == 404
        check_error(await patch(api, stranger, path, b"x", offset=5), 404, "not_found")
        check_error(await delete(api, stranger, path), 404, "not_found")
        listed = await api.call("GET", "/api/uploads", stranger)
        assert listed.json == {"items": []}
    assert await offset_of(api, member, path) == 5


async def test_unknown_uploads_are_not_found_and_make_no_file(api: Api, member: Member) -> None:
    for unknown in (MISSING_ID, "nonsense"):
        path = f"/api/uploads/{unknown}"
        check_error(await patch(api, member, path, b"x"), 404, "not_found")
        assert (await head(api, member, path)).status == 404
    assert api.nothing_is_left()


async def test_an_upload_ends_at_its_deadline_and_gives_all_back(api: Api, member: Member) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE[:100])
    api.clock.advance(timedelta(hours=24))
    late = api.freshly(member)

    assert (await head(api, late, path)).status == 404
    check_error(await patch(api, late, path, FILE[100:], offset=100), 404, "not_found")
    async with api.store.read() as uow:
        assert await uow.uploads.reserved_bytes(api.clock.now(), member.id) == 0
    tidy_up = TidyUp(store=api.store, uploads=api.use_cases.uploads, clock=api.clock)
    assert await tidy_up() == 1
    assert api.nothing_is_left()


async def test_content_that_is_no_video_goes_at_once(api: Api, member: Member) -> None:
    api.transcoder.errors["probe"] = FileFormatNotSupportedError("A poem.")
    path = await begin(api, member)

    refused = await patch(api, member, path, FILE)

    check_error(refused, 415, "file_format_not_supported")
    assert api.nothing_is_left()
    assert api.used_bytes(member) == 0
    assert (await head(api, member, path)).status == 404


async def test_what_could_not_be_probed_yet_is_completed_by_an_empty_patch(
    api: Api, member: Member
) -> None:
    path = await begin(api, member)
    api.transcoder.errors["probe"] = ServiceUnavailableError("Too many processes.")
    failed = await patch(api, member, path, FILE)
    check_error(failed, 503, "service_unavailable")
    assert int(failed.headers["Retry-After"]) > 0

    api.transcoder.errors.clear()
    done = await patch(api, member, path, b"", offset=len(FILE))

    (video,) = api.tables.videos.values()
    assert (done.status, done.headers["X-Video-ID"]) == (204, str(video.id))


async def test_a_client_that_only_looks_after_a_crash_gets_its_video(
    api: Api, member: Member
) -> None:
    path = await begin(api, member)
    await patch(api, member, path, FILE[:-1])
    with (api.uploads / path.rpartition("/")[2]).open("ab") as file:
        file.write(FILE[-1:])  # as if the service had died before the video was made

    looked = await head(api, member, path)

    (video,) = api.tables.videos.values()
    assert (looked.status, looked.headers["X-Video-ID"]) == (200, str(video.id))
    assert looked.headers["Upload-Offset"] == str(len(FILE))


async def test_a_category_that_goes_meanwhile_costs_no_upload(api: Api, member: Member) -> None:
    category = await api.add_category()
    path = await begin(api, member, said={**CLIP, "category_id": str(category)})
    await api.use_cases.remove_category(category)

    done = await patch(api, member, path, FILE)

    assert done.status == 204
    (video,) = api.tables.videos.values()
    assert video.category_id is None


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "DELETE"])
async def test_a_client_that_can_only_post_says_what_it_means(
    api: Api, member: Member, method: str
) -> None:
    path = await begin(api, member)
    headers = TUS | {
        "X-HTTP-Method-Override": method,
        "Content-Type": tus.CONTENT_TYPE,
        "Upload-Offset": "0",
    }

    reply = await api.call("POST", path, member, data=FILE[:7], headers=headers)

    assert reply.status == (200 if method == "HEAD" else 204)
    assert len(api.tables.uploads) == (0 if method == "DELETE" else 1)
    if method == "PATCH":
        assert await offset_of(api, member, path) == 7
    headers["X-HTTP-Method-Override"] = "GET"
    refused = await api.call("POST", path, member, headers=headers)
    check_error(refused, 405, "method_not_allowed")
