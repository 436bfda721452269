"""What every store promises of lists of videos."""

from datetime import timedelta
from uuid import UUID

import pytest

from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import PageRequest
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_category,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.videos import Video

ADA, BOB = example_user(1), example_user(2)
CATS, DOGS = example_category(3), example_category(4)


async def remember(store: Store, *videos: Video) -> None:
    """Add ADA, BOB, CATS, DOGS and the videos, and commit."""
    async with store.write() as work:
        for user in (ADA, BOB):
            await work.users.add(user)
        for category in (CATS, DOGS):
            await work.categories.add(category)
        for video in videos:
            await work.videos.add(video)
        await work.commit()


async def page_of(store: Store, query: VideoQuery) -> list[Video]:
    """Give the videos on the first page."""
    async with store.read() as work:
        page = await work.videos.page(query, PageRequest())
    assert page.total == len(page.items)
    return [entry.video for entry in page.items]


class VideoPagesContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_videos_come_by_age_in_both_directions(self, store: Store) -> None:
        """Newest first unless told otherwise; equally old ones by id, in the same direction."""
        oldest = example_completed(19, ADA, created_at=NOW - MICROSECOND, view_count=5)
        low, high = example_completed(12, ADA), example_completed(13, BOB)
        newest = example_completed(11, ADA, created_at=NOW + MICROSECOND)
        await remember(store, high, newest, oldest, low)

        assert await page_of(store, VideoQuery()) == [newest, high, low, oldest]
        ascending = VideoQuery(order=Order.ASC)
        assert await page_of(store, ascending) == [oldest, low, high, newest]

    async def test_videos_come_by_views_in_both_directions(self, store: Store) -> None:
        """Equally often seen ones by id, in the same direction, whatever their age."""
        most = example_completed(11, ADA, view_count=2**53 - 1)
        low = example_completed(12, ADA, view_count=9, created_at=NOW + timedelta(days=1))
        high = example_completed(13, BOB, view_count=9)
        least = example_completed(14, ADA)
        await remember(store, high, least, low, most)

        descending = VideoQuery(sort_by=VideoSort.VIEW_COUNT)
        assert await page_of(store, descending) == [most, high, low, least]
        ascending = VideoQuery(sort_by=VideoSort.VIEW_COUNT, order=Order.ASC)
        assert await page_of(store, ascending) == [least, low, high, most]

    async def test_pages_of_videos_are_cut_from_one_order(self, store: Store) -> None:
        """The total is that of all pages, and a page past the end is empty."""
        videos = [example_completed(number, ADA) for number in range(10, 15)]
        await remember(store, *videos)

        async with store.read() as work:
            pages = [
                await work.videos.page(
                    VideoQuery(order=Order.ASC), PageRequest(page=page, page_size=2)
                )
                for page in (1, 2, 3, 4)
            ]
        cut = [[entry.video for entry in page.items] for page in pages]
        assert cut == [videos[:2], videos[2:4], videos[4:], []]
        assert {page.total for page in pages} == {5}
        assert [(page.page, page.page_size) for page in pages] == [(1, 2), (2, 2), (3, 2), (4, 2)]

    async def test_entries_name_uploader_and_category(self, store: Store) -> None:
        """Each its own."""
        await remember(
            store,
            example_completed(11, ADA, category_id=CATS.id),
            example_completed(12, BOB, category_id=DOGS.id),
            example_completed(13, BOB),
        )

        async with store.read() as work:
            entries = (await work.videos.page(VideoQuery(order=Order.ASC), PageRequest())).items
        assert [(entry.uploader_name, entry.category) for entry in entries] == [
            (ADA.username, CATS),
            (BOB.username, DOGS),
            (BOB.username, None),
        ]

    async def test_filters_of_videos_narrow_alone_and_together(self, store: Store) -> None:
        """By category, uploader, status and text."""
        one = example_completed(11, ADA, category_id=CATS.id, title="One")
        two = example_failed(12, ADA, category_id=DOGS.id, title="Two")
        three = example_video(13, BOB, category_id=CATS.id, title="Three")
        four = example_processing(14, BOB, title="Four")
        await remember(store, one, two, three, four)

        assert await page_of(store, VideoQuery()) == [four, three, two, one]
        assert await page_of(store, VideoQuery(category_id=CATS.id)) == [three, one]
        assert await page_of(store, VideoQuery(category_id=NOBODY)) == []
        assert await page_of(store, VideoQuery(uploaded_by=ADA.id)) == [two, one]
        assert await page_of(store, VideoQuery(uploaded_by=NOBODY)) == []
        assert await page_of(store, VideoQuery(q="o")) == [four, two, one]
        both = VideoQuery(category_id=CATS.id, uploaded_by=BOB.id)
        assert await page_of(store, both) == [three]
        every = VideoQuery(
            category_id=CATS.id,
            uploaded_by=ADA.id,
            status=Status.COMPLETED,
            q="one",
            seen_by=BOB.id,
            order=Order.ASC,
        )
        assert await page_of(store, every) == [one]

    @pytest.mark.parametrize("status", list(Status))
    async def test_a_status_narrows_to_that_status(self, store: Store, status: Status) -> None:
        """Each of the four."""
        videos = {
            Status.PENDING: example_video(11, ADA),
            Status.PROCESSING: example_processing(12, ADA),
            Status.COMPLETED: example_completed(13, ADA),
            Status.FAILED: example_failed(14, ADA),
        }
        await remember(store, *videos.values())

        assert await page_of(store, VideoQuery(status=status)) == [videos[status]]

    @pytest.mark.parametrize(
        ("seen_by", "shown"), [(ADA.id, [13, 12]), (BOB.id, [14, 12]), (None, [14, 13, 12])]
    )
    async def test_others_videos_are_seen_only_when_completed(
        self, store: Store, seen_by: UUID | None, shown: list[int]
    ) -> None:
        """One's own are seen in every status; None, which is an admin, sees all."""
        videos = {
            12: example_completed(12, BOB),
            13: example_failed(13, ADA),
            14: example_video(14, BOB),
        }
        await remember(store, *videos.values())

        assert await page_of(store, VideoQuery(seen_by=seen_by)) == [videos[n] for n in shown]

    async def test_what_may_not_be_seen_is_not_found_by_any_filter(self, store: Store) -> None:
        """Neither by uploader, nor by status, nor by text."""
        await remember(store, example_failed(11, ADA, title="secret"))

        for query in (
            VideoQuery(seen_by=BOB.id, uploaded_by=ADA.id),
            VideoQuery(seen_by=BOB.id, status=Status.FAILED),
            VideoQuery(seen_by=BOB.id, q="secret"),
        ):
            assert await page_of(store, query) == []

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("ärger", [12, 11]),
            ("ÄRGER", [12, 11]),
            ("A\u0308rger", [12, 11]),
            ("Ärger mit", [11]),
            ("100%", [13]),
            ("%", [13]),
            ("_", [14]),
            ("a_b", [14]),
            ("\\", [15]),
            ("\\d", [15]),
            ("'", [16]),
            ("1__", []),
            ("nothing", []),
        ],
    )
    async def test_q_of_videos_is_looked_for_in_title_and_description_literally_in_any_case(
        self, store: Store, q: str, found: list[int]
    ) -> None:
        """No character of it is a wildcard."""
        videos = {
            11: example_completed(11, ADA, title="Viel Ärger mit Katzen"),
            12: example_completed(12, ADA, description="nur ÄRGER"),
            13: example_completed(13, ADA, title="100% wool"),
            14: example_completed(14, ADA, description="a_b"),
            15: example_completed(15, ADA, title="c:\\dogs"),
            16: example_completed(16, ADA, title="Bob's"),
        }
        await remember(store, *videos.values())

        assert await page_of(store, VideoQuery(q=q)) == [videos[number] for number in found]
