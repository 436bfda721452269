"""Published videos, thumbnails and storyboards: files that belong to one attempt each, and are never overwritten.

    {videos}/{last two digits of the id}/{id}/{attempt}.mp4
    {thumbnails}/{last two digits of the id}/{id}/{attempt}.jpg
    {thumbnails}/{last two digits of the id}/{id}/{attempt}.storyboard.jpg

The last two digits spread the videos over 256 folders; the first digits of a UUIDv7 are the time, and
would put all into one. A draft stands beside its place, with `.part` behind the name. A location is the
path within the data folder, so that the folder can be moved, or else the absolute path.
"""

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from uuid import UUID

from adapters_fs.faults import reason, storage_faults
from adapters_fs.folders import FOR_GROUP, make_folder, remove_folder, sync
from adapters_fs.threads import run
from vidcore.errors import InvalidValueError, ServiceUnavailableError
from vidcore.ports.storage import Draft, MediaStore, Published
from vidcore.text import check_storable

PART: Final = ".part"


class FilesystemMedia(MediaStore):
    """Media under `videos` or a configured root, thumbnails under `thumbnails`; `prepare` makes both.

    `base` is the data folder that locations are relative to. Roots are never made by the way: a disk
    that is not mounted is a fault, not a new empty store. Each method that looks at the disk raises
    ServiceUnavailableError if it fails, StorageFullError if it is full.
    """

    def __init__(
        self, base: Path, videos: Path, thumbnails: Path, pool: ThreadPoolExecutor
    ) -> None:
        self._base = base.absolute()
        self._videos = videos.absolute()
        self._thumbnails = thumbnails.absolute()
        self._pool = pool

    async def prepare(self) -> None:
        """Make the default root and the thumbnails' folder, with mode 0750, if they are missing."""
        await run(self._pool, self._prepare)

    def default_root(self) -> str:
        """Give the absolute path under which media are published unless another is configured."""
        return str(self._videos)

    async def prepare_root(self, root: str) -> str:
        """Make the folder if it is missing, write a file to it, and give its path, normalised.

        Raises InvalidValueError for `video_storage_path`, with the reason, if any of it fails.
        """
        check_storable("video_storage_path", root)
        folder = Path(root)
        if not folder.is_absolute() or ".." in folder.parts:
            raise InvalidValueError("video_storage_path", "must be an absolute path without '..'")
        return await run(self._pool, _prepare_root, folder)

    async def free_bytes(self, root: str | None) -> int:
        """Give the bytes that this process may still write to the disk of `root`."""
        return await run(self._pool, _free_bytes, self._videos if root is None else Path(root))

    async def draft(self, video_id: UUID, attempt: int, root: str | None) -> Draft:
        """Make the video's folders, and remove from them what attempts before this one left.

        Also from the default root, if the root has been changed since. Files of later attempts stay,
        so a worker that comes back late does no harm; so do files that are no attempt's.
        """
        return await run(self._pool, self._draft, video_id, attempt, root)

    async def clear(self, video_id: UUID, attempt: int, root: str | None) -> None:
        """Remove from the video's folders, where they are, what attempts up to this one have left."""
        await run(self._pool, self._clear, video_id, attempt, root)

    async def publish(self, draft: Draft) -> Published:
        """Fsync the files, rename them into place, and fsync the folders up to their roots.

        May be repeated after it was broken off. Raises ServiceUnavailableError if media or
        thumbnail is missing, as it is for an attempt that another one has cleared away.
        """
        return await run(self._pool, self._publish, draft)

    async def discard(self, draft: Draft) -> None:
        """Remove the attempt's files, drafted or published; the video's folders stay."""
        await run(self._pool, self._discard, draft)

    async def remove(self, video_id: UUID, locations: Sequence[str]) -> None:
        """Remove published files, and the video's folders beside them and in the default places.

        The folders above those stay, of which there are at most 256 to a root. Raises ValueError for
        a location outside the data folder that is not absolute.
        """
        files = [self._absolute(location) for location in locations]
        await run(self._pool, self._remove, video_id, files)

    def locate(self, location: str) -> str:
        """Give the absolute path of a published file.

        Raises ValueError for a relative location that leads out of the data folder.
        """
        return str(self._absolute(location))

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless both default folders are there and can be written."""
        await run(self._pool, self._check)

    def _absolute(self, location: str) -> Path:
        path = self._base / location
        if not location or ".." in path.parts:
            raise ValueError(f"no location of a published file: {location!r}")
        return path

    def _location(self, path: Path) -> str:
        return str(path.relative_to(self._base) if path.is_relative_to(self._base) else path)

    def _prepare(self) -> None:
        for folder in (self._videos, self._thumbnails):
            with storage_faults(folder):
                make_folder(folder, FOR_GROUP)

    def _draft(self, video_id: UUID, attempt: int, root: str | None) -> Draft:
        videos = self._videos if root is None else Path(root)
        media, thumbnails = _folder(videos, video_id), _folder(self._thumbnails, video_id)
        for top, folder in ((videos, media), (self._thumbnails, thumbnails)):
            with storage_faults(top):
                top.stat()  # an unmounted disk ends here
                make_folder(folder, FOR_GROUP)
        self._clear(video_id, attempt - 1, root)
        return Draft(
            video_id=video_id,
            attempt=attempt,
            media=str(media / f"{attempt}.mp4{PART}"),
            thumbnail=str(thumbnails / f"{attempt}.jpg{PART}"),
            storyboard=str(thumbnails / f"{attempt}.storyboard.jpg{PART}"),
        )

    def _clear(self, video_id: UUID, attempt: int, root: str | None) -> None:
        for top in {self._videos if root is None else Path(root), self._videos, self._thumbnails}:
            folder = _folder(top, video_id)
            with storage_faults(folder):
                _clear(folder, up_to=attempt)

    def _publish(self, draft: Draft) -> Published:
        media, thumbnail = _publish(draft.media), _publish(draft.thumbnail)
        storyboard = _target(draft.storyboard)
        if storyboard.exists() or Path(draft.storyboard).exists():
            _publish(draft.storyboard)
        with storage_faults(media.parent):
            size = media.stat().st_size
        return Published(
            media=self._location(media),
            thumbnail=self._location(thumbnail),
            storyboard=self._location(storyboard) if storyboard.exists() else None,
            file_size_bytes=size,
        )

    def _discard(self, draft: Draft) -> None:
        for path in (draft.media, draft.thumbnail, draft.storyboard):
            with storage_faults(self._videos):
                Path(path).unlink(missing_ok=True)
                _target(path).unlink(missing_ok=True)

    def _remove(self, video_id: UUID, files: Sequence[Path]) -> None:
        folders = {_folder(self._videos, video_id), _folder(self._thumbnails, video_id)}
        folders |= {file.parent for file in files if file.parent.name == str(video_id)}
        with storage_faults(self._videos):
            for file in files:
                file.unlink(missing_ok=True)
            for folder in folders:
                remove_folder(folder)

    def _check(self) -> None:
        for folder in (self._videos, self._thumbnails):
            if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
                raise ServiceUnavailableError("A folder of the video storage cannot be written.")


def _folder(root: Path, video_id: UUID) -> Path:
    return root / str(video_id)[-2:] / str(video_id)


def _target(part: str) -> Path:
    return Path(part.removesuffix(PART))


def _publish(part: str) -> Path:
    """Rename a finished draft into place, safely on disk under either name."""
    target = _target(part)
    folder = target.parent
    with storage_faults(folder):
        if not target.exists():
            sync(Path(part))
            Path(part).replace(target)
        for changed in (folder, folder.parent, folder.parent.parent):
            sync(changed)
    return target


def _clear(folder: Path, *, up_to: int) -> None:
    """Remove the files of attempts `up_to` a number from a video's folder, if there is one."""
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        attempt = file.name.partition(".")[0]
        if attempt.isdecimal() and int(attempt) <= up_to:
            file.unlink(missing_ok=True)


def _free_bytes(folder: Path) -> int:
    with storage_faults(folder):
        return shutil.disk_usage(folder).free


def _prepare_root(folder: Path) -> str:
    try:
        make_folder(folder, FOR_GROUP)
        with NamedTemporaryFile(dir=folder, prefix=".vidcore-") as probe:
            probe.write(b"vidcore")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise InvalidValueError(
            "video_storage_path",
            f"must be a folder that this service can write to: {reason(error)}",
        ) from error
    return str(folder)
