"""The client of webhooks against a real receiver on loopback."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters_http.webhook_sender import AiohttpWebhookSender
from tests.integration.receiving_webhooks import Receiver, receiving

HEADERS = {"webhook-id": "1"}
SOON = timedelta(seconds=0.5)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def sender() -> AiohttpWebhookSender:
    return AiohttpWebhookSender(allow_private=True)


async def test_what_is_sent_arrives_byte_by_byte(
    receiver: Receiver, sender: AiohttpWebhookSender
) -> None:
    answer = await sender.send(receiver.url, HEADERS, '{"ä": "\\u0000"}'.encode())

    assert (answer.status, answer.text) == (204, "204 No Content")
    (received,) = receiver.received
    assert received.body == '{"ä": "\\u0000"}'.encode()
    assert received.headers["webhook-id"] == "1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "vidcore"


@pytest.mark.parametrize("status", [200, 410, 429, 500, 503, 599])
async def test_the_status_is_the_answer(
    receiver: Receiver, sender: AiohttpWebhookSender, status: int
) -> None:
    receiver.status = status

    assert (await sender.send(receiver.url, HEADERS, b"{}")).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirection_is_followed(
    receiver: Receiver, sender: AiohttpWebhookSender, status: int
) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    receiver.answer = elsewhere

    answer = await sender.send(receiver.url, HEADERS, b"{}")

    assert answer.status == status
    assert not answer.accepts
    assert len(receiver.received) == 1


async def test_a_receiver_that_hangs_is_no_answer_in_time(receiver: Receiver) -> None:
    receiver.answer = receiver.hang
    sender = AiohttpWebhookSender(allow_private=True, timeout=SOON)

    answer = await sender.send(receiver.url, HEADERS, b"{}")

    assert answer.status is None
    assert answer.text == "There was no answer within 0.5 seconds."


async def test_an_answer_without_end_is_not_read(
    receiver: Receiver, sender: AiohttpWebhookSender
) -> None:
    sent = 0
    broken = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(1 << 16))
                sent += 1 << 16
        except ConnectionError:
            broken.set()
            raise

    receiver.answer = endless

    answer = await sender.send(receiver.url, HEADERS, b"{}")

    assert answer.status == 200
    async with asyncio.timeout(10):
        await broken.wait()
    assert sent < 1 << 24  # what the kernel's buffers took


async def test_a_receiver_that_breaks_off_is_no_answer(sender: AiohttpWebhookSender) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"nonsense\x00\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        answer = await sender.send(f"http://127.0.0.1:{port}/", HEADERS, b"{}")

    assert answer.status is None
    assert answer.text
    assert answer.text.isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://no-such-name.invalid/",
        "http:///nowhere",
        f"http://{'x' * 70}.example/",
        "http://127.0.0.1:99999/",
    ],
)
async def test_an_address_that_nobody_answers_at_is_no_answer(
    sender: AiohttpWebhookSender, url: str
) -> None:
    answer = await sender.send(url, HEADERS, b"{}")

    assert answer.status is None
    assert len(answer.text) > 10


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::]"),
    ],
)
async def test_private_addresses_are_refused_however_they_are_written(
    receiver: Receiver, host: str
) -> None:
    answer = await AiohttpWebhookSender().send(
        f"http://{host}:{receiver.port}/hook", HEADERS, b"{}"
    )

    assert answer.status is None
    assert "no public address" in answer.text
    assert receiver.received == []


def naming(*answers: str) -> Any:
    """Make a resolver that gives these addresses, each the next time it is asked."""
    left = list(answers)

    async def getaddrinfo(_: object, port: int, **__: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in left.pop(0).split()
        ]

    return getaddrinfo


async def test_a_name_is_resolved_once_and_means_the_same_to_the_end(
    receiver: Receiver, sender: AiohttpWebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", naming("127.0.0.1"))  # a second call would fail

    answer = await sender.send(f"http://rebind.example:{receiver.port}/", HEADERS, b"{}")

    assert answer.status == 204
    assert receiver.received[0].headers["host"] == f"rebind.example:{receiver.port}"


async def test_one_private_address_among_others_is_enough_to_refuse(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", naming("8.8.8.8 127.0.0.1"))

    answer = await AiohttpWebhookSender().send(
        f"http://mixed.example:{receiver.port}/", HEADERS, b"{}"
    )

    assert answer.text == (
        "mixed.example is at 127.0.0.1, which is no public address (this machine)."
    )


async def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, sender: AiohttpWebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1/")

    assert (await sender.send(receiver.url, HEADERS, b"{}")).status == 204
