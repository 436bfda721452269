"""What every store promises to who goes through all that it has."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

import pytest

from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.examples import example_upload, example_user, example_video

ADA, BOB, EVE = MEMBERS = (example_user(1), example_user(2), example_user(3))
VIDEOS = (example_video(6, BOB), example_video(4, EVE), example_video(5, ADA))
UPLOADS = (example_upload(9, ADA), example_upload(7, ADA), example_upload(8, EVE))

Walk = Callable[[UnitOfWork, UUID | None, int], Awaitable[Sequence[Any]]]
WALKS: Final[dict[str, tuple[Walk, tuple[Any, ...]]]] = {
    "accounts": (lambda work, last, limit: work.users.after(last, limit=limit), MEMBERS),
    "videos": (lambda work, last, limit: work.videos.after(last, limit=limit), VIDEOS),
    "uploads": (lambda work, last, limit: work.uploads.after(last, limit=limit), UPLOADS),
}


class WalkingContract:
    """Give a fixture `store`: a Store that is empty."""

    @pytest.mark.parametrize("what", WALKS)
    async def test_who_goes_on_behind_the_last_meets_everything_once(
        self, store: Store, what: str
    ) -> None:
        """By id, however they were added and whatever the size of a batch."""
        walk, entities = WALKS[what]
        await self._remember(store)

        for limit in (1, 2, 3, 4):
            met: list[Any] = []
            async with store.read() as work:
                while batch := await walk(work, met[-1].id if met else None, limit):
                    assert len(batch) <= limit
                    met += batch
            assert met == sorted(entities, key=lambda entity: entity.id)

    @pytest.mark.parametrize("what", WALKS)
    async def test_nothing_comes_after_nothing(self, store: Store, what: str) -> None:
        """As on a new platform."""
        walk, _ = WALKS[what]

        async with store.read() as work:
            assert list(await walk(work, None, 10)) == []

    async def test_what_goes_meanwhile_moves_no_other(self, store: Store) -> None:
        """Not even the last that was met."""
        await self._remember(store)
        async with store.write() as work:
            [first] = await work.videos.after(None, limit=1)
            await work.videos.remove(first.id)
            await work.commit()

        async with store.read() as work:
            rest = await work.videos.after(first.id, limit=10)

        assert first.id < rest[0].id
        assert [video.id for video in rest] == sorted(v.id for v in VIDEOS if v.id != first.id)

    async def _remember(self, store: Store) -> None:
        async with store.write() as work:
            for member in MEMBERS:
                await work.users.add(member)
            for video in VIDEOS:
                await work.videos.add(video)
            for upload in UPLOADS:
                await work.uploads.add(upload)
            await work.commit()
