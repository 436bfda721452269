"""Bodies on their way to disk, by aiohttp's reader and straight from the socket, on real connections."""

import asyncio
import gzip
import os
import socket
import ssl
import struct
import tracemalloc
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from aiohttp import web

from adapters_fs.uploads import FilesystemUploads
from adapters_http.body import LARGE, SPENT, write_body
from adapters_http.socket_body import BLOCK
from tests.integration.http.api import HEAD_END, until
from vidcore.errors import FileTooLargeError, UploadIncompleteError

MIB = 1 << 20
SMALL, BIG = LARGE // 2, 3 * LARGE + 12_345


@attrs.define
class Receiver:
    """Writes each body behind what is there, and remembers how that went."""

    area: FilesystemUploads
    port: int = 0
    told: list[int] = attrs.Factory(list)
    spent: list[bool] = attrs.Factory(list)
    failures: list[BaseException] = attrs.Factory(list)
    running: "list[asyncio.Task[object]]" = attrs.Factory(list)
    refuse_at: int = 1 << 62

    async def take(self, request: web.Request) -> web.Response:
        writer = await self.area.receive("upload")
        task = asyncio.current_task()
        assert task is not None
        self.running.append(task)
        try:
            received = await write_body(request, writer, on_received=self._tell)
            await writer.finish()
            response = web.Response(text=str(received))
        except UploadIncompleteError as error:
            self.failures.append(error)
            response = web.Response(status=400)
        except FileTooLargeError as error:
            self.failures.append(error)
            response = web.Response(status=413)
        finally:
            await writer.abandon()
            self.spent.append(request.get(SPENT, False))
        if request.get(SPENT):
            response.force_close()
        return response

    async def _tell(self, received: int) -> None:
        self.told.append(received)
        if received > self.refuse_at:
            raise FileTooLargeError(received, self.refuse_at)

    @property
    def content(self) -> bytes:
        return Path(self.area.locate("upload")).read_bytes()


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    async for receiver in serving(tmp_path):
        yield receiver


async def serving(folder: Path, context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    with ThreadPoolExecutor(2) as pool:
        receiver = Receiver(FilesystemUploads(folder, pool))
        app = web.Application()
        app.router.add_put("/", receiver.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        receiver.port = runner.addresses[0][1]
        try:
            yield receiver
        finally:
            await runner.cleanup()


def head(*lines: str) -> bytes:
    return "\r\n".join(["PUT / HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def chunked(content: bytes, size: int) -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def connect(receiver: Receiver) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", receiver.port)


async def send(writer: asyncio.StreamWriter, content: bytes, step: int) -> None:
    for at in range(0, len(content), step):
        writer.write(content[at : at + step])
        await writer.drain()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Give the status, the headers, and the body of the next answer."""
    async with asyncio.timeout(20):
        top = await reader.readuntil(HEAD_END)
        length = next(
            line for line in top.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        return int(top.split()[1]), top, await reader.readexactly(int(length.split()[1]))


def open_files() -> int:
    return len(tuple(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("size", [0, 1, LARGE - 1, LARGE, LARGE + 1, BIG])
@pytest.mark.parametrize("step", [1 << 30, 100_003])
async def test_a_body_arrives_whole_and_is_told_of_before_it_is_written(
    receiver: Receiver, size: int, step: int
) -> None:
    content = os.urandom(size)
    reader, writer = await connect(receiver)

    await send(writer, head(f"Content-Length: {size}") + content, step)
    status, _, body = await answer(reader)
    writer.close()

    assert (status, int(body)) == (200, size)
    assert receiver.content == content
    assert receiver.told == sorted(receiver.told)
    steps = [after - before for before, after in pairwise([0, *receiver.told])]
    assert sum(steps) == size
    assert max(steps, default=0) <= BLOCK
    assert await receiver.area.digest("upload")


async def test_a_body_that_came_with_its_head_is_not_lost(receiver: Receiver) -> None:
    content = os.urandom(BIG)
    reader, writer = await connect(receiver)
    writer.write(head(f"Content-Length: {BIG}", "Expect: 100-continue") + content[:300])
    await until(lambda: receiver.running)

    await send(writer, content[300:], 1 << 30)
    while (await reader.readuntil(HEAD_END)).startswith(b"HTTP/1.1 100"):
        pass
    writer.close()

    assert receiver.content == content


async def test_a_small_body_leaves_the_connection_open_and_a_large_one_says_that_it_closes(
    receiver: Receiver,
) -> None:
    reader, writer = await connect(receiver)
    for size in (SMALL, SMALL, BIG):
        writer.write(head(f"Content-Length: {size}") + bytes(size))
        status, top, _ = await answer(reader)
        assert status == 200
        assert (b"connection: close" in top.lower()) is (size == BIG)

    assert await reader.read() == b""
    assert receiver.spent == [False, False, True]
    assert len(receiver.content) == 2 * SMALL + BIG
    writer.close()


async def test_what_a_client_sends_behind_a_large_body_is_none_of_it(receiver: Receiver) -> None:
    content = os.urandom(BIG)
    reader, writer = await connect(receiver)

    writer.write(head(f"Content-Length: {BIG}") + content + head("Content-Length: 3") + b"abc")
    status, _, body = await answer(reader)

    assert (status, int(body)) == (200, BIG)
    assert await reader.read() == b""
    assert receiver.content == content
    writer.close()


async def test_a_chunked_body_arrives_whole(receiver: Receiver) -> None:
    content = os.urandom(BIG)
    reader, writer = await connect(receiver)

    await send(writer, head("Transfer-Encoding: chunked") + chunked(content, 70_001), 1 << 30)

    assert (await answer(reader))[0] == 200
    assert receiver.content == content
    assert receiver.spent == [False]
    writer.close()


async def test_a_body_over_tls_arrives_whole(tmp_path: Path) -> None:
    server, client = anonymous(ssl.PROTOCOL_TLS_SERVER), anonymous(ssl.PROTOCOL_TLS_CLIENT)
    content = os.urandom(BIG)
    async for receiver in serving(tmp_path, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port, ssl=client)
        await send(writer, head(f"Content-Length: {BIG}") + content, 1 << 30)

        assert (await answer(reader))[0] == 200
        assert receiver.content == content
        assert receiver.spent == [False]
        writer.close()


def anonymous(protocol: int) -> ssl.SSLContext:
    """Give a context without certificates, as only a test may have it."""
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context


async def test_a_packed_body_is_unpacked(receiver: Receiver) -> None:
    content = os.urandom(BIG)
    packed = gzip.compress(content, 1)
    reader, writer = await connect(receiver)

    lines = (f"Content-Length: {len(packed)}", "Content-Encoding: gzip")
    await send(writer, head(*lines) + packed, 1 << 30)

    assert (await answer(reader))[0] == 200
    assert receiver.content == content
    writer.close()


@pytest.mark.parametrize("size", [SMALL, BIG])
async def test_a_silent_client_is_given_up_and_what_it_sent_stays(
    receiver: Receiver, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.body.SILENCE", 0.3)
    content = os.urandom(size - 70_000)
    reader, writer = await connect(receiver)

    await send(writer, head(f"Content-Length: {size}") + content, 1 << 30)

    assert (await answer(reader))[0] == 400
    assert "No byte arrived" in str(receiver.failures[0])
    assert receiver.content == content
    writer.close()


@pytest.mark.parametrize("size", [SMALL, BIG])
@pytest.mark.parametrize("way", ["in order", "abruptly"])
async def test_a_client_that_goes_away_is_noticed_and_what_it_sent_stays(
    receiver: Receiver, size: int, way: str
) -> None:
    content = os.urandom(size - 70_000)
    opened = open_files()
    _, writer = await connect(receiver)
    await send(writer, head(f"Content-Length: {size}") + content, 1 << 30)
    await until(lambda: receiver.told and receiver.told[-1] == len(content))

    if way == "abruptly":
        linger = struct.pack("ii", 1, 0)  # the last word is a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.close()
    await until(lambda: receiver.failures and receiver.spent)

    assert isinstance(receiver.failures[0], UploadIncompleteError)
    assert receiver.content == content
    await until(lambda: open_files() <= opened)


async def test_all_of_it_stays_that_a_client_sent_before_it_hung_up_at_once(
    receiver: Receiver,
) -> None:
    content = os.urandom(LARGE + BLOCK + 1)
    _, writer = await connect(receiver)

    await send(writer, head(f"Content-Length: {BIG}") + content, 1 << 30)
    writer.close()
    await writer.wait_closed()
    await until(lambda: receiver.failures and receiver.spent)

    assert receiver.content == content


@pytest.mark.parametrize("size", [SMALL, 8 * BIG])
async def test_a_client_that_is_refused_in_the_midst_reads_why(
    receiver: Receiver, size: int
) -> None:
    receiver.refuse_at = size // 3
    reader, writer = await connect(receiver)

    sending = asyncio.create_task(
        send(writer, head(f"Content-Length: {size}") + bytes(size), 1 << 20)
    )
    status, _, _ = await answer(reader)
    await sending

    assert status == 413
    assert len(receiver.content) <= receiver.refuse_at
    writer.close()


async def test_a_stopped_receiver_leaves_what_it_was_told_of_and_no_open_file(
    receiver: Receiver,
) -> None:
    content = os.urandom(BIG)
    opened = open_files()
    for share in (0, 1, LARGE, LARGE + BLOCK, BIG - 1):
        _, writer = await connect(receiver)
        before = len(receiver.told)
        await send(writer, head(f"Content-Length: {BIG}") + content[:share], 1 << 30)
        await until(lambda: receiver.running)

        def all_of_it(at: int = before, wanted: int = share) -> bool:
            return not wanted or (len(receiver.told) > at and receiver.told[-1] == wanted)

        await until(all_of_it)
        task = receiver.running.pop()
        task.cancel()
        await asyncio.wait({task})

        assert receiver.content == content[:share]
        await receiver.area.discard("upload")
        writer.close()
        await until(lambda: open_files() <= opened)


async def test_slow_clients_keep_no_thread_from_a_fast_one(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(threads)
    slow = [await connect(receiver) for _ in range(20)]
    areas = iter(range(100))

    async def receive(name: str, area: FilesystemUploads = receiver.area) -> object:
        return await type(area).receive(area, f"{name}-{next(areas)}")

    monkeypatch.setattr(receiver.area, "receive", receive)
    for _, writer in slow:
        writer.write(head(f"Content-Length: {BIG}") + b"x")
    await until(lambda: len(receiver.told) == len(slow))
    reader, writer = await connect(receiver)
    await send(writer, head(f"Content-Length: {BIG}") + bytes(BIG), 1 << 30)

    assert (await answer(reader))[0] == 200
    for _, each in (*slow, (reader, writer)):
        each.close()
    await until(lambda: len(receiver.spent) == len(slow) + 1)


async def test_one_upload_takes_little_memory(receiver: Receiver) -> None:
    size = 96 * MIB

    def push() -> bytes:
        block = bytes(MIB)
        with socket.create_connection(("127.0.0.1", receiver.port)) as connection:
            connection.sendall(head(f"Content-Length: {size}"))
            for _ in range(size // MIB):
                connection.sendall(block)
            return connection.recv(4096)

    tracemalloc.start()
    try:
        reply = await asyncio.to_thread(push)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert reply.startswith(b"HTTP/1.1 200")
    assert receiver.spent == [True]
    assert peak - MIB < 8 * MIB  # the client's own block is not the upload's
