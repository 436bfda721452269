"""The inventory of a media store in memory."""

import re
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from vidcore.checkup import StoredFile
from vidcore.ports.inventory import MediaInventory
from vidcore.ports.storage import Draft
from vidcore.testing.examples import NOW
from vidcore.testing.storage import InMemoryMedia

_OF_ATTEMPT: Final = re.compile(
    r"(?P<root>/.+)/(?P<video>[0-9a-f-]{36})/(?P<state>draft|attempt)-(?P<attempt>\d+)\."
    r"(mp4|jpg|tiles\.jpg)"
)


class InMemoryInventory(MediaInventory):
    """The files of `media`. Each is of the moment NOW, unless `written` has another for its path."""

    def __init__(self, media: InMemoryMedia) -> None:
        self.media = media
        self.written: dict[str, datetime] = {}

    async def size(self, location: str) -> int | None:
        """Give the bytes of the file there, or None if there is none."""
        content = self.media.files.get(location)
        return None if content is None else len(content)

    def root_of(self, location: str) -> str | None:
        """Give the root under which published media stand."""
        found = _OF_ATTEMPT.fullmatch(location)
        return None if found is None else found["root"]

    async def files(self, roots: Collection[str]) -> AsyncIterator[Sequence[StoredFile]]:
        """Give the files of attempts in the default places and under `roots`, one in a batch."""
        wanted = {self.media.default_root(), *roots}
        for path in list(self.media.files):
            found = _OF_ATTEMPT.fullmatch(path)
            if found is not None and found["root"] in wanted:
                yield [
                    StoredFile(
                        location=path,
                        video_id=UUID(found["video"]),
                        attempt=int(found["attempt"]),
                        is_draft=found["state"] == "draft",
                        written_at=self.written.get(path, NOW),
                    )
                ]

    async def redraft(self, media: str) -> Draft | None:
        """Give where pictures of a published media are made anew."""
        found = _OF_ATTEMPT.fullmatch(media)
        if found is None:
            return None
        stem = media.removesuffix(".mp4")
        for picture in (f"{stem}.jpg", f"{stem}.tiles.jpg"):
            if self.media.files.get(picture) == b"":
                del self.media.files[picture]
        drafted = stem.replace("/attempt-", "/draft-")
        return Draft(
            video_id=UUID(found["video"]),
            attempt=int(found["attempt"]),
            media=f"{drafted}.mp4",
            thumbnail=f"{drafted}.jpg",
            storyboard=f"{drafted}.tiles.jpg",
        )

    async def set_aside(self, location: str) -> str | None:
        """Move a file out of the way, and give where it is kept; None if it is gone already."""
        if location not in self.media.files:
            return None
        root, video, name = location.rsplit("/", 2)
        kept = f"{root}/lost+found/{video}-{name}"
        while kept in self.media.files:
            kept += "~"
        self.media.files[kept] = self.media.files.pop(location)
        return kept

    async def erase(self, location: str) -> None:
        """Remove a file. What is gone already is fine."""
        self.media.files.pop(location, None)
