"""The adapters on a file system keep what their ports promise."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters_fs.inventory import FilesystemInventory
from adapters_fs.media import FilesystemMedia
from adapters_fs.uploads import FilesystemUploads
from vidcore.testing.inventory_contract import MediaInventoryContract, StoredMedia
from vidcore.testing.media_store_contract import MediaStoreContract
from vidcore.testing.upload_area_contract import UploadAreaContract


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


class TestFilesystemUploads(UploadAreaContract):
    @pytest.fixture
    async def area(self, tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemUploads:
        area = FilesystemUploads(tmp_path / "uploads", pool)
        await area.prepare()
        return area


class TestFilesystemMedia(MediaStoreContract):
    @pytest.fixture
    async def media(self, tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
        data = tmp_path / "data"
        media = FilesystemMedia(data, data / "videos", data / "thumbnails", pool)
        await media.prepare()
        return media


class TestFilesystemMediaOutsideTheDataFolder(MediaStoreContract):
    @pytest.fixture
    async def media(self, tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
        media = FilesystemMedia(tmp_path / "data", tmp_path / "disk", tmp_path / "pictures", pool)
        await media.prepare()
        return media


class TestFilesystemInventory(MediaInventoryContract):
    @pytest.fixture
    async def stored(self, tmp_path: Path, pool: ThreadPoolExecutor) -> StoredMedia:
        data = tmp_path / "data"
        return await stored_in((data, data / "videos", data / "thumbnails"), pool)


class TestFilesystemInventoryOutsideTheDataFolder(MediaInventoryContract):
    @pytest.fixture
    async def stored(self, tmp_path: Path, pool: ThreadPoolExecutor) -> StoredMedia:
        return await stored_in((tmp_path / "data", tmp_path / "disk", tmp_path / "pictures"), pool)


async def stored_in(folders: tuple[Path, Path, Path], pool: ThreadPoolExecutor) -> StoredMedia:
    media = FilesystemMedia(*folders, pool)
    await media.prepare()
    return StoredMedia(store=media, inventory=FilesystemInventory(*folders, pool))
