"""Uploads on a full disk: what fitted stays, nothing is written behind a gap, and both are told."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from adapters_fs.uploads import FilesystemUploads
from adapters_fs.writer import BATCH_BYTES, FilesystemUploadWriter
from tests.integration.disks import SmallDisk, small_disk_at
from vidcore.errors import ServiceUnavailableError, StorageFullError

BATCH = 1 << 16


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


async def _size(area: FilesystemUploads) -> int:
    path = Path(area.locate("upload"))
    return path.stat().st_size if path.exists() else 0


async def test_a_full_disk_is_told_with_what_was_needed_and_what_is_free(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    fd = os.open("/dev/full", os.O_WRONLY)
    writer = FilesystemUploadWriter(fd, tmp_path, pool, batch_bytes=BATCH)
    await writer.write(bytes(BATCH))

    with pytest.raises(StorageFullError) as later:
        await writer.write(bytes(BATCH))
    with pytest.raises(StorageFullError):
        await writer.finish()

    assert later.value.needed == BATCH
    assert later.value.free > 0
    assert not is_open(fd)


async def test_an_upload_that_the_disk_had_no_room_for_can_be_abandoned(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    fd = os.open("/dev/full", os.O_WRONLY)
    writer = FilesystemUploadWriter(fd, tmp_path, pool)
    await writer.write(b"abc")

    await writer.abandon()

    assert not is_open(fd)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk_at(tmp_path / "disk") as disk:
        yield disk


async def test_what_fitted_on_a_full_disk_stays_and_goes_on_when_there_is_room(
    small_disk: SmallDisk, pool: ThreadPoolExecutor
) -> None:
    area = FilesystemUploads(small_disk.folder, pool)
    sent = os.urandom(2 * BATCH_BYTES + 5)
    writer = await area.receive("upload")
    await writer.write(sent[: BATCH_BYTES - 5])
    await writer.write(sent[BATCH_BYTES - 5 :])
    with pytest.raises(small_disk.fault):
        await writer.finish()
    arrived = await _size(area)
    small_disk.enlarge()
    again = await area.receive("upload")
    await again.write(sent[arrived:])

    assert 0 < arrived <= BATCH_BYTES
    assert await again.finish() == len(sent)
    assert Path(area.locate("upload")).read_bytes() == sent


async def test_nothing_is_written_behind_the_gap_that_a_failed_batch_has_left(
    small_disk: SmallDisk, pool: ThreadPoolExecutor
) -> None:
    area = FilesystemUploads(small_disk.folder, pool)
    sent = os.urandom(3 * BATCH_BYTES)
    writer = await area.receive("upload")
    await writer.write(sent[: 2 * BATCH_BYTES])
    with pytest.raises(small_disk.fault):
        await writer.write(sent[2 * BATCH_BYTES :])
    small_disk.enlarge()
    with suppress(ServiceUnavailableError):
        await writer.abandon()

    content = Path(area.locate("upload")).read_bytes()
    assert content == sent[: len(content)]
