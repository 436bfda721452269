"""How much may be uploaded, and what an upload that ends early gives back."""

import os
from typing import Any

import pytest

from tests.integration.http.api import (
    Api,
    Member,
    check_error,
    read_reply,
    until,
)
from tests.integration.http.forms import (
    CONTENT,
    file_part,
    form,
    in_chunks,
    part,
    post_form,
    upload_form,
    upload_head,
)
from vidcore.errors import StorageFullError
from vidcore.testing.identity import numbered_id

MIB = 1 << 20
TO_SUNDAY = 327_233  # seconds from Wednesday, 05:06:07.89, rounded up


@pytest.fixture(autouse=True, params=[1 << 62, 1], ids=["by aiohttp's reader", "from the socket"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How bodies are read: small ones are so only by the first way, unless they are called large."""
    monkeypatch.setattr("adapters_http.body.LARGE", request.param)


async def test_the_last_byte_of_the_quota_can_be_used_and_not_one_more(
    api: Api, member: Member
) -> None:
    for excess, status in ((1, 413), (0, 201)):
        await api.set_limits(weekly_upload_limit_bytes=len(CONTENT) - excess)
        reply = await post_form(api, member, upload_form())
        assert reply.status == status
        if excess:
            body = check_error(reply, 413, "quota_exceeded")
            assert str(len(CONTENT)) in body["detail"]
            assert reply.headers["Retry-After"] == str(TO_SUNDAY)
            assert api.nothing_is_left()
    assert api.used_bytes(member) == len(CONTENT)


async def test_the_same_holds_for_a_body_of_unknown_length(api: Api, member: Member) -> None:
    content = os.urandom(MIB)
    body = form(part("title", "Holiday"), file_part(content))
    pieces = [body[at : at + 50_000] for at in range(0, len(body), 50_000)]
    for excess in (1, 0):
        await api.set_limits(weekly_upload_limit_bytes=len(content) - excess)
        reply = await post_form(api, member, in_chunks(pieces))
        if excess:
            check_error(reply, 413, "quota_exceeded")
            assert api.nothing_is_left()
        else:
            assert reply.status == 201
    assert api.used_bytes(member) == len(content)


async def test_a_file_of_the_greatest_size_is_accepted_and_one_byte_more_refused(
    api: Api, member: Member
) -> None:
    for excess in (1, 0):
        await api.set_limits(max_file_size_bytes=len(CONTENT) - excess)
        for body in (upload_form(), in_chunks([upload_form()])):
            reply = await post_form(api, member, body)
            if excess:
                check_error(reply, 413, "file_too_large")
                assert "Retry-After" not in reply.headers
                assert api.nothing_is_left()
            else:
                assert reply.status == 201


async def test_an_upload_that_turns_out_larger_is_given_more_room(api: Api, member: Member) -> None:
    # The fields are said to be large, so less is held for the file at first than it has.
    boundary = "x" * 60
    content = os.urandom(100)
    body = upload_form(content).replace(b"----vidcore-test", boundary.encode())
    padded = f"multipart/form-data; boundary={boundary}; pad={'y' * 200}"

    reply = await post_form(api, member, body, padded)

    assert reply.status == 201
    assert api.used_bytes(member) == len(content)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"weekly_upload_limit_bytes": 1_000}, "quota_exceeded"),
        ({"max_file_size_bytes": 1_000}, "file_too_large"),
    ],
)
async def test_what_the_headers_show_to_be_too_much_is_refused_before_the_body(
    api: Api, member: Member, limits: dict[str, int], code: str
) -> None:
    await api.set_limits(**limits)
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, 10 * MIB, "Expect: 100-continue"))
        reply = await read_reply(reader)  # the first line is the refusal: there was no 100

    check_error(reply, 413, code)
    assert reply.headers["Connection"] == "close"
    assert api.nothing_is_left()


async def test_of_two_uploads_that_exceed_the_quota_together_one_succeeds(
    api: Api, member: Member
) -> None:
    content = os.urandom(600)
    body = upload_form(content)
    await api.set_limits(weekly_upload_limit_bytes=1_000)
    async with api.connection() as first, api.connection() as second:
        for _, writer in (first, second):
            writer.write(upload_head(member, len(body)) + body[:300])
        await until(lambda: len(api.tables.uploads) == 2)
        for _, writer in (second, first):
            writer.write(body[300:])
        replies = [await read_reply(reader) for reader, _ in (first, second)]

    assert sorted(reply.status for reply in replies) == [201, 413]
    assert api.used_bytes(member) == 600
    assert len(list(api.uploads.iterdir())) == len(api.tables.videos) == 1
    assert not api.tables.uploads


async def test_a_disk_without_room_is_told_before_the_body(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def free_bytes(_: object) -> int:
        return 100

    monkeypatch.setattr(type(api.use_cases.uploads), "free_bytes", free_bytes)
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, MIB, "Expect: 100-continue"))
        reply = await read_reply(reader)

    check_error(reply, 507, "storage_full")
    assert api.nothing_is_left()


async def test_a_disk_that_fills_up_on_the_way_costs_nothing(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[Any] = []

    async def write(self: object, block: bytes) -> None:
        writers.append(self)
        raise StorageFullError(len(block), 0)

    monkeypatch.setattr("adapters_fs.writer.FilesystemUploadWriter.write", write)
    reply = await post_form(api, member, upload_form())

    check_error(reply, 507, "storage_full")
    assert writers
    assert api.nothing_is_left()


async def test_bytes_of_somebody_else_in_the_file_are_noticed(api: Api, member: Member) -> None:
    (api.uploads / str(numbered_id(1_000_000))).write_bytes(b"left over")

    reply = await post_form(api, member, upload_form())

    check_error(reply, 400, "malformed_request")
    assert api.nothing_is_left()
