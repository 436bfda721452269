"""What the contract of inventories leaves open, on a real file system."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters_fs.inventory import FilesystemInventory
from vidcore.errors import ServiceUnavailableError

VIDEO = UUID("019b76da-a803-7000-8000-000000000057")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def inventory(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemInventory:
    for name in ("videos", "thumbnails"):
        (tmp_path / name).mkdir()
    return FilesystemInventory(tmp_path, tmp_path / "videos", tmp_path / "thumbnails", pool)


def put(path: Path, content: bytes = b"bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


async def listed(inventory: FilesystemInventory, *roots: str) -> set[str]:
    return {file.location async for batch in inventory.files(roots) for file in batch}


async def test_only_what_is_named_as_an_attempts_is_listed(
    inventory: FilesystemInventory, tmp_path: Path
) -> None:
    folder = tmp_path / "videos" / "57" / str(VIDEO)
    for name in ("1.mp4", "12.mp4.part", "3.jpg", "3.storyboard.jpg.part"):
        put(folder / name)
    for name in ("notes.txt", "1.mkv", "x.mp4", ".1.mp4", "1.mp4.bak"):
        put(folder / name)
    for stray in ("58", "lost+found", "movies", "AB"):
        put(tmp_path / "videos" / stray / str(VIDEO) / "1.mp4")
    put(tmp_path / "videos" / "57" / "holiday" / "1.mp4")
    put(tmp_path / "videos" / "57" / "1.mp4")
    put(tmp_path / "videos" / "58x")
    (folder / "4.mp4").mkdir()
    (folder / "5.mp4").symlink_to(folder / "1.mp4")
    (tmp_path / "thumbnails" / "57").symlink_to(tmp_path / "videos" / "57")

    assert await listed(inventory) == {
        f"videos/57/{VIDEO}/{name}"
        for name in ("1.mp4", "12.mp4.part", "3.jpg", "3.storyboard.jpg.part")
    }


async def test_a_file_has_the_time_of_its_last_byte(
    inventory: FilesystemInventory, tmp_path: Path
) -> None:
    os.utime(put(tmp_path / "videos" / "57" / str(VIDEO) / "1.mp4"), (0, 1_000_000))

    [[file]] = [batch async for batch in inventory.files(()) if batch]

    assert file.written_at == datetime.fromtimestamp(1_000_000, UTC)
    assert (file.video_id, file.attempt, file.is_draft) == (VIDEO, 1, False)


async def test_a_root_that_is_a_file_has_nothing(
    inventory: FilesystemInventory, tmp_path: Path
) -> None:
    assert await listed(inventory, str(put(tmp_path / "file"))) == set()


async def test_folders_that_go_while_they_are_listed_have_nothing(
    inventory: FilesystemInventory, tmp_path: Path
) -> None:
    spread = tmp_path / "videos" / "57"
    for number in range(20):
        video = UUID(int=VIDEO.int + (number << 80))
        put(spread / str(video) / "1.mp4")

    def removing() -> None:
        for folder in spread.iterdir():
            (folder / "1.mp4").unlink()
            folder.rmdir()

    before = inventory._listed(spread)
    with ThreadPoolExecutor(1) as other:
        removal = other.submit(removing)
        while not removal.done():
            assert len(inventory._listed(spread)) <= len(before)
        removal.result()
    assert inventory._listed(spread) == []


async def test_a_disk_that_fails_is_no_missing_file(
    inventory: FilesystemInventory, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(ServiceUnavailableError):
        await inventory.size("loop")
    with pytest.raises(ServiceUnavailableError):
        await listed(inventory, str(tmp_path / "loop"))


async def test_what_is_no_file_has_no_size(inventory: FilesystemInventory, tmp_path: Path) -> None:
    put(tmp_path / "file")

    assert await inventory.size("videos") is None
    assert await inventory.size("file/below") is None
    assert await inventory.size("file") == 5


@pytest.mark.parametrize(
    "location",
    ["1.mp4", f"{VIDEO}/1.mp4", f"58/{VIDEO}/1.mp4", f"57/{VIDEO}/x.mp4", f"../57/{VIDEO}/1.mp4"],
)
async def test_only_places_of_attempts_have_a_root(
    inventory: FilesystemInventory, tmp_path: Path, location: str
) -> None:
    assert inventory.root_of(f"videos/57/{VIDEO}/1.mp4") == str(tmp_path / "videos")
    assert inventory.root_of(f"/57/{VIDEO}/1.mp4") == "/"
    assert inventory.root_of(location) is None
    assert await inventory.redraft(location) is None
