"""Where bytes are kept: an area for uploads, and a store of published media.

Locations are opaque texts; `locate` gives the absolute path behind one, for those who need a file.
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs


class UploadWriter(Protocol):
    """Takes the bytes of one upload. Exactly one of `finish` and `abandon` ends it."""

    @abstractmethod
    async def write(self, block: bytes) -> None:
        """Take the next bytes. Raises StorageFullError when the disk is full."""
        ...

    @abstractmethod
    async def cut(self, size: int) -> None:
        """Drop all bytes of the upload but the first `size`, written before or not; then go on there.

        Never makes it longer.
        """
        ...

    @abstractmethod
    async def finish(self) -> int:
        """Bring everything safely to disk and give the size of the whole upload in bytes."""
        ...

    @abstractmethod
    async def abandon(self) -> None:
        """Stop writing. What has arrived stays, until it is discarded."""
        ...


class UploadArea(Protocol):
    """The bytes of uploads, by name."""

    @abstractmethod
    async def receive(self, name: str) -> UploadWriter:
        """Begin, or go on with, the upload `name`: writes go behind what is there.

        Raises ServiceUnavailableError while another writer of it is open.
        """
        ...

    @abstractmethod
    def locate(self, name: str) -> str:
        """Give the absolute path of the upload's file."""
        ...

    @abstractmethod
    async def size(self, name: str) -> int:
        """Give the number of bytes that an upload has; 0 if there is none of that name.

        After a crash, it is what a writer goes on behind. Blocks that an open writer has taken may
        be counted or not.
        """
        ...

    @abstractmethod
    async def digest(self, name: str) -> str:
        """Give the SHA-256 of all the upload's bytes, as 64 hexadecimal digits in lower case.

        To be asked when no writer of it is open. Raises NotFoundError if there is no such upload; one
        without bytes has a digest.
        """
        ...

    @abstractmethod
    async def discard(self, name: str) -> None:
        """Remove the upload's bytes, if there are any."""
        ...

    @abstractmethod
    async def names(self, before: datetime) -> Sequence[str]:
        """Give the names of uploads that have bytes, and got none since `before`."""
        ...

    @abstractmethod
    async def used_bytes(self) -> int:
        """Give the bytes that all uploads together have."""
        ...

    @abstractmethod
    async def free_bytes(self) -> int:
        """Give the bytes that are free on the upload area's disk."""
        ...

    @abstractmethod
    async def check(self) -> None:
        """Raise ServiceUnavailableError unless the area is there and can be written."""
        ...


@attrs.frozen(kw_only=True)
class Draft:
    """Where a worker's attempt writes its results: absolute paths, beside where they will stand."""

    video_id: UUID
    attempt: int
    media: str
    thumbnail: str
    storyboard: str


@attrs.frozen(kw_only=True)
class Published:
    """Where published files stand, the storyboard if there is one; the size of the media in bytes."""

    media: str
    thumbnail: str
    storyboard: str | None
    file_size_bytes: int


class MediaStore(Protocol):
    """The published videos and their thumbnails."""

    @abstractmethod
    def default_root(self) -> str:
        """Give the absolute path under which media are published unless another is configured."""
        ...

    @abstractmethod
    async def prepare_root(self, root: str) -> str:
        """Make a folder fit to publish to and give its path, without empty or '.' parts.

        Raises InvalidValueError for `video_storage_path` unless it is absolute, has no '..', and can
        be written.
        """
        ...

    @abstractmethod
    async def free_bytes(self, root: str | None) -> int:
        """Give the bytes that are free on the disk of `root` (None: the default).

        Raises ServiceUnavailableError if it is not there.
        """
        ...

    @abstractmethod
    async def draft(self, video_id: UUID, attempt: int, root: str | None) -> Draft:
        """Begin an attempt under `root` (None: the default), and clear what earlier ones left."""
        ...

    @abstractmethod
    async def clear(self, video_id: UUID, attempt: int, root: str | None) -> None:
        """Remove what attempts up to this one have left under `root` (None: the default)."""
        ...

    @abstractmethod
    async def publish(self, draft: Draft) -> Published:
        """Bring the files safely to disk under their names; each name belongs to one attempt.

        May be repeated: what stands under a name stays. Raises ServiceUnavailableError if media or
        thumbnail is missing.
        """
        ...

    @abstractmethod
    async def discard(self, draft: Draft) -> None:
        """Remove what an attempt has made, drafted or published."""
        ...

    @abstractmethod
    async def remove(self, video_id: UUID, locations: Sequence[str]) -> None:
        """Remove published files, and everything else of that video. What is gone already is fine."""
        ...

    @abstractmethod
    def locate(self, location: str) -> str:
        """Give the absolute path of a published file."""
        ...

    @abstractmethod
    async def check(self) -> None:
        """Raise ServiceUnavailableError unless the folders are there and can be written."""
        ...
