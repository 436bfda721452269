"""An upload area and a media store that keep their bytes in memory. No path there is a real one."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from vidcore.errors import (
    InvalidValueError,
    NotFoundError,
    ServiceUnavailableError,
    StorageFullError,
)
from vidcore.ports.clock import Clock
from vidcore.ports.storage import Draft, MediaStore, Published, UploadArea, UploadWriter
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW

PLENTY: Final = 1 << 40  # bytes


class InMemoryWriter(UploadWriter):
    """Takes the bytes of one upload."""

    def __init__(self, area: "InMemoryUploads", name: str) -> None:
        self._area = area
        self._name = name
        self._open = True

    async def write(self, block: bytes) -> None:
        """Take the next bytes. Raises StorageFullError when the area is full."""
        self._check_open()
        self._area.append(self._name, block)

    async def cut(self, size: int) -> None:
        """Drop all bytes of the upload but the first `size`."""
        self._check_open()
        self._area.cut(self._name, size)

    async def finish(self) -> int:
        """Give the size of the whole upload in bytes."""
        self._end()
        return len(self._area.content(self._name) or b"")

    async def abandon(self) -> None:
        """Stop writing. What has arrived stays, until it is discarded."""
        self._end()

    def _end(self) -> None:
        self._check_open()
        self._open = False
        self._area.release(self._name)

    def _check_open(self) -> None:
        if not self._open:
            raise RuntimeError("This writer was ended by `finish` or `abandon`.")


class InMemoryUploads(UploadArea):
    """The bytes of uploads, by name; `capacity` bytes in all. `clock` dates what arrives.

    While `reachable` is False, `check` says so.
    """

    def __init__(self, *, capacity: int = PLENTY, clock: Clock | None = None) -> None:
        self.capacity = capacity
        self.reachable = True
        self._clock = clock or FixedClock(NOW)
        self._files: dict[str, tuple[bytes, datetime]] = {}
        self._receiving: set[str] = set()

    async def receive(self, name: str) -> UploadWriter:
        """Begin, or go on with, the upload `name`: writes go behind what is there.

        Raises ServiceUnavailableError while another writer of it is open.
        """
        if name in self._receiving:
            raise ServiceUnavailableError("This upload is being written to already.")
        self.append(name, b"")
        self._receiving.add(name)
        return InMemoryWriter(self, name)

    def locate(self, name: str) -> str:
        """Give a path that only in-memory neighbours know."""
        return f"/memory/uploads/{name}"

    async def size(self, name: str) -> int:
        """Give the number of bytes that an upload has; 0 if there is none of that name."""
        return len(self.content(name) or b"")

    async def digest(self, name: str) -> str:
        """Give the SHA-256 of all the upload's bytes, as 64 hexadecimal digits in lower case.

        Raises NotFoundError if there is no such upload.
        """
        content = self.content(name)
        if content is None:
            raise NotFoundError("upload", name)
        return sha256(content).hexdigest()

    async def discard(self, name: str) -> None:
        """Remove the upload's bytes, if there are any."""
        self._files.pop(name, None)

    async def names(self, before: datetime) -> Sequence[str]:
        """Give the names of uploads that have bytes, and got none since `before`."""
        return sorted(name for name, (_, touched) in self._files.items() if touched < before)

    async def used_bytes(self) -> int:
        """Give the bytes that all uploads together have."""
        return sum(len(content) for content, _ in self._files.values())

    async def free_bytes(self) -> int:
        """Give what is left of the capacity."""
        return max(0, self.capacity - await self.used_bytes())

    async def check(self) -> None:
        """Raise ServiceUnavailableError if it was told to be out of reach."""
        if not self.reachable:
            raise ServiceUnavailableError("The upload area is out of reach.")

    def content(self, name: str) -> bytes | None:
        """Give the bytes of an upload, or None if there is no such upload."""
        return self._files[name][0] if name in self._files else None

    def append(self, name: str, block: bytes) -> None:
        """Put bytes behind what is there. Raises StorageFullError when they do not fit."""
        held = sum(len(content) for content, _ in self._files.values())
        if held + len(block) > self.capacity:
            raise StorageFullError(len(block), max(0, self.capacity - held))
        self._files[name] = ((self.content(name) or b"") + block, self._clock.now())

    def cut(self, name: str, size: int) -> None:
        """Keep only the first `size` bytes."""
        self._files[name] = ((self.content(name) or b"")[:size], self._clock.now())

    def release(self, name: str) -> None:
        """Let the next writer in."""
        self._receiving.discard(name)


class InMemoryMedia(MediaStore):
    """Published files, in `files` by path; `put` is how a transcoder writes there.

    Roots in `read_only` cannot be written. Set `reachable` to False to see the folders go away.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.read_only: set[str] = set()
        self.reachable = True

    def default_root(self) -> str:
        """Give the path under which media are published unless another is configured."""
        return "/memory/videos"

    async def prepare_root(self, root: str) -> str:
        """Give the path, normalised. Raises InvalidValueError for `video_storage_path` if unfit."""
        folder = PurePosixPath(root)
        if not folder.is_absolute() or ".." in folder.parts:
            raise InvalidValueError("video_storage_path", "must be an absolute path without '..'")
        if str(folder) in self.read_only:
            raise InvalidValueError("video_storage_path", "cannot be written")
        return str(folder)

    async def free_bytes(self, root: str | None) -> int:  # noqa: ARG002 - all is on one disk
        """Give a gibibyte less what there is. Raises ServiceUnavailableError unless `reachable`."""
        await self.check()
        return (1 << 30) - sum(map(len, self.files.values()))

    async def draft(self, video_id: UUID, attempt: int, root: str | None) -> Draft:
        """Begin an attempt under `root`, and clear what earlier ones left."""
        await self.clear(video_id, attempt - 1, root)
        stem = f"{root or self.default_root()}/{video_id}"
        return Draft(
            video_id=video_id,
            attempt=attempt,
            media=f"{stem}/draft-{attempt}.mp4",
            thumbnail=f"{stem}/draft-{attempt}.jpg",
            storyboard=f"{stem}/draft-{attempt}.tiles.jpg",
        )

    async def clear(self, video_id: UUID, attempt: int, root: str | None) -> None:  # noqa: ARG002 - whatever the root
        """Remove what attempts up to this one have left."""
        for path in self._of(video_id):
            if int(path.rpartition("-")[2].partition(".")[0]) <= attempt:
                del self.files[path]

    async def publish(self, draft: Draft) -> Published:
        """Bring the files under their names; each name belongs to one attempt.

        May be repeated. Raises ServiceUnavailableError if media or thumbnail is missing.
        """
        for path in _drafted(draft):
            if path in self.files and _published(path) not in self.files:
                self.files[_published(path)] = self.files.pop(path)
        media, thumbnail, storyboard = map(_published, _drafted(draft))
        if media not in self.files or thumbnail not in self.files:
            raise ServiceUnavailableError("A file of this attempt was cleared away.")
        return Published(
            media=media,
            thumbnail=thumbnail,
            storyboard=storyboard if storyboard in self.files else None,
            file_size_bytes=len(self.files[media]),
        )

    async def discard(self, draft: Draft) -> None:
        """Remove what an attempt has made, drafted or published."""
        for path in _drafted(draft):
            self.files.pop(path, None)
            self.files.pop(_published(path), None)

    async def remove(self, video_id: UUID, locations: Sequence[str]) -> None:
        """Remove published files, and everything else of that video. What is gone already is fine."""
        for location in locations:
            self.files.pop(location, None)
        for path in self._of(video_id):
            del self.files[path]

    def locate(self, location: str) -> str:
        """Give the path of a published file, which is its location."""
        return location

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless `reachable`."""
        if not self.reachable:
            raise ServiceUnavailableError("The media store is out of reach.")

    def put(self, path: str, content: bytes) -> None:
        """Write a file, as a transcoder does."""
        self.files[path] = content

    def _of(self, video_id: UUID) -> list[str]:
        return [path for path in self.files if f"/{video_id}/" in path]


def _drafted(draft: Draft) -> tuple[str, str, str]:
    return draft.media, draft.thumbnail, draft.storyboard


def _published(path: str) -> str:
    return path.replace("/draft-", "/attempt-")
