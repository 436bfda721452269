"""Sending to clients that are slow, go away, or speak TLS."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from adapters_http import HttpSettings, create_app
from tests.integration.http.api import (
    HEAD_END,
    PUBLIC_URL,
    Api,
    LoopbackServer,
    Member,
    close,
    until,
)
from tests.integration.http.forms import head_of
from vidcore.videos import Video

MIB = 1 << 20
DESCRIPTORS = Path("/proc/self/fd")
CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Of localhost, signed by itself and made for these tests alone; its key is no secret."""


def get(video: Video, by: Member, *lines: str) -> bytes:
    return head_of(by, *lines, method="GET", path=f"/api/videos/{video.id}/stream")


@asynccontextmanager
async def narrow_connection(api: Api) -> AsyncIterator[tuple[asyncio.StreamReader, Any]]:
    """A client whose socket and reader hold next to nothing, so that the server has to wait."""
    assert api.client.server.port is not None
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(0)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", api.client.server.port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=4_096)
    try:
        yield reader, writer
    finally:
        await close(writer)


def transports(api: Api) -> list[asyncio.Transport]:
    server = api.client.server.handler
    assert isinstance(server, web.Server)
    found = [connection.transport for connection in server.connections]
    return [transport for transport in found if isinstance(transport, asyncio.Transport)]


async def read_slowly(reader: asyncio.StreamReader, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        block = await asyncio.wait_for(reader.read(size - len(content)), 10)
        if not block:
            break
        content += block
    return bytes(content)


async def test_a_slow_reader_gets_everything(api: Api, member: Member) -> None:
    content = os.urandom(6 * MIB)
    video = await api.add_completed(member, content)
    async with narrow_connection(api) as (reader, writer):
        writer.write(get(video, member))
        await reader.readuntil(HEAD_END)
        received = await read_slowly(reader, len(content))

    assert received == content


async def test_pipelined_requests_are_answered_one_after_the_other(
    api: Api, member: Member
) -> None:
    content = os.urandom(3 * MIB)
    video = await api.add_completed(member, content)
    async with narrow_connection(api) as (reader, writer):
        writer.write(get(video, member) * 4)
        for _ in range(4):
            await reader.readuntil(HEAD_END)
            assert await read_slowly(reader, len(content)) == content


async def test_a_file_waits_for_the_answers_before_it(api: Api, member: Member) -> None:
    video = await api.add_completed(member, b"the file")
    for _ in range(50):
        await api.add_video(member)
    listed = (await api.call("GET", "/api/videos?page_size=50", member)).content
    asked = head_of(member, method="GET", path="/api/videos?page_size=50")
    async with narrow_connection(api) as (reader, writer):
        writer.write(asked)
        await until(lambda: any(transports(api)))
        count = 1
        while not any(transport.get_write_buffer_size() for transport in transports(api)):
            writer.write(asked)
            count += 1
            await asyncio.sleep(0.005)
        writer.write(get(video, member))
        await until(lambda: api.in_flight == 1)
        for expected in [*[listed] * count, b"the file"]:
            await reader.readuntil(HEAD_END)
            assert await read_slowly(reader, len(expected)) == expected


async def test_many_readers_at_once_get_their_own_ranges(api: Api, member: Member) -> None:
    content = os.urandom(2 * MIB)
    video = await api.add_completed(member, content)
    path = f"/api/videos/{video.id}/stream"
    starts = range(0, len(content), len(content) // 16)

    replies = await asyncio.gather(
        *(
            api.call("GET", path, member, headers={"Range": f"bytes={start}-{start + 99_999}"})
            for start in starts
        )
    )

    for start, reply in zip(starts, replies, strict=True):
        assert reply.content == content[start : start + 100_000]


async def test_clients_that_go_away_leave_no_open_file(api: Api, member: Member) -> None:
    video = await api.add_completed(member, bytes(8 * MIB))
    await api.call("GET", "/healthz")
    before = len(list(DESCRIPTORS.iterdir()))
    for _ in range(30):
        async with narrow_connection(api) as (reader, writer):
            writer.write(get(video, member))
            await reader.readexactly(1)
            writer.transport.abort()

    await until(lambda: api.in_flight == 0)
    await until(lambda: len(list(DESCRIPTORS.iterdir())) <= before)


async def test_a_client_that_takes_nothing_is_given_up(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.sendfile.STALL", 0.2)
    video = await api.add_completed(member, bytes(16 * MIB))
    async with narrow_connection(api) as (reader, writer):
        writer.write(get(video, member))
        await reader.readuntil(HEAD_END)
        await until(lambda: api.in_flight == 0)
        received = await read_slowly(reader, 16 * MIB)

    assert len(received) < 16 * MIB


async def test_a_file_that_shrinks_breaks_the_answer_off(api: Api, member: Member) -> None:
    video = await api.add_completed(member, bytes(16 * MIB))
    async with narrow_connection(api) as (reader, writer):
        writer.write(get(video, member))
        await reader.readuntil(HEAD_END)
        os.truncate(api.data / str(video.media), 0)
        received = await read_slowly(reader, 16 * MIB)

    assert len(received) < 16 * MIB
    await until(lambda: api.in_flight == 0)


async def test_an_answer_that_has_begun_is_followed_by_no_other(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "the disk is broken")

    video = await api.add_completed(member)
    monkeypatch.setattr(os, "sendfile", fail)
    with capture_logs() as logs:
        async with api.connection() as (reader, writer):
            writer.write(get(video, member))
            head = await reader.readuntil(HEAD_END)
            rest = await reader.read()

    assert head.startswith(b"HTTP/1.1 200 OK")
    assert rest == b""
    assert [line["event"] for line in logs] == ["crash", "request"]


async def test_a_client_that_is_gone_before_the_answer_is_no_bug(
    api: Api,
    member: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    video = await api.add_completed(member)
    open_media = type(api.use_cases.open_media)
    open_now, gone = open_media.for_member, asyncio.Event()

    async def open_later(self: Any, **given: Any) -> Any:
        await gone.wait()
        return await open_now(self, **given)

    monkeypatch.setattr(open_media, "for_member", open_later)
    async with api.connection() as (_, writer):
        writer.write(get(video, member))
        await until(lambda: api.in_flight == 1)
        writer.transport.abort()
    await until(lambda: not transports(api))
    with capture_logs() as logs:
        gone.set()
        await until(lambda: api.in_flight == 0)

    assert [(line["event"], line["status"]) for line in logs] == [("request", 499)]


@asynccontextmanager
async def tls_connection(api: Api) -> AsyncIterator[tuple[asyncio.StreamReader, Any]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    app = create_app(api.use_cases, HttpSettings(public_url=PUBLIC_URL))
    server = LoopbackServer(app, scheme="https")
    await server.start_server(ssl=context)
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=trusting, server_hostname="localhost"
        )
        try:
            yield reader, writer
        finally:
            await close(writer)
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("lines", "start", "stop"), [((), 0, 3 * MIB), (("Range: bytes=5-1500000",), 5, 1_500_001)]
)
async def test_a_file_goes_through_tls_too(
    api: Api, member: Member, lines: tuple[str, ...], start: int, stop: int
) -> None:
    content = os.urandom(3 * MIB)
    video = await api.add_completed(member, content)
    async with tls_connection(api) as (reader, writer):
        writer.write(get(video, member, *lines))
        head = await reader.readuntil(HEAD_END)
        received = await read_slowly(reader, stop - start)

    assert head.startswith(b"HTTP/1.1 206" if lines else b"HTTP/1.1 200")
    assert received == content[start:stop]


async def test_a_file_that_shrinks_breaks_the_answer_off_through_tls_too(
    api: Api, member: Member
) -> None:
    video = await api.add_completed(member, bytes(32 * MIB))
    async with tls_connection(api) as (reader, writer):
        writer.write(get(video, member))
        await reader.readuntil(HEAD_END)
        os.truncate(api.data / str(video.media), 0)
        received = await read_slowly(reader, 32 * MIB)

    assert len(received) < 32 * MIB
