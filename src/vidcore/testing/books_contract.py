"""What every store promises of the config, failed log-ins, counts and scheduled work."""

from datetime import timedelta

import pytest

from vidcore.errors import NotFoundError
from vidcore.lifecycle import Status
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    SUNDAY,
    example_completed,
    example_config,
    example_failed,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.users import User
from vidcore.videos import Video

ADA, BOB = example_user(1), example_user(2, is_active=False)


async def remember(store: Store, *things: User | Video) -> None:
    """Add the accounts and videos, and commit."""
    async with store.write() as work:
        for thing in things:
            await (work.users.add(thing) if isinstance(thing, User) else work.videos.add(thing))
        await work.commit()


class ConfigContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_a_platform_that_was_never_started_has_no_config(self, store: Store) -> None:
        """To be found, or to be got."""
        async with store.read() as work:
            assert await work.config.find() is None
            with pytest.raises(NotFoundError):
                await work.config.get()

    async def test_the_config_comes_back_as_it_was_last_saved(self, store: Store) -> None:
        """Every field; there is only one."""
        first = example_config(updated_at=NOW - MICROSECOND)
        last = example_config(
            max_file_size_bytes=2**53 - 1,
            weekly_upload_limit_bytes=0,
            video_storage_path="/srv/Ärger %_\\'/videos",
            updated_by=ADA.id,
        )
        await remember(store, ADA)
        for config in (first, last):
            async with store.write() as work:
                await work.config.save(config)
                await work.commit()
            async with store.read() as work:
                assert await work.config.get() == config
                found = await work.config.find()
            assert found == config
            assert config.updated_at.utcoffset() == timedelta()


class LoginFailuresContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_failures_are_counted_by_name_and_by_address(self, store: Store) -> None:
        """Exactly as given, and one that is both counts in both; equal moments count each."""
        async with store.write() as work:
            for name, address, at in (
                ("ada", "::1", NOW),
                ("ada", "::1", NOW),
                ("ada", "10.0.0.1", NOW + MICROSECOND),
                ("bob", "::1", NOW + 2 * MICROSECOND),
                ("ADA", "10.0.0.10", NOW),
                ("ad_", "10.0.0._", NOW),
            ):
                await work.login_failures.add(name=name, address=address, at=at)
            await work.commit()

        async with store.read() as work:
            by_name, by_address = await work.login_failures.moments(
                name="ada", address="::1", since=NOW - MICROSECOND
            )
            nobody = await work.login_failures.moments(
                name="%", address="10.0.0", since=NOW - MICROSECOND
            )
        assert sorted(by_name) == [NOW, NOW, NOW + MICROSECOND]
        assert sorted(by_address) == [NOW, NOW, NOW + 2 * MICROSECOND]
        assert [list(moments) for moments in nobody] == [[], []]

    async def test_a_failure_at_the_bound_itself_does_not_count(self, store: Store) -> None:
        """`since` is exclusive."""
        async with store.write() as work:
            await work.login_failures.add(name="ada", address="::1", at=NOW)
            await work.login_failures.add(name="ada", address="::1", at=NOW + MICROSECOND)
            await work.commit()

        async with store.read() as work:
            both = await work.login_failures.moments(name="ada", address="::1", since=NOW)
        assert [list(moments) for moments in both] == [[NOW + MICROSECOND]] * 2

    async def test_a_names_failures_are_forgotten(self, store: Store) -> None:
        """Wherever they came from; another's failures stay."""
        async with store.write() as work:
            await work.login_failures.add(name="ada", address="::1", at=NOW)
            await work.login_failures.add(name="ada", address="10.0.0.1", at=NOW)
            await work.login_failures.add(name="bob", address="::1", at=NOW)
            await work.login_failures.forget(name="ada")
            await work.commit()

        async with store.read() as work:
            by_name, by_address = await work.login_failures.moments(
                name="ada", address="::1", since=NOW - MICROSECOND
            )
        assert (list(by_name), list(by_address)) == ([], [NOW])

    async def test_old_failures_are_forgotten_up_to_the_moment(self, store: Store) -> None:
        """That of the moment itself too."""
        moments = [NOW - timedelta(days=1), NOW, NOW + MICROSECOND]
        async with store.write() as work:
            for moment in moments:
                await work.login_failures.add(name="ada", address="::1", at=moment)
            await work.login_failures.forget_before(NOW)
            await work.commit()

        async with store.read() as work:
            both = await work.login_failures.moments(
                name="ada", address="::1", since=NOW - timedelta(days=9)
            )
        assert [list(kept) for kept in both] == [[NOW + MICROSECOND]] * 2


class BooksContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_an_empty_platform_counts_nothing(self, store: Store) -> None:
        """And has a zero for every status."""
        async with store.read() as work:
            numbers = await work.books.statistics()
            assert await work.books.completed_counts([]) == {}
            assert await work.books.source_ids() == frozenset()
        assert (numbers.total_users, numbers.active_users, numbers.storage_used_bytes) == (0, 0, 0)
        assert numbers.videos_by_status == dict.fromkeys(Status, 0)

    async def test_statistics_count_accounts_and_videos(self, store: Store) -> None:
        """Every account, and the bytes of videos in every status."""
        await remember(
            store,
            ADA,
            BOB,
            example_completed(11, ADA, file_size_bytes=2**53 - 1),
            example_completed(12, BOB, file_size_bytes=1),
            example_video(13, ADA, file_size_bytes=10),
            example_failed(14, ADA, file_size_bytes=100),
        )

        async with store.read() as work:
            numbers = await work.books.statistics()
        assert (numbers.total_users, numbers.active_users) == (2, 1)
        assert numbers.storage_used_bytes == 2**53 + 110
        assert numbers.videos_by_status == {
            Status.PENDING: 1,
            Status.PROCESSING: 0,
            Status.COMPLETED: 2,
            Status.FAILED: 1,
        }

    async def test_completed_videos_are_counted_for_each_member_asked_for(
        self, store: Store
    ) -> None:
        """One without has a zero, and who was not asked for is not in it."""
        cyd = example_user(3)
        await remember(
            store,
            ADA,
            BOB,
            cyd,
            example_completed(11, ADA),
            example_completed(12, ADA),
            example_processing(13, BOB),
            example_completed(14, cyd),
        )

        async with store.read() as work:
            counts = await work.books.completed_counts([ADA.id, BOB.id])
        assert counts == {ADA.id: 2, BOB.id: 0}

    async def test_sources_are_those_of_open_uploads_and_unfinished_videos(
        self, store: Store
    ) -> None:
        """An upload's source has the upload's id; one that became a video needs none of its own."""
        open_upload = example_upload(5, ADA)
        over = example_upload(6, ADA, expires_at=NOW - timedelta(days=3), resumable=False)
        done = example_upload(7, ADA, video_id=NOBODY)
        await remember(
            store,
            ADA,
            example_video(11, ADA, source="waiting"),
            example_failed(12, ADA, source="failed"),
            example_completed(13, ADA),
        )
        async with store.write() as work:
            for upload in (open_upload, over, done):
                await work.uploads.add(upload)
            await work.commit()

        async with store.read() as work:
            sources = await work.books.source_ids()
        assert sources == {str(open_upload.id), str(over.id), "waiting", "failed"}

    async def test_quotas_of_earlier_weeks_are_reset_once(self, store: Store) -> None:
        """A count of this week, or of a later one, stays as it is."""
        earlier = example_user(
            3, weekly_upload_bytes=10, last_upload_reset=SUNDAY - MICROSECOND, token_epoch=4
        )
        long_ago = example_user(4, last_upload_reset=SUNDAY - timedelta(days=700), is_active=False)
        this = example_user(5, weekly_upload_bytes=20)
        later = example_user(6, weekly_upload_bytes=30, last_upload_reset=SUNDAY + MICROSECOND)
        await remember(store, earlier, long_ago, this, later)

        async with store.write() as work:
            assert await work.books.reset_quotas(SUNDAY) == 2
            assert await work.books.reset_quotas(SUNDAY) == 0
            await work.commit()

        async with store.read() as work:
            users = [await work.users.get(example_user(number).id) for number in (3, 4, 5, 6)]
        assert users == [
            example_user(3, last_upload_reset=SUNDAY, token_epoch=4),
            example_user(4, last_upload_reset=SUNDAY, is_active=False),
            this,
            later,
        ]

    async def test_scheduled_work_is_claimed_once_a_window(self, store: Store) -> None:
        """Each kind of work by itself, within one unit of work and over many."""
        async with store.write() as work:
            assert await work.books.claim_run("reset", "2026-03-01")
            assert not await work.books.claim_run("reset", "2026-03-01")
            await work.commit()

        async with store.write() as work:
            assert not await work.books.claim_run("reset", "2026-03-01")
            assert await work.books.claim_run("reset", "2026-03-08")
            assert await work.books.claim_run("sweep", "2026-03-01")

    async def test_an_earlier_window_than_the_last_is_over(self, store: Store) -> None:
        """Each kind of work by itself: a process whose clock is behind does nothing again."""
        async with store.write() as work:
            assert await work.books.claim_run("reset", "2026-03-08")
            assert await work.books.claim_run("sweep", "2026-03-01")
            await work.commit()

        async with store.write() as work:
            assert not await work.books.claim_run("reset", "2026-03-01")
            assert await work.books.claim_run("reset", "2026-03-15")
            assert await work.books.claim_run("sweep", "2026-03-08")

    async def test_a_claim_is_undone_with_its_unit_of_work(self, store: Store) -> None:
        """So that work which failed is done by the next."""
        async with store.write() as work:
            assert await work.books.claim_run("reset", "2026-03-01")

        async with store.write() as work:
            assert await work.books.claim_run("reset", "2026-03-01")
