"""Folders and disks that are broken on purpose."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.disks import mount, small_disk_at
from tests.integration.doctor.conftest import Platform, store_config
from vidcore_app.doctor.database import examine_database
from vidcore_app.doctor.folders import examine_folder

NOBODY = 65_534


@contextmanager
def not_root() -> Iterator[None]:
    """Root may write everywhere; for a while, be somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    assert mount(folder, options)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("uploads", "VIDCORE_UPLOAD_DIR"),
        ("videos", "VIDCORE_VIDEO_DIR"),
        ("thumbnails", "VIDCORE_THUMBNAIL_DIR"),
    ],
)
def test_a_file_where_a_folder_should_be_is_named(
    platform: Platform, name: str, setting: str
) -> None:
    (platform.data / name).rmdir()
    (platform.data / name).touch()

    report = platform.doctor()

    assert (report.code, report.faults) == (1, {f"folder.{name}"})
    assert f"{platform.data / name} is there, and is not a folder" in report.told(f"folder.{name}")
    assert setting in report.told(f"folder.{name}")


def test_a_folder_that_is_gone_from_a_platform_that_was_started_is_named(
    any_platform: Platform,
) -> None:
    (any_platform.data / "videos").rmdir()

    report = any_platform.doctor()

    assert (report.code, report.faults) == (1, {"folder.videos"})
    assert "is not there, though this platform was started" in report.told("folder.videos")
    assert "Mount the disk" in report.told("folder.videos")


def test_a_disk_that_is_mounted_for_reading_only_is_named(platform: Platform) -> None:
    videos = platform.data / "videos"
    with mounted(videos, "ro"):
        report = platform.doctor()

    assert report.code == 1
    assert "folder.videos" in report.faults
    assert "(Read-only file system)" in report.told("folder.videos")
    assert f"findmnt -T {videos}" in report.told("folder.videos")


def test_a_full_disk_is_named(platform: Platform) -> None:
    thumbnails = platform.data / "thumbnails"
    with small_disk_at(thumbnails):
        (thumbnails / "filling").write_bytes(bytes(1 << 20))
        report = platform.doctor()

    assert (report.code, report.faults) == (1, {"folder.thumbnails"})
    assert "(No space left on device)" in report.told("folder.thumbnails")
    assert f"df -h {thumbnails}" in report.told("folder.thumbnails")


def test_a_disk_with_less_than_the_floor_is_named(platform: Platform) -> None:
    report = platform.doctor(DISK_FLOOR_BYTES=str(1 << 60))

    assert (report.code, report.faults) == (1, {"disk.uploads", "disk.videos"})
    assert "must stay so" in report.told("disk.uploads")
    assert "VIDCORE_DISK_FLOOR_BYTES" in report.told("disk.uploads")


def test_a_disk_without_room_for_the_largest_upload_is_warned_of(platform: Platform) -> None:
    with mounted(platform.data / "uploads", "size=1m"):
        report = platform.doctor(DISK_FLOOR_BYTES="0")

    assert (report.code, report.faults) == (0, set())
    assert report.warnings == {"disk.uploads", "filesystem"}


def test_uploads_on_another_disk_than_the_videos_are_warned_of(platform: Platform) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        report = platform.doctor(UPLOAD_DIR=other)

    assert (report.code, report.warnings) == (0, {"filesystem"})
    assert "are on two filesystems" in report.told("filesystem")
    assert "VIDCORE_UPLOAD_DIR" in report.told("filesystem")


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that everybody can get to, and only root can write."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        folder = Path(made, "closed")
        folder.mkdir(mode=0o500)
        yield folder


def test_a_folder_of_somebody_else_is_named(closed: Path) -> None:
    with not_root():
        found = examine_folder("videos", closed, "VIDCORE_VIDEO_DIR", started=True)

    assert found.verdict == "fault"
    assert found.seen == f"{closed} cannot be written (Permission denied)."
    assert f"`chown -R {NOBODY if os.geteuid() == 0 else os.geteuid()} {closed}`" in str(found.mend)


def test_a_folder_that_cannot_be_made_is_named(closed: Path) -> None:
    with not_root():
        found = examine_folder("data", closed / "data", "VIDCORE_DATA_DIR", started=False)

    assert found.verdict == "fault"
    assert f"cannot be made in {closed} (Permission denied)" in found.seen


def test_the_folder_that_an_admin_has_chosen_is_looked_at_too(
    platform: Platform, tmp_path: Path
) -> None:
    chosen = tmp_path / "big disk"
    chosen.mkdir()
    asyncio.run(store_config(platform.database_url, str(chosen)))
    well = platform.doctor()
    chosen.rmdir()

    gone = platform.doctor()

    assert well.code == 0
    assert well.checks["folder.storage"]["seen"] == f"{chosen} can be written."
    assert (gone.code, gone.faults) == (1, {"folder.storage"})
    assert "video_storage_path" in gone.told("folder.storage")


def test_a_database_file_of_somebody_else_is_named(closed: Path, sqlite_template: Path) -> None:
    file = closed / "vidcore.db"
    shutil.copyfile(sqlite_template, file)
    file.chmod(0o444)
    closed.chmod(0o777)

    with not_root():
        found, seen = asyncio.run(examine_database(f"sqlite:///{file}"))

    assert [each.verdict for each in found] == ["fault", "ok"]
    assert f"{file} cannot be written" in found[0].seen
    assert f"`chown {NOBODY if os.geteuid() == 0 else os.geteuid()} {file}`" in str(found[0].mend)
    assert seen is not None
