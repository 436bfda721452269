"""What every store promises of uploads."""

from datetime import timedelta

import pytest

from vidcore.details import DESCRIPTION_MAX, TITLE_MAX, VideoDetails
from vidcore.errors import NotFoundError
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_category,
    example_upload,
    example_user,
    example_video,
)
from vidcore.uploads import FINGERPRINT_MAX, Upload

ADA, BOB = example_user(1), example_user(2)


async def remember(store: Store, *uploads: Upload) -> None:
    """Add ADA, BOB and the uploads, and commit."""
    async with store.write() as work:
        await work.users.add(ADA)
        await work.users.add(BOB)
        for upload in uploads:
            await work.uploads.add(upload)
        await work.commit()


class UploadsContract:
    """Give a fixture `store`: a Store that is empty."""

    @pytest.mark.parametrize(
        "upload",
        [
            example_upload(3, ADA),
            example_upload(
                3, ADA, details=None, size_bytes=None, resumable=False, reserved_bytes=0
            ),
            example_upload(
                3,
                ADA,
                filename="ein Ärger's \"%\\.mov",
                details=VideoDetails(
                    title="Ü" * TITLE_MAX, description="猫%_\\'\n" * (DESCRIPTION_MAX // 6)
                ),
                size_bytes=2**53 - 1,
                fingerprint="猫" * FINGERPRINT_MAX,
                reserved_bytes=2**53 - 1,
                unchecked_from=2**53 - 2,
                created_at=NOW - timedelta(days=20_000),
                expires_at=NOW + timedelta(days=300_000, microseconds=1),
            ),
            example_upload(3, ADA, reserved_bytes=0, video_id=example_video(4, ADA).id),
        ],
        ids=["resumable", "form", "at bounds", "completed"],
    )
    async def test_an_upload_comes_back_as_it_was_added_and_saved(
        self, store: Store, upload: Upload
    ) -> None:
        """Every field, at bounds and beyond ASCII, whether or not the video is there still."""
        before, other = example_upload(5, BOB), example_upload(6, BOB)
        saved = example_upload(
            5,
            BOB,
            details=upload.details,
            size_bytes=upload.size_bytes,
            fingerprint=upload.fingerprint,
            unchecked_from=upload.unchecked_from,
            reserved_bytes=upload.reserved_bytes,
            expires_at=upload.expires_at,
            video_id=upload.video_id,
        )
        await remember(store, upload, before, other)
        async with store.write() as work:
            await work.uploads.save(saved)
            await work.commit()

        async with store.read() as work:
            back = await work.uploads.get(upload.id)
            assert await work.uploads.get(before.id) == saved
            assert await work.uploads.get(other.id) == other
        assert back == upload
        assert back.created_at.utcoffset() == back.expires_at.utcoffset() == timedelta()

    async def test_an_upload_keeps_its_details_when_their_category_goes(self, store: Store) -> None:
        """They are what was said at the beginning; whether it still holds is looked at in the end."""
        shelf = example_category(4)
        details = VideoDetails(title="Cats", category_id=shelf.id)
        upload = example_upload(3, ADA, details=details)
        async with store.write() as work:
            await work.categories.add(shelf)
            await work.commit()
        await remember(store, upload)

        async with store.write() as work:
            await work.categories.remove(shelf.id)
            await work.commit()

        async with store.read() as work:
            assert await work.uploads.get(upload.id) == upload

    async def test_an_unknown_upload_is_not_found(self, store: Store) -> None:
        """Neither to be got, nor saved, nor removed."""
        await remember(store)

        async with store.read() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.uploads.get(NOBODY)
        assert missing.value.key == NOBODY
        async with store.write() as work:
            with pytest.raises(NotFoundError):
                await work.uploads.save(example_upload(3, ADA))
            with pytest.raises(NotFoundError):
                await work.uploads.remove(NOBODY)

    async def test_a_removed_upload_is_gone_and_holds_nothing(self, store: Store) -> None:
        """The others stay."""
        await remember(store, example_upload(3, ADA), example_upload(4, ADA))

        async with store.write() as work:
            await work.uploads.remove(example_upload(3, ADA).id)
            assert await work.uploads.reserved_bytes(NOW, ADA.id) == 1_000
            await work.commit()

        async with store.read() as work:
            with pytest.raises(NotFoundError):
                await work.uploads.get(example_upload(3, ADA).id)
            assert await work.uploads.get(example_upload(4, ADA).id) == example_upload(4, ADA)

    async def test_only_live_uploads_hold_bytes(self, store: Store) -> None:
        """Not one whose time is over at the very moment, nor one that became a video."""
        await remember(
            store,
            example_upload(3, ADA, reserved_bytes=1, expires_at=NOW + MICROSECOND),
            example_upload(4, ADA, reserved_bytes=10, expires_at=NOW),
            example_upload(5, ADA, reserved_bytes=100, video_id=NOBODY),
            example_upload(6, ADA, reserved_bytes=2**53 - 1),
            example_upload(7, BOB, reserved_bytes=10_000),
        )

        async with store.read() as work:
            assert await work.uploads.reserved_bytes(NOW, ADA.id) == 2**53
            assert await work.uploads.reserved_bytes(NOW, BOB.id) == 10_000
            assert await work.uploads.reserved_bytes(NOW, NOBODY) == 0
            assert await work.uploads.reserved_bytes(NOW) == 2**53 + 10_000
            assert await work.uploads.reserved_bytes(NOW + timedelta(days=2)) == 0

    async def test_a_member_goes_on_with_live_resumable_uploads_by_id(self, store: Store) -> None:
        """Not at the very moment of the end, nor with what became a video, nor with others'."""
        later = example_upload(8, ADA, expires_at=NOW + MICROSECOND, fingerprint="a")
        sooner = example_upload(3, ADA, unchecked_from=5)
        await remember(
            store,
            later,
            sooner,
            example_upload(4, ADA, expires_at=NOW),
            example_upload(5, ADA, video_id=NOBODY),
            example_upload(6, ADA, resumable=False),
            example_upload(7, BOB),
        )

        async with store.read() as work:
            assert list(await work.uploads.unfinished(ADA.id, NOW)) == [sooner, later]
            assert list(await work.uploads.unfinished(NOBODY, NOW)) == []
        async with store.write() as work:
            assert list(await work.uploads.unfinished(ADA.id, NOW)) == [sooner, later]

    async def test_uploads_whose_time_is_over_come_by_id(self, store: Store) -> None:
        """At the very moment, and those that became videos too."""
        over = example_upload(4, ADA, expires_at=NOW)
        done = example_upload(3, BOB, expires_at=NOW - MICROSECOND, video_id=NOBODY)
        long_over = example_upload(5, ADA, expires_at=NOW - timedelta(days=3))
        live = example_upload(6, ADA, expires_at=NOW + MICROSECOND)
        await remember(store, long_over, over, live, done)

        async with store.read() as work:
            assert list(await work.uploads.expired(NOW)) == [done, over, long_over]
            assert list(await work.uploads.expired(NOW - timedelta(days=4))) == []
