"""The upload area on a real file system: names, modes, one writer at a time, and what is gone."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters_fs.uploads import FilesystemUploads
from adapters_fs.writer import BATCH_BLOCKS, BATCH_BYTES
from vidcore.errors import ServiceUnavailableError


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
async def uploads(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemUploads:
    area = FilesystemUploads(tmp_path / "data" / "uploads", pool)
    await area.prepare()
    return area


def modes(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_large_blocks_and_more_tiny_ones_than_one_call_takes_come_back_exactly(
    uploads: FilesystemUploads,
) -> None:
    sent = [os.urandom(3 * BATCH_BYTES + 7), *(bytes([n % 256]) for n in range(BATCH_BLOCKS * 3))]
    writer = await uploads.receive("upload")

    for block in sent:
        await writer.write(block)

    assert await writer.finish() == sum(map(len, sent))
    assert Path(uploads.locate("upload")).read_bytes() == b"".join(sent)


async def test_files_and_folders_are_for_their_owner_alone(
    uploads: FilesystemUploads, tmp_path: Path
) -> None:
    await (await uploads.receive("upload")).finish()

    assert modes(Path(uploads.locate("upload"))) == 0o600
    assert modes(tmp_path / "data") == 0o700
    assert modes(tmp_path / "data" / "uploads") == 0o700


async def test_an_upload_goes_on_behind_what_is_there(uploads: FilesystemUploads) -> None:
    first = await uploads.receive("upload")
    await first.write(b"abc")
    await first.abandon()

    second = await uploads.receive("upload")
    await second.write(b"def")

    assert second.offset == 3
    assert await second.finish() == 6
    assert Path(uploads.locate("upload")).read_bytes() == b"abcdef"


async def test_only_one_writer_at_a_time_can_write_to_an_upload(uploads: FilesystemUploads) -> None:
    first = await uploads.receive("upload")
    with pytest.raises(ServiceUnavailableError, match="written to already"):
        await uploads.receive("upload")
    await first.abandon()

    assert await (await uploads.receive("upload")).finish() == 0


async def test_a_writer_that_is_over_refuses_bytes_and_a_second_end(
    uploads: FilesystemUploads,
) -> None:
    writer = await uploads.receive("upload")
    await writer.finish()

    with pytest.raises(RuntimeError):
        await writer.write(b"late")
    with pytest.raises(RuntimeError):
        await writer.finish()
    await writer.abandon()


async def test_names_are_those_of_files_that_got_no_bytes_since(
    uploads: FilesystemUploads,
) -> None:
    for name in ("old", "new"):
        await (await uploads.receive(name)).finish()
    Path(uploads.locate("folder")).mkdir()
    Path(uploads.locate("x")).with_name(".hidden").touch()
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    for name, seconds in (("old", -1), ("new", 0), ("folder", -1), (".hidden", -1)):
        at = (moment + timedelta(seconds=seconds)).timestamp()
        os.utime(Path(uploads.locate("x")).with_name(name), (at, at))

    assert await uploads.names(moment) == ["old"]
    assert await uploads.names(moment + timedelta(seconds=1)) == ["new", "old"]


async def test_names_can_be_asked_for_while_uploads_come_and_go(
    uploads: FilesystemUploads,
) -> None:
    later = datetime(2100, 1, 1, tzinfo=UTC)

    async def come_and_go(name: str) -> None:
        for _ in range(20):
            await (await uploads.receive(name)).finish()
            await uploads.discard(name)

    await asyncio.gather(
        *(come_and_go(f"upload-{n}") for n in range(4)), *(uploads.names(later) for _ in range(40))
    )

    assert await uploads.names(later) == []


async def test_a_discarded_upload_is_gone_and_may_be_discarded_again(
    uploads: FilesystemUploads,
) -> None:
    await (await uploads.receive("upload")).finish()

    await uploads.discard("upload")
    await uploads.discard("upload")

    assert not Path(uploads.locate("upload")).exists()


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "/etc/passwd",
        "../a",
        "a\\b",
        "a\0b",
        ".a",
        "a.",
        "a..b",
        "é",
        "a\n",
        "a" * 256,
    ],
)
async def test_names_that_could_lead_elsewhere_are_refused(
    uploads: FilesystemUploads, name: str
) -> None:
    with pytest.raises(ValueError, match="no name"):
        uploads.locate(name)
    with pytest.raises(ValueError, match="no name"):
        await uploads.receive(name)
    with pytest.raises(ValueError, match="no name"):
        await uploads.discard(name)


async def test_a_link_in_the_place_of_an_upload_is_not_followed(
    uploads: FilesystemUploads, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    Path(uploads.locate("upload")).symlink_to(victim)

    with pytest.raises(ServiceUnavailableError):
        await uploads.receive("upload")


async def test_free_bytes_are_those_of_the_disk(uploads: FilesystemUploads) -> None:
    status = os.statvfs(uploads.locate("x")[:-2])

    free = await uploads.free_bytes()

    assert free == pytest.approx(status.f_bavail * status.f_frsize, rel=0.05)


async def test_an_area_whose_folder_is_missing_is_out_of_reach(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    area = FilesystemUploads(tmp_path / "unmounted", pool)

    for call in (
        area.receive("upload"),
        area.free_bytes(),
        area.names(datetime(2026, 3, 1, tzinfo=UTC)),
    ):
        with pytest.raises(ServiceUnavailableError, match="No such file or directory"):
            await call
    await area.discard("upload")
