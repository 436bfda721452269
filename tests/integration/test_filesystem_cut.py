"""Bytes that are taken back from a file, whatever became of them."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from adapters_fs.uploads import FilesystemUploads
from adapters_fs.writer import BATCH_BYTES, FilesystemUploadWriter
from tests.integration.disks import SmallDisk, small_disk_at
from vidcore.errors import StorageFullError


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk_at(tmp_path / "disk") as disk:
        yield disk


async def fill(writer: FilesystemUploadWriter) -> None:
    """Write until the disk is full."""
    for _ in range(1_000):
        await writer.write(bytes(BATCH_BYTES))


async def test_a_cut_heals_what_a_full_disk_left(
    small_disk: SmallDisk, pool: ThreadPoolExecutor
) -> None:
    area = FilesystemUploads(small_disk.folder, pool)
    writer = await area.receive("upload")
    await writer.write(b"abc")
    with pytest.raises(small_disk.fault):
        await fill(writer)

    await writer.cut(3)
    await writer.write(b"de")

    assert await writer.finish() == 5
    assert Path(area.locate("upload")).read_bytes() == b"abcde"
    assert await area.digest("upload") == sha256(b"abcde").hexdigest()


async def test_a_cut_behind_a_gap_tells_of_the_gap(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    writer = FilesystemUploadWriter(os.open("/dev/full", os.O_WRONLY), tmp_path, pool)
    await writer.write(bytes(BATCH_BYTES))

    with pytest.raises(StorageFullError):
        await writer.cut(BATCH_BYTES)

    await writer.abandon()


async def test_after_the_end_nothing_can_be_cut(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    area = FilesystemUploads(tmp_path, pool)
    writer = await area.receive("upload")
    await writer.write(b"abc")
    await writer.finish()

    with pytest.raises(RuntimeError):
        await writer.cut(1)
    assert await area.size("upload") == 3


@pytest.mark.parametrize("kept", [BATCH_BYTES, BATCH_BYTES + 5, BATCH_BYTES - 5])
async def test_the_digest_is_that_of_what_is_kept(
    tmp_path: Path, pool: ThreadPoolExecutor, kept: int
) -> None:
    area = FilesystemUploads(tmp_path, pool)
    sent = os.urandom(BATCH_BYTES + 5)
    writer = await area.receive("upload")
    await writer.write(sent)

    await writer.cut(kept)
    await writer.write(b"more")

    assert await writer.finish() == kept + 4
    assert await area.digest("upload") == sha256(sent[:kept] + b"more").hexdigest()
