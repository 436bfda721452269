"""What every store promises of single videos, and of what it gives to workers."""

from datetime import timedelta

import attrs
import pytest

from vidcore.details import DESCRIPTION_MAX, TITLE_MAX
from vidcore.errors import NotFoundError, UnknownReferenceError
from vidcore.lifecycle import Status
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    PLAN,
    example_category,
    example_completed,
    example_failed,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.videos import Video

MEMBER = example_user(1)
OTHER = example_user(2)
SHELF = example_category(3)


async def remember(store: Store, *videos: Video) -> None:
    """Add MEMBER, OTHER, SHELF and the videos, and commit."""
    async with store.write() as work:
        await work.users.add(MEMBER)
        await work.users.add(OTHER)
        await work.categories.add(SHELF)
        for video in videos:
            await work.videos.add(video)
        await work.commit()


async def save(store: Store, video: Video) -> None:
    """Save the video and commit."""
    async with store.write() as work:
        await work.videos.save(video)
        await work.commit()


FULL = Video(
    id=example_video(9, MEMBER).id,
    title="Ü" * TITLE_MAX,
    description="猫 'q' \"d\" %_\\\n\t\U0001f600" + "x" * (DESCRIPTION_MAX - 17),
    original_filename="ein Ärger's \"%\\.mov",
    file_size_bytes=2**53 - 1,
    duration_seconds=1 / 3,
    width=1920,
    height=2,
    uploaded_by=MEMBER.id,
    category_id=SHELF.id,
    view_count=2**53 - 1,
    status=Status.PROCESSING,
    progress=0.1 + 0.2,
    error_message="broken — at 3 %",
    error_log="line 1\nline 2\n" * 2_000,
    created_at=NOW + MICROSECOND,
    source="source",
    media="videos/a/b.mp4",
    thumbnail="thumbnails/a/b.jpg",
    plan=PLAN,
    attempt=2**31 - 1,
    tries=2**15 - 1,
    ready_at=NOW - timedelta(days=20_000),
    due_at=NOW + timedelta(days=20_000),
    holder="somebody",
    lease_until=NOW + timedelta(days=300_000),
)


class VideosContract:
    """Give a fixture `store`: a Store that is empty."""

    @pytest.mark.parametrize(
        "video",
        [
            FULL,
            example_video(3, MEMBER),
            example_processing(3, MEMBER, category_id=SHELF.id),
            example_completed(3, MEMBER),
            example_failed(3, MEMBER),
            example_failed(3, MEMBER, description="", error_message="", error_log=""),
            example_completed(
                3, MEMBER, duration_seconds=0.0, width=0, height=0, file_size_bytes=0
            ),
            example_video(
                3, MEMBER, plan=attrs.evolve(PLAN, audio_index=None, tone_map=None, reasons=())
            ),
        ],
        ids=lambda video: f"{video.status}",
    )
    async def test_a_video_comes_back_as_it_was_added_and_saved(
        self, store: Store, video: Video
    ) -> None:
        """Every field, at bounds and beyond ASCII; an empty text is not None, nor is zero."""
        before = Video(
            id=video.id,
            title="before",
            description=None,
            original_filename="before.mp4",
            file_size_bytes=1,
            uploaded_by=MEMBER.id,
            category_id=None,
            created_at=video.created_at,
            source=None,
            ready_at=NOW,
            due_at=NOW,
        )
        added, other = attrs.evolve(video, id=example_video(8, MEMBER).id), example_video(7, MEMBER)
        await remember(store, before, added, other)
        await save(store, video)

        async with store.read() as work:
            assert await work.videos.get(added.id) == added
            assert await work.videos.get(other.id) == other
            back = await work.videos.get(video.id)
        assert back == video
        assert back.created_at.utcoffset() == back.ready_at.utcoffset() == timedelta()
        assert type(back.status) is Status

    async def test_an_unknown_video_is_not_found(self, store: Store) -> None:
        """Neither to be got, shown, saved, nor removed."""
        await remember(store)

        async with store.read() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.videos.get(NOBODY)
            with pytest.raises(NotFoundError):
                await work.videos.entry(NOBODY)
        assert missing.value.key == NOBODY
        async with store.write() as work:
            with pytest.raises(NotFoundError):
                await work.videos.save(example_video(3, MEMBER))
            with pytest.raises(NotFoundError):
                await work.videos.remove(NOBODY)

    async def test_a_removed_video_is_gone_alone(self, store: Store) -> None:
        """And the upload that it came from still tells what became of it."""
        video, other = example_video(3, MEMBER), example_video(4, MEMBER)
        upload = example_upload(5, MEMBER).completed(video.id, NOW)
        await remember(store, video, other)
        async with store.write() as work:
            await work.uploads.add(upload)
            await work.commit()

        async with store.write() as work:
            await work.videos.remove(video.id)
            await work.commit()

        async with store.read() as work:
            with pytest.raises(NotFoundError):
                await work.videos.get(video.id)
            assert await work.videos.get(other.id) == other
            assert await work.uploads.get(upload.id) == upload

    async def test_a_category_that_is_not_there_is_an_unknown_reference(self, store: Store) -> None:
        """When a video is added and when it is saved."""
        video = example_video(3, MEMBER)
        await remember(store, video)
        async with store.write() as work:
            with pytest.raises(UnknownReferenceError) as unknown:
                await work.videos.add(example_video(4, MEMBER, category_id=NOBODY))
        assert unknown.value.field == "category_id"

        with pytest.raises(UnknownReferenceError):
            await save(store, example_video(3, MEMBER, category_id=NOBODY))

        async with store.read() as work:
            assert await work.videos.of_uploader(MEMBER.id) == [video]

    async def test_an_entry_names_uploader_and_category(self, store: Store) -> None:
        """Whatever the video's status."""
        shelved = example_video(3, MEMBER, category_id=SHELF.id)
        loose = example_completed(4, MEMBER)
        await remember(store, shelved, loose)

        async with store.read() as work:
            one, two = await work.videos.entry(shelved.id), await work.videos.entry(loose.id)
        assert (one.video, one.uploader_name, one.category) == (shelved, MEMBER.username, SHELF)
        assert (two.video, two.uploader_name, two.category) == (loose, MEMBER.username, None)

    async def test_a_members_videos_come_all_by_id(self, store: Store) -> None:
        """In any status, and only that member's."""
        other = example_user(20)
        videos = [
            example_failed(3, MEMBER, created_at=NOW + MICROSECOND),
            example_completed(4, MEMBER),
            example_processing(5, MEMBER),
            example_video(6, MEMBER),
        ]
        await remember(store, videos[2], videos[0], videos[3], videos[1])
        async with store.write() as work:
            await work.users.add(other)
            await work.videos.add(example_video(7, other))
            await work.commit()

        async with store.read() as work:
            assert list(await work.videos.of_uploader(MEMBER.id)) == videos
            assert list(await work.videos.of_uploader(NOBODY)) == []


class ClaimableVideosContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_nothing_claimable_is_none(self, store: Store) -> None:
        """Pending too early, held, completed and failed videos are left alone."""
        await remember(
            store,
            example_video(3, MEMBER, ready_at=NOW + MICROSECOND),
            example_processing(4, MEMBER, lease_until=NOW + MICROSECOND),
            example_completed(5, MEMBER, ready_at=NOW - timedelta(days=1)),
            example_failed(6, MEMBER, ready_at=NOW - timedelta(days=1)),
        )

        async with store.write() as work:
            assert await work.videos.next_claimable(NOW) is None

    @pytest.mark.parametrize(
        "video",
        [
            example_video(3, MEMBER, ready_at=NOW),
            example_processing(3, MEMBER, lease_until=NOW, ready_at=NOW + timedelta(days=1)),
        ],
    )
    async def test_what_is_ready_at_the_very_moment_is_claimable(
        self, store: Store, video: Video
    ) -> None:
        """And so is what its worker has lost at that moment."""
        await remember(store, video)

        async with store.write() as work:
            assert await work.videos.next_claimable(NOW) == video

    async def test_the_earliest_due_comes_first_and_then_the_lower_id(self, store: Store) -> None:
        """Pending and abandoned ones stand in one line, however long they have been ready."""
        newest = example_video(3, MEMBER, ready_at=NOW - 9 * MICROSECOND, due_at=NOW)
        abandoned = example_processing(
            6, MEMBER, due_at=NOW - 3 * MICROSECOND, lease_until=NOW - MICROSECOND
        )
        low = example_video(4, MEMBER, due_at=NOW - 2 * MICROSECOND, created_at=NOW)
        high = example_video(5, MEMBER, due_at=NOW - 2 * MICROSECOND, ready_at=NOW - MICROSECOND)
        await remember(store, newest, high, abandoned, low)

        order = []
        async with store.write() as work:
            while (video := await work.videos.next_claimable(NOW)) is not None:
                order.append(video)
                await work.videos.remove(video.id)
        assert order == [abandoned, low, high, newest]

    async def test_the_last_turns_are_those_of_the_members_videos_under_way(
        self, store: Store
    ) -> None:
        """By due time, then id, and no more than are wanted; neither others' videos, nor those that are tried again or done."""
        high = example_video(8, MEMBER, due_at=NOW)
        low = example_video(3, MEMBER, due_at=NOW)
        running = example_processing(4, MEMBER, due_at=NOW - MICROSECOND)
        await remember(
            store,
            high,
            low,
            running,
            example_completed(5, MEMBER),
            example_failed(6, MEMBER),
            example_video(7, OTHER),
            example_video(9, MEMBER, attempt=1),
            example_processing(10, MEMBER, attempt=2),
        )

        async with store.read() as work:
            assert await work.videos.last_turns(MEMBER.id, limit=9) == [running, low, high]
            assert await work.videos.last_turns(MEMBER.id, limit=2) == [low, high]
            assert await work.videos.last_turns(NOBODY, limit=9) == []

    async def test_the_first_due_is_that_of_all_that_are_pending(self, store: Store) -> None:
        """Whosever they are, ready or not."""
        async with store.read() as work:
            assert await work.videos.first_due() is None
        await remember(
            store,
            example_video(3, MEMBER, due_at=NOW + MICROSECOND),
            example_video(4, OTHER, due_at=NOW, ready_at=NOW + timedelta(days=1)),
            example_processing(5, MEMBER, due_at=NOW - MICROSECOND),
            example_failed(6, MEMBER, due_at=NOW - MICROSECOND),
        )

        async with store.read() as work:
            assert await work.videos.first_due() == NOW

    async def test_what_is_pending_can_be_postponed(self, store: Store) -> None:
        """And nothing else of it changes, nor of any other."""
        pending, other = example_video(3, MEMBER), example_video(4, OTHER)
        running = example_processing(5, MEMBER)
        retried = example_video(6, MEMBER, attempt=1)
        await remember(store, pending, other, running, retried)
        later = NOW + timedelta(days=1)

        async with store.write() as work:
            await work.videos.postpone({})
            await work.videos.postpone(
                dict.fromkeys((pending.id, running.id, retried.id, NOBODY), later)
            )
            await work.commit()

        async with store.read() as work:
            assert await work.videos.get(pending.id) == attrs.evolve(pending, due_at=later)
            assert await work.videos.get(other.id) == other
            assert await work.videos.get(running.id) == running
            assert await work.videos.get(retried.id) == retried

    async def test_what_lost_workers_hold_is_found_when_the_lease_ends(self, store: Store) -> None:
        """By id, and nothing that is not being processed."""
        lost = example_processing(4, MEMBER, lease_until=NOW)
        second = example_processing(3, OTHER, lease_until=NOW - MICROSECOND)
        await remember(
            store,
            lost,
            second,
            example_processing(5, MEMBER, lease_until=NOW + MICROSECOND),
            example_video(6, MEMBER),
            example_completed(7, MEMBER),
        )

        async with store.read() as work:
            assert await work.videos.abandoned(NOW) == [second, lost]
        async with store.write() as work:
            assert await work.videos.abandoned(NOW - MICROSECOND) == [second]

    async def test_what_somebody_holds_is_found_by_the_name(self, store: Store) -> None:
        """Only while it is processed."""
        own = example_processing(4, MEMBER, holder="one")
        second = example_processing(3, MEMBER, holder="one")
        await remember(
            store,
            own,
            second,
            example_processing(5, MEMBER, holder="two"),
            example_video(6, MEMBER, holder="one"),
        )

        async with store.write() as work:
            assert await work.videos.held_by("one") == [second, own]
            assert await work.videos.held_by("three") == []
