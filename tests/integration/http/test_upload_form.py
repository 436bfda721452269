"""The upload form: what it may look like, and what is left of one that is refused."""

from itertools import permutations
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.integration.http.api import MISSING_ID, Api, Member, check_error
from tests.integration.http.forms import (
    BOUNDARY,
    CONTENT,
    FORM_TYPE,
    file_part,
    form,
    part,
    post_form,
    upload_form,
)
from vidcore.errors import FileFormatNotSupportedError

TITLE = part("title", "Holiday")
NESTED = (
    part("file", "")[0] + "Content-Type: multipart/mixed; boundary=inner\r\n",
    b"--inner\r\n\r\nx\r\n--inner--\r\n",
)


async def test_an_upload_becomes_a_pending_video(api: Api, member: Member) -> None:
    category = await api.add_category("Art")
    body = form(
        part("title", "  Holiday 🎬 "),
        part("description", "By the sea\r\nand beyond"),
        part("category_id", str(category)),
        file_part(filename="C:\\\\films\\\\Urlaub ü.MP4"),  # as quoted on the wire
    )

    reply = await post_form(api, member, body)

    shown = reply.json
    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/videos/{shown['id']}"
    assert shown == (await api.call("GET", reply.headers["Location"], member)).json
    assert (shown["title"], shown["description"]) == ("Holiday 🎬", "By the sea\r\nand beyond")
    assert (shown["category"]["name"], shown["uploader"]["username"]) == ("Art", "Max")
    assert (shown["original_filename"], shown["file_size_bytes"]) == ("Urlaub ü.MP4", len(CONTENT))
    assert (shown["processing_status"], shown["stream_url"]) == ("pending", None)


async def test_the_bytes_of_an_upload_are_kept_and_counted(api: Api, member: Member) -> None:
    await post_form(api, member, upload_form())

    (video,) = api.tables.videos.values()
    assert (api.uploads / str(video.source)).read_bytes() == CONTENT
    assert api.used_bytes(member) == len(CONTENT)
    assert api.queue.announced == [video.id]
    assert not api.tables.uploads


async def test_the_parts_may_come_in_any_order(api: Api, member: Member) -> None:
    category = await api.add_category()
    parts = (TITLE, part("description", "Words"), part("category_id", str(category)), file_part())

    for order in permutations(parts):
        reply = await post_form(api, member, form(*order))
        assert reply.status == 201, reply.content
        video = reply.json
        assert (video["title"], video["description"]) == ("Holiday", "Words")
        assert video["category_id"] == str(category)
        assert video["file_size_bytes"] == len(CONTENT)


async def test_empty_optional_fields_are_none(api: Api, member: Member) -> None:
    body = form(part("description", ""), part("category_id", ""), TITLE, file_part())

    video = (await post_form(api, member, body)).json

    assert (video["description"], video["category_id"]) == (None, None)


async def test_five_thousand_of_the_longest_characters_fit(api: Api, member: Member) -> None:
    text = "🎬" * 5_000

    for order in (
        (part("description", text), file_part()),
        (file_part(), part("description", text)),
    ):
        reply = await post_form(api, member, form(TITLE, *order))
        assert (reply.status, reply.json["description"]) == (201, text)


@pytest.mark.parametrize("title", ["<b>bold</b>", "'; DROP TABLE videos; --", "🎬 \u202e עברית"])
async def test_a_title_comes_back_as_it_was_sent(api: Api, member: Member, title: str) -> None:
    assert (await post_form(api, member, upload_form(title=title))).json["title"] == title


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([TITLE], "file"),
        ([file_part()], "title"),
        ([], "file"),
        ([TITLE, TITLE, file_part()], "title"),
        ([TITLE, file_part(), TITLE], "title"),
        ([TITLE, file_part(), file_part()], "file"),
        ([TITLE, part("description", "a"), part("description", "b"), file_part()], "description"),
        ([TITLE, file_part(), part("nonsense", "1")], "nonsense"),
        ([part("nonsense", "1"), TITLE, file_part()], "nonsense"),
        ([part("\udcff", "1"), TITLE, file_part()], "?"),
        ([TITLE, part("file", CONTENT)], "file"),
        ([TITLE, file_part(filename="x" * 252 + ".mp4")], "file"),
        ([TITLE, file_part(filename="\udcff.mp4")], "file"),
        ([part("title", " "), file_part()], "title"),
        ([file_part(), part("title", "x" * 201)], "title"),
        ([part("title", b"\xff"), file_part()], "title"),
        ([part("title", b"NUL\x00"), file_part()], "title"),
        ([part("title", b"\xed\xa0\x80 surrogate"), file_part()], "title"),
        ([part("title", "x" * 70_000), file_part()], "title"),
        ([TITLE, part("description", "x" * 5_001), file_part()], "description"),
        ([TITLE, file_part(), part("description", b"NUL\x00")], "description"),
        ([TITLE, part("category_id", "x"), file_part()], "category_id"),
        ([TITLE, part("category_id", MISSING_ID), file_part()], "category_id"),
        ([TITLE, file_part(), part("category_id", MISSING_ID)], "category_id"),
    ],
)
async def test_a_form_that_is_not_as_described_leaves_nothing(
    api: Api, member: Member, parts: list[Any], field: str
) -> None:
    encoded = [(head.encode("utf-8", "surrogateescape"), content) for head, content in parts]
    delimiter = f"--{BOUNDARY}".encode()
    body = b"".join(delimiter + b"\r\n" + head + b"\r\n" + c + b"\r\n" for head, c in encoded)

    reply = await post_form(api, member, body + delimiter + b"--\r\n")

    check_error(reply, 422, "validation_error")
    assert reply.fields == {field}
    assert api.nothing_is_left()
    assert api.used_bytes(member) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        upload_form().replace(BOUNDARY.encode(), b"another"),
        form(TITLE, NESTED),
        form(TITLE, file_part(), end=b""),
        form(TITLE, file_part(), end=b"")[:-20],
        form(file_part(), TITLE, end=b""),
        form(TITLE, end=b""),
        form(TITLE, ("no header at all\r\n", CONTENT)),
        form(TITLE, ("A: " + "x" * 20_000 + "\r\n", CONTENT)),
    ],
)
async def test_a_broken_form_is_malformed_and_leaves_nothing(
    api: Api, member: Member, body: bytes
) -> None:
    reply = await post_form(api, member, body)

    check_error(reply, 400, "malformed_request")
    assert api.nothing_is_left()


async def test_a_part_without_a_name_is_not_known(api: Api, member: Member) -> None:
    for nameless in ("Content-Disposition: form-data\r\n", "Content-Type: video/mp4\r\n", ""):
        reply = await post_form(api, member, form(TITLE, (nameless, CONTENT)))
        check_error(reply, 422, "validation_error")
        assert reply.fields == {""}
    assert api.nothing_is_left()


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("multipart/form-data", 400, "malformed_request"),
        ("multipart/form-data; boundary", 400, "malformed_request"),
        ("multipart/form-data; xboundary=x", 400, "malformed_request"),
        ("multipart/form-data; boundary=" + "x" * 71, 400, "malformed_request"),
        ("multipart/mixed; boundary=" + BOUNDARY, 415, "unsupported_media_type"),
        ("application/json", 415, "unsupported_media_type"),
        ("video/mp4", 415, "unsupported_media_type"),
        ("", 415, "unsupported_media_type"),
    ],
)
async def test_an_upload_says_that_it_is_a_form(
    api: Api, member: Member, content_type: str, status: int, code: str
) -> None:
    reply = await post_form(api, member, upload_form(), content_type)

    check_error(reply, status, code)
    assert api.nothing_is_left()


@pytest.mark.parametrize(
    "content_type",
    [
        f'multipart/form-data; boundary="{BOUNDARY}"',
        f"Multipart/Form-Data; charset=utf-8; Boundary={BOUNDARY}",
        f'multipart/form-data; boundary="{BOUNDARY}"; charset=utf-8',
    ],
)
async def test_a_boundary_may_be_quoted_and_have_neighbours(
    api: Api, member: Member, content_type: str
) -> None:
    await api.set_limits(weekly_upload_limit_bytes=len(CONTENT))

    assert (await post_form(api, member, upload_form(), content_type)).status == 201


@pytest.mark.parametrize("name", ["a.txt", "mp4", ".mp4", "a.mp4.exe", "a.mp4 .", "a."])
async def test_a_file_that_is_named_like_no_video_is_refused_unread(
    api: Api, member: Member, name: str
) -> None:
    reply = await post_form(api, member, form(TITLE, file_part(filename=name)))

    check_error(reply, 415, "file_format_not_supported")
    assert api.nothing_is_left()


async def test_a_file_that_is_no_video_inside_is_refused_and_costs_nothing(
    api: Api, member: Member
) -> None:
    api.transcoder.errors["probe"] = FileFormatNotSupportedError("This is a text.")

    reply = await post_form(api, member, upload_form())

    body = check_error(reply, 415, "file_format_not_supported")
    assert body["detail"] == "This is a text."
    assert api.nothing_is_left()
    assert api.used_bytes(member) == 0


async def test_a_bug_on_the_way_leaves_nothing_and_tells_nothing(api: Api, member: Member) -> None:
    api.transcoder.errors["probe"] = ValueError("a bug in /srv/secret")

    with capture_logs():
        reply = await post_form(api, member, upload_form())

    check_error(reply, 500, "internal_error")
    assert b"secret" not in reply.content
    assert api.nothing_is_left()


@pytest.mark.parametrize("length", ["x", "3", "300"])
async def test_a_length_that_a_part_claims_is_ignored(
    api: Api, member: Member, length: str
) -> None:
    head, content = file_part()

    reply = await post_form(
        api, member, form((f"{head}Content-Length: {length}\r\n", content), TITLE)
    )

    assert (reply.status, reply.json["file_size_bytes"]) == (201, len(CONTENT))


async def test_a_preamble_and_an_epilogue_are_ignored(api: Api, member: Member) -> None:
    reply = await post_form(api, member, b"preamble\r\n" + upload_form() + b"epilogue")

    assert reply.status == 201
    assert FORM_TYPE.startswith("multipart/form-data")


async def test_semicolons_in_the_name_of_a_file_are_kept(api: Api, member: Member) -> None:
    reply = await post_form(api, member, form(TITLE, file_part(filename="Paris; day 1; 2.mp4")))

    assert (reply.status, reply.json["original_filename"]) == (201, "Paris; day 1; 2.mp4")
