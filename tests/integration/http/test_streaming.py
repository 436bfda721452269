"""What a player is sent: the file, a range of it, or the word that it has it already."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.http.api import Api, Member, Reply, check_error
from vidcore.lifecycle import Status
from vidcore.videos import Video

CONTENT = bytes(range(256)) * 4 + b"the end"
SIZE = len(CONTENT)
MODIFIED = 1_700_000_000
AS_DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"


@pytest.fixture
async def video(api: Api, member: Member) -> Video:
    video = await api.add_completed(member, CONTENT, title='A "title" / ü\n')
    os.utime(api.data / str(video.media), (MODIFIED, MODIFIED))
    return video


async def stream(api: Api, video: Video, by: Member, method: str = "GET", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.call(method, f"/api/videos/{video.id}/stream", by, headers=named)


async def test_the_whole_file_is_sent_with_its_validators(
    api: Api, member: Member, video: Video
) -> None:
    reply = await stream(api, video, member)

    assert (reply.status, reply.content) == (200, CONTENT)
    headers = reply.headers
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Last-Modified"] == AS_DATE
    assert headers["ETag"].startswith('"')
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Request-ID"]
    assert headers["Content-Disposition"] == (
        "inline; filename*=UTF-8''A%20%22title%22%20%2F%20%C3%BC%0A.mp4"
    )
    assert "Content-Range" not in headers


async def test_the_thumbnail_is_sent_with_its_validators(api: Api, member: Member) -> None:
    video = await api.add_completed(member, jpeg=b"\xff\xd8 a jpeg")
    path = f"/api/videos/{video.id}/thumbnail"

    reply = await api.call("GET", path, member)
    again = await api.call("GET", path, member, headers={"If-None-Match": reply.headers["ETag"]})

    assert (reply.status, reply.content) == (200, b"\xff\xd8 a jpeg")
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert (again.status, again.content) == (304, b"")


async def test_head_tells_the_same_without_the_bytes(
    api: Api, member: Member, video: Video
) -> None:
    get, head = await stream(api, video, member), await stream(api, video, member, "HEAD")

    assert (head.status, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Accept-Ranges"):
        assert head.headers[name] == get.headers[name]
    assert (await stream(api, video, member, "HEAD", Range="bytes=0-1")).status == 200


@pytest.mark.parametrize(
    ("wanted", "cut"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=500-599", (500, 600)),
        (f"bytes={SIZE - 1}-", (SIZE - 1, SIZE)),
        ("bytes=0-", (0, SIZE)),
        ("bytes=1000-", (1000, SIZE)),
        ("bytes=-7", (SIZE - 7, SIZE)),
        ("bytes=-99999", (0, SIZE)),
        ("bytes=5-99999", (5, SIZE)),
        ("Bytes= 5-6 ", (5, 7)),
        ("bytes=5-6,", (5, 7)),
    ],
)
async def test_a_range_is_sent_exactly(
    api: Api, member: Member, video: Video, wanted: str, cut: tuple[int, int]
) -> None:
    start, stop = cut
    reply = await stream(api, video, member, Range=wanted)

    assert (reply.status, reply.content) == (206, CONTENT[start:stop])
    assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert reply.headers["Content-Length"] == str(stop - start)
    assert reply.headers["Content-Type"] == "video/mp4"


@given(first=st.integers(0, SIZE + 9), last=st.integers(0, SIZE + 9))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_range_is_cut_as_a_slice_is(
    api: Api, member: Member, video: Video, first: int, last: int
) -> None:
    reply = await stream(api, video, member, Range=f"bytes={first}-{last}")

    if last < first:
        assert (reply.status, reply.content) == (200, CONTENT)
    elif first >= SIZE:
        assert reply.status == 416
    else:
        assert (reply.status, reply.content) == (206, CONTENT[first : last + 1])


@pytest.mark.parametrize(
    "ignored",
    [
        "bytes=0-1,3-4",
        "bytes=5-2",
        "items=0-4",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=--1",
        "bytes=0x1-0x2",
        "",
    ],
)
async def test_a_range_that_is_not_understood_is_ignored(
    api: Api, member: Member, video: Video, ignored: str
) -> None:
    reply = await stream(api, video, member, Range=ignored)

    assert (reply.status, reply.content) == (200, CONTENT)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=99999-99999", "bytes=-0"])
async def test_a_range_outside_the_file_is_told_its_size(
    api: Api, member: Member, video: Video, wanted: str
) -> None:
    reply = await stream(api, video, member, Range=wanted)

    check_error(reply, 416, "range_not_satisfiable")
    assert reply.headers["Content-Range"] == f"bytes */{SIZE}"
    assert reply.headers["Accept-Ranges"] == "bytes"


async def test_if_range_sends_the_range_only_of_this_very_file(
    api: Api, member: Member, video: Video
) -> None:
    etag = (await stream(api, video, member)).headers["ETag"]

    for condition, status in (
        (etag, 206),
        (AS_DATE, 206),
        (f"W/{etag}", 200),
        ('"another"', 200),
        (LATER, 200),
        (EARLIER, 200),
        ("garbage", 200),
    ):
        reply = await stream(api, video, member, Range="bytes=1-2", If_Range=condition)
        assert (condition, reply.status) == (condition, status)
        assert reply.content == (CONTENT[1:3] if status == 206 else CONTENT)


async def test_what_the_client_has_already_is_not_sent_again(
    api: Api, member: Member, video: Video
) -> None:
    etag = (await stream(api, video, member)).headers["ETag"]
    conditions: tuple[tuple[dict[str, Any], int], ...] = (
        ({"If_None_Match": etag}, 304),
        ({"If_None_Match": f'"x", W/{etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x"', "If_Modified_Since": LATER}, 200),
        ({"If_Modified_Since": AS_DATE}, 304),
        ({"If_Modified_Since": LATER}, 304),
        ({"If_Modified_Since": EARLIER}, 200),
        ({"If_Modified_Since": "garbage"}, 200),
        ({"If_None_Match": etag, "Range": "bytes=0-1"}, 304),
    )

    for headers, status in conditions:
        reply = await stream(api, video, member, **headers)
        assert (headers, reply.status) == (headers, status)
        assert reply.content == (b"" if status == 304 else CONTENT)
        assert reply.headers["ETag"] == etag
        if status == 304:
            assert "Content-Length" not in reply.headers


async def test_a_condition_that_does_not_hold_sends_nothing(
    api: Api, member: Member, video: Video
) -> None:
    etag = (await stream(api, video, member)).headers["ETag"]

    for headers, status in (
        ({"If_Match": '"x"'}, 412),
        ({"If_Match": f'"x", {etag}'}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Unmodified_Since": EARLIER}, 412),
        ({"If_Unmodified_Since": AS_DATE}, 200),
    ):
        reply = await stream(api, video, member, **headers)
        assert (headers, reply.status) == (headers, status)
        if status == 412:
            check_error(reply, 412, "precondition_failed")


async def test_an_empty_file_is_sent_and_has_no_range(api: Api, member: Member) -> None:
    video = await api.add_completed(member, b"")

    assert (await stream(api, video, member)).content == b""
    check_error(await stream(api, video, member, Range="bytes=0-"), 416, "range_not_satisfiable")


@pytest.mark.parametrize("kind", ["stream", "thumbnail"])
async def test_what_is_not_ready_or_has_failed_is_told_so(
    api: Api, member: Member, kind: str
) -> None:
    for status, code in (
        (Status.PENDING, "video_not_ready"),
        (Status.PROCESSING, "video_not_ready"),
        (Status.FAILED, "video_processing_failed"),
    ):
        video = await api.add_video(member, status)
        reply = await api.call("GET", f"/api/videos/{video.id}/{kind}", member)
        body = check_error(reply, 409, code)
        assert "moov" not in body["detail"]


async def test_a_file_that_is_gone_is_a_404_without_its_path(
    api: Api, member: Member, video: Video
) -> None:
    (api.data / str(video.media)).unlink()

    reply = await stream(api, video, member)

    check_error(reply, 404, "not_found")
    assert str(api.data) not in reply.content.decode()
