"""The double-buffered writer: every byte arrives, in bounded memory, and cancelled at any moment."""

import array
import asyncio
import fcntl
import os
import tempfile
import termios
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_fs.threads import run
from adapters_fs.uploads import FilesystemUploads
from adapters_fs.writer import BATCH_BYTES, FilesystemUploadWriter

BATCH = 1 << 16


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
async def uploads(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemUploads:
    area = FilesystemUploads(tmp_path / "data" / "uploads", pool)
    await area.prepare()
    return area


@contextmanager
def standing_disk() -> Iterator[tuple[int, int]]:
    """A pipe, as a disk that stands still until it is read: (reading end, writing end)."""
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)  # ends whatever still waits to write
        with suppress(OSError):
            os.close(writing)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def waiting_bytes(reading: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(reading, termios.FIONREAD, count)
    return count[0]


def open_files() -> int:
    return len(tuple(Path("/proc/self/fd").iterdir()))


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def read_all(reading: int, size: int) -> bytes:
    received = b""
    while len(received) < size and (block := os.read(reading, size - len(received))):
        received += block
    return received


def blocks(largest: int) -> st.SearchStrategy[list[bytes]]:
    sizes = st.lists(st.integers(0, largest), max_size=20)
    return sizes.map(lambda ns: [bytes([i % 251]) * n for i, n in enumerate(ns)])


@given(parts=st.lists(blocks(200), max_size=4), batch=st.integers(1, 300), ends=st.data())
@settings(max_examples=60, deadline=None)
async def test_bytes_come_back_exactly_however_they_are_cut_and_broken_off(
    parts: list[list[bytes]], batch: int, ends: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(3) as pool:
        file = Path(root) / "upload"
        sent = b""
        for part in parts:
            fd = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            writer = FilesystemUploadWriter(
                fd, Path(root), pool, offset=len(sent), batch_bytes=batch
            )
            for block in part:
                await writer.write(block)
            sent += b"".join(part)
            if ends.draw(st.booleans()):
                assert await writer.finish() == len(sent)
            else:
                await writer.abandon()
            assert not is_open(fd)
            assert file.read_bytes() == sent


async def test_a_standing_disk_lets_two_batches_into_memory_and_no_more(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    with standing_disk() as (reading, writing):
        writer = FilesystemUploadWriter(writing, tmp_path, pool, batch_bytes=4 * BATCH)
        taken = 0

        async def send() -> None:
            nonlocal taken
            for _ in range(100):
                await writer.write(bytes(BATCH))
                taken += BATCH

        sending = asyncio.create_task(send())
        await until(lambda: waiting_bytes(reading) == BATCH)  # what a pipe holds
        await until(
            lambda: taken == 7 * BATCH
        )  # the eighth block fills the second batch, and waits
        await asyncio.sleep(0)
        assert taken == 7 * BATCH

        sending.cancel()
        ending = asyncio.create_task(writer.abandon())
        received = await asyncio.to_thread(read_all, reading, 8 * BATCH)
        await ending
        assert received == bytes(8 * BATCH)


async def test_memory_stays_bounded_while_a_large_file_is_written(
    uploads: FilesystemUploads,
) -> None:
    writer = await uploads.receive("upload")
    tracemalloc.start()
    try:
        for _ in range(512):
            await writer.write(bytes(BATCH))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert await writer.finish() == 512 * BATCH
    assert peak < 3 * BATCH_BYTES


async def test_a_cancelled_write_and_a_cancelled_end_keep_the_file_open_for_the_thread(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    with standing_disk() as (reading, writing):
        writer = FilesystemUploadWriter(writing, tmp_path, pool, batch_bytes=2 * BATCH)
        await writer.write(b"a" * 2 * BATCH)
        waiting = asyncio.create_task(writer.write(b"b" * 2 * BATCH))
        await asyncio.sleep(0)  # lets it begin
        await until(lambda: waiting_bytes(reading) == BATCH)

        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        ending = asyncio.create_task(writer.abandon())
        for _ in range(3):
            await asyncio.sleep(0.01)
            ending.cancel()
            assert is_open(writing)
            assert not ending.done()

        received = await asyncio.to_thread(read_all, reading, 4 * BATCH)
        with pytest.raises(asyncio.CancelledError):
            await ending
        assert received == b"a" * 2 * BATCH + b"b" * 2 * BATCH
        assert not is_open(writing)


@given(moments=st.lists(st.integers(0, 12), min_size=1, max_size=6), blocks=st.integers(1, 12))
@settings(max_examples=40, deadline=None)
async def test_cancellation_at_any_moment_leaves_what_was_taken_and_no_open_file(
    moments: list[int], blocks: int
) -> None:
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(2) as pool:
        area = FilesystemUploads(Path(root), pool)
        opened = open_files()
        for moment in moments:
            taken: list[bytes] = []
            before = await _size(area)
            sending = asyncio.create_task(_send(area, taken, blocks))
            for _ in range(moment):
                await asyncio.sleep(0)
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

            content = Path(area.locate("upload")).read_bytes() if await _size(area) else b""
            assert content[before:] == b"".join(taken)
            assert open_files() == opened


async def _size(area: FilesystemUploads) -> int:
    path = Path(area.locate("upload"))
    return path.stat().st_size if path.exists() else 0


async def _send(area: FilesystemUploads, taken: list[bytes], count: int) -> None:
    writer = await area.receive("upload")
    try:
        for number in range(count):
            taken.append(bytes([number]) * 70_000)
            await writer.write(taken[-1])
        await writer.finish()
    finally:
        await writer.abandon()


async def test_a_cancelled_receive_leaves_no_file_open(
    uploads: FilesystemUploads, pool: ThreadPoolExecutor
) -> None:
    with standing_disk() as (reading, writing):
        opened = open_files()
        busy = [pool.submit(os.read, reading, 1) for _ in range(2)]
        receiving = asyncio.create_task(uploads.receive("upload"))
        await asyncio.sleep(0)  # lets it begin, behind what keeps both threads busy
        receiving.cancel()
        os.write(writing, b"xx")

        with pytest.raises(asyncio.CancelledError):
            await receiving
        assert [done.result() for done in busy] == [b"x", b"x"]
        assert open_files() == opened
        await (await uploads.receive("upload")).finish()
        assert open_files() == opened


async def test_work_that_fails_after_its_caller_was_cancelled_is_only_cancelled(
    pool: ThreadPoolExecutor,
) -> None:
    with standing_disk() as (reading, writing):

        def fail() -> None:
            os.read(reading, 1)
            raise OSError

        calling = asyncio.create_task(run(pool, fail, undo=lambda _: None))
        await asyncio.sleep(0)
        calling.cancel()
        os.write(writing, b"x")

        with pytest.raises(asyncio.CancelledError):
            await calling


async def test_work_that_is_dropped_with_its_pool_ends_its_caller() -> None:
    with standing_disk() as (reading, writing):
        pool = ThreadPoolExecutor(1)
        pool.submit(os.read, reading, 1)
        calling = asyncio.create_task(run(pool, os.getpid))
        await asyncio.sleep(0)

        pool.shutdown(wait=False, cancel_futures=True)

        with pytest.raises(CancelledError):
            await calling
        os.write(writing, b"x")
        pool.shutdown()
