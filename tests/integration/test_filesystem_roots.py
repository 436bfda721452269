"""Roots of the media store: what may be one, and what happens when one vanishes."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from adapters_fs.media import FilesystemMedia
from vidcore.errors import InvalidValueError, ServiceUnavailableError

VIDEO = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8157")  # the same last two digits


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def make_media(base: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
    return FilesystemMedia(base, base / "videos", base / "thumbnails", pool)


@pytest.fixture
async def media(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
    media = make_media(tmp_path / "data", pool)
    await media.prepare()
    return media


@pytest.mark.parametrize(
    "root", ["", "videos", "./videos", "/tmp/../etc", "/tmp/\0", "/tmp/\ud800"]
)
async def test_roots_that_are_no_plain_absolute_path_are_refused(
    media: FilesystemMedia, root: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        await media.prepare_root(root)

    assert caught.value.field == "video_storage_path"


async def test_roots_that_cannot_be_made_or_written_are_refused_with_the_reason(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    for root, why in (
        (tmp_path / "file" / "videos", "Not a directory"),
        (tmp_path / "file", "Not a directory|File exists"),
        (Path("/proc/vidcore/videos"), "No such file"),
        (tmp_path / ("x" * 300), "File name too long"),
    ):
        with pytest.raises(InvalidValueError, match=why) as caught:
            await media.prepare_root(str(root))
        assert caught.value.field == "video_storage_path"


async def test_a_prepared_root_is_made_with_its_parents_and_left_empty(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    root = await media.prepare_root(str(tmp_path / "a" / "b"))

    assert list(Path(root).iterdir()) == []
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o750
    assert await media.prepare_root(root) == root


async def test_a_root_that_has_vanished_is_not_made_anew(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    root = await media.prepare_root(str(tmp_path / "disk"))
    Path(root).rmdir()

    with pytest.raises(ServiceUnavailableError):
        await media.draft(VIDEO, 1, root)

    assert not Path(root).exists()


async def test_the_check_passes_until_a_folder_vanishes(media: FilesystemMedia) -> None:
    await media.check()
    Path(media.default_root()).rmdir()

    with pytest.raises(ServiceUnavailableError):
        await media.check()


async def test_an_unmounted_default_root_is_a_fault_and_not_a_new_store(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "data" / "thumbnails")

    with pytest.raises(ServiceUnavailableError):
        await media.draft(VIDEO, 1, None)
