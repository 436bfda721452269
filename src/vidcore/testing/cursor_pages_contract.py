"""What every store promises to who goes on with the cursor of the page before."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import attrs
import pytest

from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.cursors import Cursor
from vidcore.errors import InvalidValueError
from vidcore.lifecycle import Status
from vidcore.orders import Order, Place
from vidcore.pages import Page, PageRequest
from vidcore.ports.store import Store, UnitOfWork, UserQuery
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_category,
    example_completed,
    example_invitation,
    example_user,
    example_video,
)
from vidcore.users import Role
from vidcore.videos import Video

ADA, BOB = example_user(1, role=Role.ADMIN), example_user(2)
CATS = example_category(3)

List = Callable[[UnitOfWork, PageRequest], Awaitable[Page[Any]]]
LISTS: Final[dict[str, List]] = {
    "accounts": lambda work, request: work.users.page(UserQuery(), request),
    "active accounts": lambda work, request: work.users.page(UserQuery(is_active=True), request),
    "invitations": lambda work, request: work.invitations.page(None, NOW, request),
}
QUERIES: Final = tuple(
    VideoQuery(sort_by=sort_by, order=order, **narrowed)
    for sort_by in VideoSort
    for order in Order
    for narrowed in (
        {},
        {"seen_by": BOB.id},
        {"category_id": CATS.id, "seen_by": ADA.id},
        {"uploaded_by": ADA.id},
        {"status": Status.COMPLETED, "category_id": CATS.id},
        {"q": "video", "seen_by": BOB.id},
    )
)


def many() -> list[Video]:
    """Make videos of two members, some equally old, some watched equally often, not all completed."""
    return [
        (example_video if number % 4 == 1 else example_completed)(
            number,
            ADA if number % 3 else BOB,
            category_id=CATS.id if number % 2 else None,
            created_at=NOW + (number // 3) * MICROSECOND,
            view_count=number % 3,
        )
        for number in range(10, 31)
    ]


async def remember(store: Store) -> None:
    """Add members, invitations, a category and videos, and commit."""
    async with store.write() as work:
        for user in (ADA, BOB, *(example_user(n, is_active=n % 2 == 0) for n in range(4, 9))):
            await work.users.add(user)
        await work.categories.add(CATS)
        for number in range(1, 8):
            await work.invitations.add(
                example_invitation(number, created_at=NOW + number // 2 * MICROSECOND)
            )
        for video in many():
            await work.videos.add(video)
        await work.commit()


async def pages_of(store: Store, page: List, size: int) -> list[Page[Any]]:
    """Give all pages of a list, each by the cursor of the one before."""
    pages, request = list[Page[Any]](), PageRequest(page_size=size)
    while True:
        async with store.read() as work:
            pages.append(await page(work, request))
        if pages[-1].next_cursor is None:
            return pages
        # As a client has it: written down, and read again.
        request = attrs.evolve(request, cursor=Cursor.parse(str(pages[-1].next_cursor)))


class CursorPagesContract:
    """Give a fixture `store`: a Store that is empty."""

    @pytest.mark.parametrize("query", QUERIES)
    async def test_cursors_lead_through_videos_as_numbers_do(
        self, store: Store, query: VideoQuery
    ) -> None:
        """Each once, whatever the order and however narrowed; every page tells the same total."""
        await remember(store)

        async def page(work: UnitOfWork, request: PageRequest) -> Page[Any]:
            return await work.videos.page(query, request)

        async with store.read() as work:
            everything = await page(work, PageRequest(page_size=100))
        assert len(everything.items) > 2
        for size in (1, 2, 5):
            pages = await pages_of(store, page, size)
            assert tuple(item for each in pages for item in each.items) == everything.items
            assert {each.total for each in pages} == {len(everything.items)}
            assert [each.page for each in pages] == list(
                range(1, everything.total // -size * -1 + 1)
            )

    @pytest.mark.parametrize("what", LISTS)
    async def test_cursors_lead_through_other_lists_too(self, store: Store, what: str) -> None:
        """Accounts and invitations, newest first."""
        await remember(store)

        async with store.read() as work:
            everything = await LISTS[what](work, PageRequest(page_size=100))
        for size in (1, 2, 5):
            pages = await pages_of(store, LISTS[what], size)
            assert tuple(item for each in pages for item in each.items) == everything.items
            assert {each.total for each in pages} == {len(everything.items)}

    @pytest.mark.parametrize("order", list(Order))
    async def test_what_comes_and_goes_moves_no_other_video(
        self, store: Store, order: Order
    ) -> None:
        """The last that was shown may go, and others come before and behind it."""
        await remember(store)
        query = VideoQuery(order=order)
        async with store.read() as work:
            first = await work.videos.page(query, PageRequest(page_size=9))
        shown = [entry.video for entry in first.items]
        async with store.write() as work:
            await work.videos.remove(shown[-1].id)
            await work.videos.remove(shown[3].id)
            await work.videos.add(example_video(1, ADA, created_at=NOW - MICROSECOND))
            await work.videos.add(example_video(99, ADA, created_at=NOW + 99 * MICROSECOND))
            await work.commit()

        async with store.read() as work:
            rest = await work.videos.page(
                query, PageRequest(page_size=100, cursor=first.next_cursor)
            )

        new = example_video(99 if order is Order.ASC else 1, ADA).id
        met = [*shown, *(entry.video for entry in rest.items if entry.video.id != new)]
        assert sorted(video.id for video in met) == sorted(video.id for video in many())
        assert rest.items[-1].video.id == new
        assert rest.next_cursor is None
        assert rest.total == 21

    async def test_behind_the_end_is_nothing_but_the_total(self, store: Store) -> None:
        """As on a page past the end."""
        await remember(store)
        place = Place(key=NOW - MICROSECOND, id=ADA.id)
        cursor = Cursor(sort="created_at", order=Order.DESC, place=place, page=5)

        async with store.read() as work:
            found = await work.videos.page(VideoQuery(), PageRequest(cursor=cursor))

        assert (found.items, found.total, found.page, found.next_cursor) == ((), 21, 5, None)

    async def test_a_cursor_of_another_order_is_refused(self, store: Store) -> None:
        """By its field, in every list, even where nothing could be found."""
        place = Place(key=7, id=ADA.id)
        request = PageRequest(
            cursor=Cursor(sort="view_count", order=Order.DESC, place=place, page=2)
        )
        hidden = VideoQuery(seen_by=BOB.id, uploaded_by=ADA.id, status=Status.FAILED)

        async with store.read() as work:
            for refused in (
                work.videos.page(VideoQuery(), request),
                work.videos.page(hidden, request),
                work.videos.page(
                    VideoQuery(sort_by=VideoSort.VIEW_COUNT, order=Order.ASC), request
                ),
                work.users.page(UserQuery(), request),
                work.invitations.page(None, NOW, request),
            ):
                with pytest.raises(InvalidValueError) as caught:
                    await refused
                assert caught.value.field == "cursor"


class CountsContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_totals_follow_every_change(self, store: Store) -> None:
        """Of status, member, category and size, and of a category or a video that goes."""
        pending = example_video(10, ADA, category_id=CATS.id, file_size_bytes=5)
        kept = example_completed(11, BOB, category_id=CATS.id, file_size_bytes=7)
        completed = example_completed(10, BOB, category_id=CATS.id, file_size_bytes=3)
        async with store.write() as work:
            for user in (ADA, BOB):
                await work.users.add(user)
            await work.categories.add(CATS)
            await work.videos.add(pending)
            await work.videos.add(kept)
            await work.commit()
        assert await self._counted(store) == (2, 2, 1, [1], 1, 12)

        async with store.write() as work:
            await work.videos.save(completed)
            await work.commit()
        assert await self._counted(store) == (2, 2, 2, [2], 0, 10)

        async with store.write() as work:
            await work.categories.remove(CATS.id)
            await work.commit()
        assert await self._counted(store) == (2, 0, 2, [], 0, 10)

        async with store.write() as work:
            await work.videos.remove(kept.id)
            await work.commit()
        assert await self._counted(store) == (1, 0, 1, [], 0, 3)

    async def test_a_change_that_is_undone_is_not_counted(self, store: Store) -> None:
        """Neither is one that changes nothing that is counted."""
        async with store.write() as work:
            await work.users.add(ADA)
            await work.videos.add(example_completed(10, ADA, file_size_bytes=5))
            await work.commit()
        async with store.write() as work:
            await work.videos.add(example_completed(11, ADA))
        async with store.write() as work:
            await work.videos.save(
                example_completed(10, ADA, file_size_bytes=5, title="Another", view_count=9)
            )
            await work.commit()

        assert await self._counted(store) == (1, 0, 0, [], 1, 5)

    async def _counted(self, store: Store) -> tuple[int, int, int, list[int], int, int]:
        """Count all videos, those in CATS, and those completed: of BOB, in categories; of ADA; bytes."""
        async with store.read() as work:
            everything = await work.videos.page(VideoQuery(), PageRequest(page_size=1))
            in_cats = await work.videos.page(VideoQuery(category_id=CATS.id), PageRequest())
            counts = await work.books.completed_counts([ADA.id, BOB.id])
            categories = await work.categories.listing()
            numbers = await work.books.statistics()
            of_ada = VideoQuery(uploaded_by=ADA.id)
            mine = await work.videos.page(of_ada, PageRequest())
        assert sum(numbers.videos_by_status.values()) == everything.total
        return (
            everything.total,
            in_cats.total,
            counts[BOB.id],
            [entry.video_count for entry in categories],
            mine.total,
            numbers.storage_used_bytes,
        )
