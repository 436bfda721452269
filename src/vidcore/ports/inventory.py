"""What stands in the media store, whatever the records say of it: for who compares the two."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol

from vidcore.checkup import StoredFile
from vidcore.ports.storage import Draft


class MediaInventory(Protocol):
    """The files of a MediaStore, by the same locations."""

    @abstractmethod
    async def size(self, location: str) -> int | None:
        """Give the bytes of the file there, or None if there is none."""
        ...

    @abstractmethod
    def root_of(self, location: str) -> str | None:
        """Give the root under which published media stand, or None where none would be published."""
        ...

    @abstractmethod
    def files(self, roots: Collection[str]) -> AsyncIterator[Sequence[StoredFile]]:
        """Give, in batches, the files of attempts in the default places and under `roots`.

        All that were there the whole time are given, once; what is no attempt's is left out. A root
        that is not there has none.
        """
        ...

    @abstractmethod
    async def redraft(self, media: str) -> Draft | None:
        """Give where pictures of a published media are made anew, for MediaStore.publish.

        Those that are there without a byte are removed. None if no attempt can have published it.
        """
        ...

    @abstractmethod
    async def set_aside(self, location: str) -> str | None:
        """Move a file out of the way, and give where it is kept; None if it is gone already."""
        ...

    @abstractmethod
    async def erase(self, location: str) -> None:
        """Remove a file. What is gone already is fine."""
        ...
