"""Uploads whose client is slow, silent, gone, or asks first; and what they give back."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.http.api import (
    HEAD_END,
    Api,
    Member,
    check_error,
    read_reply,
    until,
)
from tests.integration.http.forms import (
    FORM_TYPE,
    file_part,
    form,
    part,
    post_form,
    upload_form,
    upload_head,
)

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture(autouse=True, params=[1 << 62, 1], ids=["by aiohttp's reader", "from the socket"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How bodies are read: small ones are so only by the first way, unless they are called large."""
    monkeypatch.setattr("adapters_http.body.LARGE", request.param)


async def test_who_may_not_upload_is_not_asked_for_the_body(api: Api, member: Member) -> None:
    stranger = Member(user=member.user, token="forged")
    async with api.connection() as (reader, writer):
        writer.write(upload_head(stranger, MIB, "Expect: 100-continue"))
        check_error(await read_reply(reader), 401, "not_authenticated")


async def test_a_client_that_asks_first_is_told_to_go_on(api: Api, member: Member) -> None:
    body = upload_form()
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, len(body), "Expect: 100-continue"))
        interim = await asyncio.wait_for(reader.readuntil(HEAD_END), 5)
        writer.write(body)
        reply = await read_reply(reader)

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert reply.status == 201


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
async def test_a_broken_off_upload_leaves_nothing(api: Api, member: Member, share: float) -> None:
    body = upload_form(os.urandom(300 * KIB))
    async with api.connection() as (_, writer):
        writer.write(upload_head(member, len(body)) + body[: int(len(body) * share)])
        await until(lambda: api.tables.uploads and list(api.uploads.iterdir()))
        assert api.tables.uploads
    await until(api.nothing_is_left)

    assert api.used_bytes(member) == 0
    await api.set_limits(weekly_upload_limit_bytes=300 * KIB)
    assert (await post_form(api, member, body)).status == 201


async def test_a_slow_client_is_heard_as_long_as_bytes_come(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.body.SILENCE", 0.4)
    body = upload_form()
    step = len(body) // 12 + 1
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, len(body)))
        for at in range(0, len(body), step):
            writer.write(body[at : at + step])
            await asyncio.sleep(0.05)  # this is what makes the client slow
        reply = await read_reply(reader)

    assert reply.status == 201


async def test_a_silent_client_is_given_up_and_leaves_nothing(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.body.SILENCE", 0.2)
    body = upload_form()
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, len(body)) + body[:-30])
        reply = await read_reply(reader)

    check_error(reply, 400, "malformed_request")
    assert api.nothing_is_left()


async def test_a_long_upload_keeps_its_reservation_while_bytes_come(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.forms.RENEW_EVERY", timedelta(0))
    body = upload_form(os.urandom(8 * KIB))
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, len(body)) + body[: 3 * KIB])
        await until(lambda: api.tables.uploads)
        for at in (3 * KIB, 6 * KIB):
            api.clock.advance(timedelta(minutes=4))
            expected = api.clock.now() + timedelta(minutes=5)
            writer.write(body[at : at + 3 * KIB])

            def renewed(until: Any = expected) -> bool:
                return any(upload.expires_at == until for upload in api.tables.uploads.values())

            if at == 3 * KIB:
                await until(renewed)
        reply = await read_reply(reader)

    assert reply.status == 201


async def test_an_upload_whose_time_is_over_leaves_nothing(api: Api, member: Member) -> None:
    body = upload_form()
    async with api.connection() as (reader, writer):
        writer.write(upload_head(member, len(body)) + body[:-30])
        await until(lambda: api.tables.uploads)
        api.clock.advance(timedelta(minutes=5))
        writer.write(body[-30:])
        reply = await read_reply(reader)

    check_error(reply, 404, "not_found")
    assert api.nothing_is_left()


def high_water_mark() -> int:
    """Give the most bytes of memory that this process has had since the mark was reset."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * KIB


async def test_a_large_upload_is_kept_exactly_in_little_memory(api: Api, member: Member) -> None:
    base, zeros = os.urandom(MIB), bytes(MIB)
    blocks = [base[n:] + base[:n] if n % 2 else zeros for n in range(8)]
    prefix, suffix = form(part("title", "Large"), file_part(b"|")).split(b"|")
    size = len(prefix) + 64 * MIB + len(suffix)

    async def body() -> AsyncIterator[bytes]:
        yield prefix
        for n in range(64):
            yield blocks[n % 8]
        yield suffix

    Path("/proc/self/clear_refs").write_text("5")  # resets the mark, proc(5)
    before = high_water_mark()
    headers = {"Content-Type": FORM_TYPE, "Content-Length": str(size)}
    reply = await api.call("POST", "/api/videos", member, data=body(), headers=headers)
    grown = high_water_mark() - before

    assert reply.status == 201, reply.content
    assert grown < 16 * MIB
    (video,) = api.tables.videos.values()
    expected = hashlib.sha256(b"".join(blocks) * 8).hexdigest()
    stored = hashlib.sha256((api.uploads / str(video.source)).read_bytes()).hexdigest()
    assert stored == expected
