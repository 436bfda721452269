"""What every store promises of the line of videos, of tallies, and of the backlog."""

import asyncio
from datetime import timedelta

import attrs

from vidcore.estimates import Line, Load
from vidcore.media import Mode, Plan, plan
from vidcore.paces import Pace, Tally
from vidcore.ports.store import Backlog, Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_completed,
    example_failed,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.transcoding import COPYABLE, SOURCE
from vidcore.turns import WORK_UNKNOWN, planned_work
from vidcore.videos import Video

MEMBER = example_user(1)
ENCODED = attrs.evolve(plan(SOURCE), width=1920, height=1080, duration=99.0)  # 100 s of work
COPIED = attrs.evolve(plan(COPYABLE), duration=50.0)  # 2 s of work


def waiting(number: int, seconds: int, made: Plan | None = ENCODED) -> Video:
    """Make a pending video that is due `seconds` after NOW."""
    return example_video(number, MEMBER, due_at=NOW + timedelta(seconds=seconds), plan=made)


async def remember(store: Store, *videos: Video) -> None:
    """Add the member and the videos, and commit."""
    async with store.write() as work:
        await work.users.add(MEMBER)
        for video in videos:
            await work.videos.add(video)
        await work.commit()


class LinesContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_an_empty_line_has_nobody_in_it(self, store: Store) -> None:
        """Whoever is asked for."""
        async with store.read() as work:
            assert await work.videos.line([NOBODY], NOW) == Line()

    async def test_a_turn_comes_behind_all_that_are_due_before_it(self, store: Store) -> None:
        """Of what goes before, videos and work are summed up by mode."""
        first, second = waiting(5, 1), waiting(4, 2, COPIED)
        third, unplanned = waiting(6, 3), waiting(3, 4, None)
        last = waiting(7, 4)
        await remember(store, last, third, unplanned, first, second)

        async with store.read() as work:
            line = await work.videos.line([last.id, second.id, first.id, NOBODY], NOW)

        assert [(turn.video, turn.position) for turn in line.turns] == [
            (first, 1),
            (second, 2),
            (last, 5),
        ]
        assert line.turns[0].ahead == ()
        assert line.turns[1].ahead == (
            Load(mode=Mode.ENCODE, videos=1, work=planned_work(ENCODED)),
        )
        assert set(line.turns[2].ahead) == {
            Load(mode=Mode.ENCODE, videos=2, work=2 * planned_work(ENCODED)),
            Load(mode=Mode.REMUX, videos=1, work=planned_work(COPIED)),
            Load(mode=None, videos=1, work=WORK_UNKNOWN),
        }

    async def test_who_is_being_processed_stands_in_no_line(self, store: Store) -> None:
        """All that are, are given, asked for or not; what is done is not."""
        running = example_processing(3, MEMBER, plan=ENCODED, progress=0.5)
        second = example_processing(4, MEMBER, due_at=NOW + timedelta(days=1))
        await remember(
            store, running, second, waiting(5, 9), example_completed(6, MEMBER), waiting(7, 8)
        )

        async with store.read() as work:
            line = await work.videos.line([waiting(5, 9).id, example_completed(6, MEMBER).id], NOW)

        assert line.running == (running, second)
        assert [(turn.video.id, turn.position) for turn in line.turns] == [(waiting(5, 9).id, 2)]

    async def test_what_its_worker_has_lost_waits_in_its_turn(self, store: Store) -> None:
        """From the moment when the lease ends; and what is not ready yet waits, too."""
        lost = example_processing(3, MEMBER, due_at=NOW, lease_until=NOW)
        early = attrs.evolve(waiting(4, 1), ready_at=NOW + timedelta(hours=1))
        await remember(store, lost, early)

        async with store.read() as work:
            before = await work.videos.line([lost.id, early.id], NOW - MICROSECOND)
            after = await work.videos.line([lost.id, early.id], NOW)

        assert before.running == (lost,)
        assert [turn.position for turn in before.turns] == [1]
        assert after.running == ()
        assert [(turn.video, turn.position) for turn in after.turns] == [(lost, 1), (early, 2)]


class BacklogContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_an_empty_platform_has_no_backlog(self, store: Store) -> None:
        """Of any kind."""
        async with store.read() as work:
            assert await work.books.backlog(NOW) == Backlog(
                waiting=0,
                ready_since=None,
                processing=0,
                completed=0,
                failed=0,
                uploads=0,
                reserved_bytes=0,
            )

    async def test_the_backlog_counts_each_video_and_live_upload_once(self, store: Store) -> None:
        """What a lost worker held waits since its lease was over."""
        over = example_upload(20, MEMBER, expires_at=NOW)
        done = example_upload(21, MEMBER, video_id=NOBODY, reserved_bytes=0)
        await remember(
            store,
            example_video(3, MEMBER, ready_at=NOW - timedelta(seconds=5)),
            example_processing(4, MEMBER, lease_until=NOW - timedelta(seconds=7)),
            example_processing(5, MEMBER),
            example_completed(6, MEMBER),
            example_completed(7, MEMBER),
            example_failed(8, MEMBER, ready_at=NOW - timedelta(days=1)),
        )
        async with store.write() as work:
            for upload in (over, done, example_upload(22, MEMBER), example_upload(23, MEMBER)):
                await work.uploads.add(upload)
            await work.commit()

        async with store.read() as work:
            assert await work.books.backlog(NOW) == Backlog(
                waiting=2,
                ready_since=NOW - timedelta(seconds=7),
                processing=1,
                completed=2,
                failed=1,
                uploads=2,
                reserved_bytes=2_000,
            )


class TalliesContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_a_tally_that_was_never_saved_is_of_zeros(self, store: Store) -> None:
        """For a mode, and for what had no plan."""
        async with store.write() as work:
            assert await work.tallies.get(Mode.REMUX) == Tally(mode=Mode.REMUX)
            assert await work.tallies.get(None) == Tally(mode=None)
        async with store.read() as work:
            assert list(await work.tallies.listing()) == []

    async def test_a_tally_comes_back_as_it_was_last_saved(self, store: Store) -> None:
        """Every number, and each mode apart."""
        pace = Pace(weight=1.5, work=2.25, inverse_work=0.1, seconds=1e-9, ratio=12345.678)
        full = Tally(
            mode=Mode.AUDIO,
            completed=2**40,
            failed=3,
            stumbled=4,
            media_seconds=0.1,
            busy_seconds=1e9,
            pace=pace,
        )
        async with store.write() as work:
            for tally in (Tally(mode=Mode.AUDIO, failed=1), full, Tally(mode=None, stumbled=7)):
                await work.tallies.get(tally.mode)
                await work.tallies.save(tally)
            await work.commit()

        async with store.read() as work:
            found = {tally.mode: tally for tally in await work.tallies.listing()}
        assert found == {Mode.AUDIO: full, None: Tally(mode=None, stumbled=7)}

    async def test_of_many_who_count_at_once_each_is_counted(self, store: Store) -> None:
        """From the very first on."""

        async def count() -> None:
            async with store.write() as work:
                tally = await work.tallies.get(Mode.ENCODE)
                await asyncio.sleep(0)
                await work.tallies.save(tally.with_failed())
                await work.commit()

        await asyncio.gather(*(count() for _ in range(8)))

        async with store.read() as work:
            assert list(await work.tallies.listing()) == [Tally(mode=Mode.ENCODE, failed=8)]
