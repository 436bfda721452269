"""Starting, stopping without losing an upload, and what is said to clients that speak no HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest
from aiohttp import hdrs, web
from structlog.testing import capture_logs

from adapters_http import HttpSettings, Server, create_app, listen
from tests.integration.http.api import (
    PUBLIC_URL,
    Api,
    Member,
    check_error,
    close,
    read_reply,
    until,
)
from tests.integration.http.forms import upload_form, upload_head


@pytest.fixture
def app(api: Api) -> web.Application:
    return create_app(api.use_cases, HttpSettings(public_url=PUBLIC_URL))


@pytest.fixture
def server(app: web.Application) -> Server:
    return Server(app, listen("127.0.0.1", 0))


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        await close(writer)


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_an_upload_in_flight_is_finished_before_the_stop(
    api: Api, member: Member, server: Server
) -> None:
    body = upload_form()
    port = await server.start()
    async with connected(port) as (reader, writer):
        writer.write(upload_head(member, len(body)) + body[:-30])
        await until(lambda: api.tables.uploads)
        stopping = asyncio.create_task(server.stop())
        await until(lambda: refuses(port))
        assert not stopping.done()
        writer.write(body[-30:])
        reply = await read_reply(reader)
    await asyncio.wait_for(stopping, 5)

    assert reply.status == 201
    assert len(api.tables.videos) == 1


async def test_an_upload_that_does_not_end_is_broken_off_and_leaves_nothing(
    api: Api, member: Member, app: web.Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.server.DRAIN", 0.1)
    monkeypatch.setattr("adapters_http.server.BREAK_OFF", 0.1)
    server = Server(app, listen("127.0.0.1", 0))
    body = upload_form()
    async with connected(await server.start()) as (_, writer):
        writer.write(upload_head(member, len(body)) + body[:-30])
        await until(lambda: api.tables.uploads)
        with capture_logs() as logs:
            await asyncio.wait_for(server.stop(), 5)

    assert "requests were broken off" in [line["event"] for line in logs]
    await until(api.nothing_is_left)


async def test_during_the_stop_a_client_that_stays_is_refused_and_let_go(
    api: Api, member: Member, server: Server
) -> None:
    body = upload_form()
    port = await server.start()
    async with (
        connected(port) as (uploading, upload),
        connected(port) as (sending, send),
        connected(port) as (asking, ask),
    ):
        for reader, writer in ((sending, send), (asking, ask)):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            before = await read_reply(reader)
            assert (before.status, hdrs.CONNECTION in before.headers) == (200, False)
        upload.write(upload_head(member, len(body)) + body[:-30])
        await until(lambda: api.tables.uploads)
        stopping = asyncio.create_task(server.stop())
        await until(lambda: refuses(port))

        ask.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        send.write(upload_head(member, len(body)) + body)

        for reader in (asking, sending):
            refused = await read_reply(reader)
            check_error(refused, 503, "service_unavailable")
            assert refused.headers["Connection"] == "close"
            assert await reader.read() == b""
        upload.write(body[-30:])
        assert (await read_reply(uploading)).status == 201
    await asyncio.wait_for(stopping, 5)

    assert len(api.tables.videos) == 1


async def test_more_connections_may_wait_than_asyncio_would_let(server: Server) -> None:
    port = await server.start()
    with ExitStack() as clients:
        # The loop takes none of them meanwhile.
        for _ in range(300):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            assert client.getpeername() == ("127.0.0.1", port)
    await server.stop()


def test_an_address_that_is_taken_is_an_error() -> None:
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(OSError, match="Address already in use"),
    ):
        listen("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OSError, match=r"[Nn]ame"):
        listen("nobody.invalid", 0)


def test_the_newer_protocol_is_served_too() -> None:
    with listen("::1", 0) as listening:
        assert listening.family is socket.AF_INET6


@pytest.mark.parametrize(
    "request_text",
    [
        b"nonsense\r\n\r\n",
        b"BREW /coffee HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"x" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_http_is_malformed(server: Server, request_text: bytes) -> None:
    with capture_logs() as logs:
        async with connected(await server.start()) as (reader, writer):
            writer.write(request_text)
            reply = await read_reply(reader)
            assert await reader.read() == b""
        await server.stop()

    body = check_error(reply, 400, "malformed_request")
    assert "x" * 50 not in body["detail"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert [line["log_level"] for line in logs] == ["info"]
    assert logs[0]["request_id"] == reply.headers["X-Request-ID"]


async def test_a_crash_in_mid_answer_adds_nothing_to_it(
    server: Server, app: web.Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(request: web.Request) -> web.UrlMappingMatchInfo:
        await request.writer.write(b"begun")
        raise ValueError("secret")

    monkeypatch.setattr(app.router, "resolve", crash)
    with capture_logs() as logs:
        async with connected(await server.start()) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert await reader.read() == b"begun"
        await server.stop()

    assert [line["event"] for line in logs] == ["crash"]


async def test_a_crash_that_no_middleware_sees_tells_nothing(
    server: Server, app: web.Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(_: web.Request) -> web.UrlMappingMatchInfo:
        raise ValueError("secret")

    monkeypatch.setattr(app.router, "resolve", crash)
    with capture_logs() as logs:
        async with connected(await server.start()) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            reply = await read_reply(reader)
        await server.stop()

    check_error(reply, 500, "internal_error")
    assert b"secret" not in reply.content
    assert [line["event"] for line in logs] == ["crash"]
    assert str(logs[0]["exc_info"]) == "secret"
