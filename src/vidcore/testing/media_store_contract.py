"""What every media store promises."""

from pathlib import Path

import pytest

from vidcore.errors import InvalidValueError, ServiceUnavailableError
from vidcore.ports.storage import Draft, MediaStore, Published
from vidcore.testing.identity import numbered_id

ONE, TWO = numbered_id(1), numbered_id(2)
MEDIA, PICTURE, TILES = b"media" * 1_000, b"picture", b"tiles"
ALL, NOTHING = (MEDIA, PICTURE, TILES), (None, None, None)


class MediaStoreContract:
    """Give a fixture `media`: a MediaStore that is empty."""

    def put(self, media: MediaStore, path: str, content: bytes) -> None:
        """Write a file at a draft's path, as a transcoder would. For you to override.

        Unless overridden, `media` is not asked, and the file is written at that path.
        """
        del media
        Path(path).write_bytes(content)

    def content(self, media: MediaStore, path: str) -> bytes | None:
        """Look behind the store at an absolute path; None if nothing is there. For you to override.

        Unless overridden, `media` is not asked, and the file at that path is read.
        """
        del media
        return Path(path).read_bytes() if Path(path).exists() else None

    def fill(self, media: MediaStore, draft: Draft) -> None:
        """Write all files of a draft."""
        self.put(media, draft.media, MEDIA)
        self.put(media, draft.thumbnail, PICTURE)
        self.put(media, draft.storyboard, TILES)

    def drafted(self, media: MediaStore, draft: Draft) -> tuple[bytes | None, ...]:
        """Give the contents of the files of a draft: media, thumbnail, storyboard."""
        paths = (draft.media, draft.thumbnail, draft.storyboard)
        return tuple(self.content(media, path) for path in paths)

    def published(self, media: MediaStore, published: Published) -> tuple[bytes | None, ...]:
        """Give the contents of the published files: media, thumbnail, storyboard."""
        locations = (published.media, published.thumbnail, published.storyboard)
        return tuple(
            None if location is None else self.content(media, media.locate(location))
            for location in locations
        )

    async def filled(self, media: MediaStore, attempt: int) -> Draft:
        """Draft an attempt at the video ONE and write its files."""
        draft = await media.draft(ONE, attempt, None)
        self.fill(media, draft)
        return draft

    async def make(self, media: MediaStore, number: int = 1) -> Published:
        """Publish a video."""
        draft = await media.draft(numbered_id(number), 1, None)
        self.fill(media, draft)
        return await media.publish(draft)

    async def test_there_is_room_for_a_byte(self, media: MediaStore) -> None:
        """Under the root that the store chose, and so under that very root by name."""
        assert await media.free_bytes(None) > 0
        assert await media.free_bytes(media.default_root()) > 0

    async def test_published_files_are_found_as_they_were_drafted(self, media: MediaStore) -> None:
        """Under absolute paths, with the size of the media, and no draft is left."""
        draft = await media.draft(ONE, 1, None)
        self.fill(media, draft)

        published = await media.publish(draft)

        assert self.published(media, published) == ALL
        assert published.file_size_bytes == len(MEDIA)
        for location in (published.media, published.thumbnail, published.storyboard):
            assert location is not None
            assert media.locate(location).startswith("/")
        assert self.drafted(media, draft) == NOTHING

    async def test_a_video_may_be_published_without_a_storyboard(self, media: MediaStore) -> None:
        """Once or twice; and nobody is told that there is one."""
        draft = await media.draft(ONE, 1, None)
        self.put(media, draft.media, MEDIA)
        self.put(media, draft.thumbnail, PICTURE)

        once, again = await media.publish(draft), await media.publish(draft)

        assert once == again
        assert once.storyboard is None
        assert self.published(media, once) == (MEDIA, PICTURE, None)

    async def test_what_attempts_have_left_is_cleared_up_to_one(self, media: MediaStore) -> None:
        """Drafted or published; later attempts, and other videos, keep theirs."""
        first, second, third = [await self.filled(media, number) for number in (1, 2, 3)]
        other = await self.make(media, 2)
        for draft in (first, second, third):
            self.fill(media, draft)
        published = await media.publish(second)

        await media.clear(ONE, 2, None)
        await media.clear(numbered_id(9), 2, None)

        assert self.drafted(media, first) == NOTHING
        assert self.published(media, published) == NOTHING
        assert self.drafted(media, third) == ALL
        assert self.published(media, other) == ALL

    async def test_publishing_can_be_repeated(self, media: MediaStore) -> None:
        """As after a crash between it and its commit."""
        draft = await media.draft(ONE, 1, None)
        self.fill(media, draft)

        once, again = await media.publish(draft), await media.publish(draft)

        assert once == again
        assert self.published(media, again) == ALL

    async def test_publishing_again_leaves_what_is_published(self, media: MediaStore) -> None:
        """What plays already is not exchanged under those who watch it."""
        draft = await self.filled(media, 1)
        published = await media.publish(draft)
        for path in (draft.media, draft.thumbnail, draft.storyboard):
            self.put(media, path, b"of somebody who comes late")

        assert await media.publish(draft) == published
        assert self.published(media, published) == ALL

    @pytest.mark.parametrize("missing", ["media", "thumbnail"])
    async def test_an_attempt_without_media_or_thumbnail_is_not_published(
        self, media: MediaStore, missing: str
    ) -> None:
        """Whatever else it has."""
        draft = await media.draft(ONE, 1, None)
        for name in {"media", "thumbnail", "storyboard"} - {missing}:
            self.put(media, getattr(draft, name), TILES)

        with pytest.raises(ServiceUnavailableError):
            await media.publish(draft)

    async def test_an_attempt_without_its_files_is_not_published(self, media: MediaStore) -> None:
        """As one that a later attempt has cleared away."""
        cleared = await media.draft(ONE, 1, None)
        self.fill(media, cleared)
        await media.draft(ONE, 2, None)

        with pytest.raises(ServiceUnavailableError):
            await media.publish(cleared)

    async def test_a_draft_names_its_attempt_and_three_absolute_paths(
        self, media: MediaStore
    ) -> None:
        """Different ones."""
        draft = await media.draft(ONE, 7, None)

        assert (draft.video_id, draft.attempt) == (ONE, 7)
        paths = {draft.media, draft.thumbnail, draft.storyboard}
        assert len(paths) == 3
        assert all(path.startswith("/") for path in paths)

    async def test_names_belong_to_one_attempt(self, media: MediaStore) -> None:
        """So a worker that comes late cannot write over what a later one has published."""
        late = await media.draft(ONE, 1, None)
        current = await media.draft(ONE, 2, None)
        self.fill(media, current)
        self.put(media, current.media, b"current")
        published = await media.publish(current)
        self.fill(media, late)
        too_late = await media.publish(late)

        assert too_late.storyboard != published.storyboard
        assert not {too_late.media, too_late.thumbnail} & {published.media, published.thumbnail}
        assert self.published(media, published) == (b"current", PICTURE, TILES)
        await media.discard(late)
        assert self.published(media, too_late) == NOTHING
        assert self.published(media, published) == (b"current", PICTURE, TILES)

    async def test_a_new_attempt_clears_what_earlier_ones_left(self, media: MediaStore) -> None:
        """Drafted or published, of its own video only; a late worker clears nothing of a later one."""
        left = await media.draft(ONE, 1, None)
        self.fill(media, left)
        others = await media.draft(TWO, 1, None)
        self.fill(media, others)

        published = await media.publish(await self.filled(media, 2))
        current = await self.filled(media, 3)

        assert self.drafted(media, left) == NOTHING
        assert self.published(media, published) == NOTHING
        await media.draft(ONE, 1, None)
        assert self.drafted(media, current) == ALL
        assert self.drafted(media, others) == ALL

    async def test_a_discarded_draft_is_gone_and_others_stay(self, media: MediaStore) -> None:
        """Filled, half filled or never filled; once or twice."""
        kept = await self.make(media, 2)
        for fill in (self.fill, lambda media, draft: self.put(media, draft.media, MEDIA), None):
            draft = await media.draft(ONE, 1, None)
            if fill is not None:
                fill(media, draft)
            await media.discard(draft)
            await media.discard(draft)

            assert self.drafted(media, draft) == NOTHING
        assert self.published(media, kept) == ALL

    async def test_a_published_attempt_can_be_discarded(self, media: MediaStore) -> None:
        """As when the video went while it was processed."""
        draft = await media.draft(ONE, 1, None)
        self.fill(media, draft)
        published = await media.publish(draft)

        await media.discard(draft)

        assert self.published(media, published) == NOTHING

    async def test_removed_files_are_gone_and_others_stay(self, media: MediaStore) -> None:
        """And what is gone already can be removed again."""
        gone, kept = await self.make(media, 1), await self.make(media, 2)

        for _ in range(2):
            await media.remove(ONE, [gone.media, gone.thumbnail, str(gone.storyboard)])

        assert self.published(media, gone) == NOTHING
        assert self.published(media, kept) == ALL

    async def test_a_storyboard_that_nobody_knows_of_is_removed_with_its_video(
        self, media: MediaStore
    ) -> None:
        """As one that was published, but given up before the record was made."""
        gone = await self.make(media, 1)

        await media.remove(ONE, [gone.media, gone.thumbnail])

        assert self.published(media, gone) == NOTHING

    async def test_a_video_without_published_files_is_removed_with_its_drafts(
        self, media: MediaStore
    ) -> None:
        """As one that goes before or while it is processed."""
        await media.remove(ONE, [])
        draft = await media.draft(ONE, 1, None)
        self.fill(media, draft)

        await media.remove(ONE, [])

        assert self.drafted(media, draft) == NOTHING

    async def test_another_root_holds_what_is_published_from_then_on(
        self, media: MediaStore, tmp_path: Path
    ) -> None:
        """It is made if it is missing, and earlier files are found where they are."""
        earlier = await self.make(media, 1)
        root = await media.prepare_root(str(tmp_path / "elsewhere" / "videos"))
        draft = await media.draft(TWO, 1, root)
        self.fill(media, draft)

        later = await media.publish(draft)

        assert media.locate(later.media).startswith(f"{root}/")
        assert media.locate(earlier.media).startswith(f"{media.default_root()}/")
        assert self.published(media, earlier) == self.published(media, later) == ALL
        await media.remove(TWO, [later.media, later.thumbnail, str(later.storyboard)])
        assert self.published(media, later) == NOTHING

    async def test_a_root_has_one_path_however_it_is_written(
        self, media: MediaStore, tmp_path: Path
    ) -> None:
        """Without the parts that lead nowhere."""
        root = await media.prepare_root(f"{tmp_path}//elsewhere/./videos/")

        assert root == f"{tmp_path}/elsewhere/videos"
        assert await media.prepare_root(root) == root

    @pytest.mark.parametrize(
        "root", ["", ".", "videos", "../videos", "~/videos", "/videos/../elsewhere"]
    )
    async def test_a_root_that_is_no_plain_absolute_path_is_refused(
        self, media: MediaStore, root: str
    ) -> None:
        """By the name of its field."""
        with pytest.raises(InvalidValueError) as refused:
            await media.prepare_root(root)

        assert refused.value.field == "video_storage_path"

    async def test_the_default_root_is_absolute_and_fit(self, media: MediaStore) -> None:
        """As any that an admin could name."""
        assert media.default_root().startswith("/")
        assert await media.prepare_root(media.default_root()) == media.default_root()
        await media.check()
