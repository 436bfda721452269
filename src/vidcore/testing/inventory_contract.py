"""What every inventory of a media store promises."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import attrs
import pytest

from vidcore.checkup import StoredFile
from vidcore.ports.inventory import MediaInventory
from vidcore.ports.storage import Draft, MediaStore, Published
from vidcore.testing.identity import numbered_id

ONE, TWO = numbered_id(1), numbered_id(2)
MEDIA, PICTURE, TILES = b"media" * 1_000, b"picture", b"tiles"


@attrs.frozen(kw_only=True)
class StoredMedia:
    """A media store, and the inventory of it."""

    store: MediaStore
    inventory: MediaInventory


class MediaInventoryContract:
    """Give a fixture `stored`: a StoredMedia that is empty."""

    def put(self, stored: StoredMedia, path: str, content: bytes) -> None:
        """Write a file at an absolute path. For you to override."""
        del stored
        Path(path).write_bytes(content)

    def content(self, stored: StoredMedia, path: str) -> bytes | None:
        """Look behind the store at an absolute path; None if nothing is there. For you to override."""
        del stored
        return Path(path).read_bytes() if Path(path).exists() else None

    async def drafted(self, stored: StoredMedia, attempt: int, root: str | None = None) -> Draft:
        """Draft an attempt at the video ONE, and write its files."""
        draft = await stored.store.draft(ONE, attempt, root)
        self.put(stored, draft.media, MEDIA)
        self.put(stored, draft.thumbnail, PICTURE)
        self.put(stored, draft.storyboard, TILES)
        return draft

    async def published(self, stored: StoredMedia, root: str | None = None) -> Published:
        """Publish the video ONE, by its third attempt."""
        return await stored.store.publish(await self.drafted(stored, 3, root))

    async def listed(self, stored: StoredMedia, *roots: str) -> list[StoredFile]:
        """Give all files, by location."""
        batches = [batch async for batch in stored.inventory.files(roots)]
        return sorted((file for batch in batches for file in batch), key=lambda f: f.location)

    async def test_published_files_are_listed_once_by_their_locations(
        self, stored: StoredMedia
    ) -> None:
        """With their video and attempt, and as no drafts."""
        published = await self.published(stored)

        found = await self.listed(stored, stored.store.default_root())

        places = [published.media, published.thumbnail, published.storyboard]
        assert sorted(filter(None, places)) == [file.location for file in found]
        assert {(file.video_id, file.attempt, file.is_draft) for file in found} == {(ONE, 3, False)}
        assert all(isinstance(file.written_at, datetime) for file in found)
        assert all(file.written_at.tzinfo is not None for file in found)

    async def test_drafts_are_listed_as_drafts(self, stored: StoredMedia) -> None:
        """Also where nothing is published."""
        assert await self.listed(stored) == []
        draft = await self.drafted(stored, 12)

        found = await self.listed(stored)

        assert [(file.video_id, file.attempt, file.is_draft) for file in found] == [
            (ONE, 12, True)
        ] * 3
        paths = {stored.store.locate(file.location) for file in found}
        assert paths == {draft.media, draft.thumbnail, draft.storyboard}

    async def test_another_root_is_looked_through_when_it_is_named(
        self, stored: StoredMedia, tmp_path: Path
    ) -> None:
        """It is the one that its media say; one that is not there has nothing."""
        root = await stored.store.prepare_root(str(tmp_path / "elsewhere"))
        published = await self.published(stored, root)
        roots = {str(tmp_path / "nowhere"), root}

        def media(files: Collection[StoredFile]) -> list[str]:
            return [file.location for file in files if file.location == published.media]

        assert stored.inventory.root_of(published.media) == root
        assert media(await self.listed(stored)) == []
        assert media(await self.listed(stored, *roots)) == [published.media]

    async def test_media_in_the_default_place_have_the_default_root(
        self, stored: StoredMedia
    ) -> None:
        """And what no attempt publishes has none."""
        published = await self.published(stored)

        assert stored.inventory.root_of(published.media) == stored.store.default_root()
        assert stored.inventory.root_of("clip.mp4") is None

    async def test_the_size_is_that_of_the_file(self, stored: StoredMedia) -> None:
        """None without a file, whatever the location."""
        published = await self.published(stored)

        assert await stored.inventory.size(published.media) == len(MEDIA)
        await stored.store.remove(ONE, [published.media])
        assert await stored.inventory.size(published.media) is None
        for location in ("", "../x", "videos/x\0y"):
            assert await stored.inventory.size(location) is None

    @pytest.mark.parametrize("empty", [False, True])
    async def test_pictures_can_be_made_anew(self, stored: StoredMedia, *, empty: bool) -> None:
        """In the place of those that are gone, or empty; what is there stays."""
        published = await self.published(stored)
        thumbnail = stored.store.locate(published.thumbnail)
        await stored.inventory.erase(published.thumbnail)
        if empty:
            self.put(stored, thumbnail, b"")

        draft = await stored.inventory.redraft(published.media)
        assert draft is not None
        self.put(stored, draft.thumbnail, b"new")
        again = await stored.store.publish(draft)

        assert again == published
        assert self.content(stored, thumbnail) == b"new"
        assert self.content(stored, stored.store.locate(published.media)) == MEDIA
        assert self.content(stored, stored.store.locate(str(published.storyboard))) == TILES

    async def test_what_no_attempt_published_gets_no_pictures(self, stored: StoredMedia) -> None:
        """As a location that somebody wrote by hand."""
        assert await stored.inventory.redraft("clip.mp4") is None

    async def test_what_is_set_aside_is_kept_and_listed_no_more(self, stored: StoredMedia) -> None:
        """However often a file of that name is."""
        published = await self.published(stored)
        kept = []
        for content in (b"first", b"second", b"third"):
            self.put(stored, stored.store.locate(published.media), content)
            kept.append(await stored.inventory.set_aside(published.media))

        contents = [self.content(stored, stored.store.locate(str(place))) for place in kept]
        assert contents == [b"first", b"second", b"third"]
        listed = await self.listed(stored, stored.store.default_root())
        assert published.media not in {file.location for file in listed}
        assert len(listed) == 2
        assert await stored.inventory.set_aside(published.media) is None

    async def test_erased_files_are_gone_and_others_stay(self, stored: StoredMedia) -> None:
        """And what is gone already can be erased again; drafts too, by their paths."""
        published = await self.published(stored)
        draft = await self.drafted(stored, 4)
        for _ in range(2):
            await stored.inventory.erase(draft.thumbnail)
            await stored.inventory.erase(published.thumbnail)

        assert self.content(stored, draft.thumbnail) is None
        assert self.content(stored, stored.store.locate(published.thumbnail)) is None
        assert self.content(stored, draft.media) == MEDIA
