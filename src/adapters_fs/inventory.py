"""What stands in the folders of published media, and where what nobody knows of is kept.

{root}/lost+found/{id}-{attempt}.mp4
"""

import os
import re
import stat
from collections.abc import AsyncIterator, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters_fs.faults import storage_faults
from adapters_fs.folders import FOR_GROUP, make_folder, sync
from adapters_fs.media import PART
from adapters_fs.threads import run
from vidcore.checkup import StoredFile
from vidcore.ports.inventory import MediaInventory
from vidcore.ports.storage import Draft

LOST_AND_FOUND: Final = "lost+found"

_SPREAD: Final = re.compile(r"[0-9a-f]{2}")
_VIDEO: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE: Final = re.compile(
    rf"(?P<attempt>\d+)\.(mp4|jpg|storyboard\.jpg)(?P<part>{re.escape(PART)})?"
)


class FilesystemInventory(MediaInventory):
    """The files of FilesystemMedia, which takes the same arguments.

    Each method that looks at the disk raises ServiceUnavailableError if it fails.
    """

    def __init__(
        self, base: Path, videos: Path, thumbnails: Path, pool: ThreadPoolExecutor
    ) -> None:
        self._base = base.absolute()
        self._videos = videos.absolute()
        self._thumbnails = thumbnails.absolute()
        self._pool = pool

    async def size(self, location: str) -> int | None:
        """Give the bytes of the regular file there, or None if there is none."""
        return await run(self._pool, self._size, location)

    def root_of(self, location: str) -> str | None:
        """Give the third folder above, if the location is as an attempt's."""
        path = self._base / location
        return str(path.parents[2]) if _is_of_attempt(path) else None

    async def files(self, roots: Collection[str]) -> AsyncIterator[Sequence[StoredFile]]:
        """Give the files of each of a root's 256 folders; symbolic links in them are not followed."""
        for root in sorted({self._videos, self._thumbnails, *map(Path, roots)}):
            for folder in await run(self._pool, _subfolders, root, _SPREAD):
                yield await run(self._pool, self._listed, folder)

    async def redraft(self, media: str) -> Draft | None:
        """Give the paths of drafts, with the folder for pictures made."""
        path = self._base / media
        if not _is_of_attempt(path):
            return None
        return await run(self._pool, self._redraft, path)

    async def set_aside(self, location: str) -> str | None:
        """Move a file to its root's `lost+found`, under a name that is free there."""
        return await run(self._pool, self._set_aside, self._base / location)

    async def erase(self, location: str) -> None:
        """Remove a file; its folder stays."""
        await run(self._pool, self._erase, self._base / location)

    def _location(self, path: Path) -> str:
        return str(path.relative_to(self._base) if path.is_relative_to(self._base) else path)

    def _size(self, location: str) -> int | None:
        path = self._base / location
        if ".." in path.parts or "\0" in location:
            return None
        with storage_faults(self._base):
            try:
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _listed(self, spread: Path) -> list[StoredFile]:
        return [
            self._stored(path, written)
            for folder in _subfolders(spread, _VIDEO)
            for path, written in _regular_files(folder)
            if _is_of_attempt(path)
        ]

    def _stored(self, path: Path, written: float) -> StoredFile:
        name = _FILE.fullmatch(path.name)
        assert name is not None  # noqa: S101 - `_is_of_attempt` has said so
        return StoredFile(
            location=self._location(path),
            video_id=UUID(path.parent.name),
            attempt=int(name["attempt"]),
            is_draft=name["part"] is not None,
            written_at=datetime.fromtimestamp(written, UTC),
        )

    def _redraft(self, media: Path) -> Draft:
        attempt = media.name.partition(".")[0]
        pictures = self._thumbnails / media.parent.parent.name / media.parent.name
        thumbnail, storyboard = pictures / f"{attempt}.jpg", pictures / f"{attempt}.storyboard.jpg"
        with storage_faults(self._thumbnails):
            make_folder(pictures, FOR_GROUP)
            for picture in (thumbnail, storyboard):
                if picture.exists() and picture.stat().st_size == 0:
                    picture.unlink(missing_ok=True)
        return Draft(
            video_id=UUID(media.parent.name),
            attempt=int(attempt),
            media=f"{media}{PART}",
            thumbnail=f"{thumbnail}{PART}",
            storyboard=f"{storyboard}{PART}",
        )

    def _set_aside(self, path: Path) -> str | None:
        folder = path.parents[2] / LOST_AND_FOUND
        with storage_faults(path.parent):
            make_folder(folder)
            target = folder / f"{path.parent.name}-{path.name}"
            while target.exists():
                target = target.with_name(f"{target.name}~")
            try:
                path.rename(target)
            except FileNotFoundError:
                return None
            sync(folder)
            sync(path.parent)
        return self._location(target)

    @staticmethod
    def _erase(path: Path) -> None:
        with storage_faults(path.parent):
            path.unlink(missing_ok=True)


def _is_of_attempt(path: Path) -> bool:
    """Say whether a path is where FilesystemMedia puts a file, under any root."""
    if len(path.parents) < 3 or ".." in path.parts:  # noqa: PLR2004 - root, spread and video
        return False
    video, spread = path.parent.name, path.parent.parent.name
    return bool(
        _FILE.fullmatch(path.name)
        and _VIDEO.fullmatch(video)
        and _SPREAD.fullmatch(spread)
        and video.endswith(spread)
    )


def _subfolders(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    """Give the folders in a folder whose names are of a kind; none if it has gone."""
    with storage_faults(folder):
        try:
            with os.scandir(folder) as entries:
                return sorted(
                    Path(entry.path)
                    for entry in entries
                    if pattern.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except (FileNotFoundError, NotADirectoryError):
            return []


def _regular_files(folder: Path) -> list[tuple[Path, float]]:
    """Give the files in a folder, and when they were last written to; none if it has gone."""
    found = []
    with storage_faults(folder):
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # removed meanwhile
                        continue
                    if stat.S_ISREG(status.st_mode):
                        found.append((Path(entry.path), status.st_mtime))
        except FileNotFoundError:
            return []
    return found
