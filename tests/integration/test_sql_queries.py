"""What the queries find, how many there are of them, and which indexes carry them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from adapters_db.store import SqlStore
from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.details import VideoDetails
from vidcore.lifecycle import Status
from vidcore.pages import PageRequest
from vidcore.ports.store import UserQuery
from vidcore.testing.examples import (
    NOW,
    example_category,
    example_completed,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)

ADA, BOB = example_user(1), example_user(2)
SHELF = example_category(3)


@contextmanager
def statements_of(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    engine, seen = store.engines.read.sync_engine, list[tuple[str, Any]]()

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        seen.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def remember_titles(store: SqlStore, *titles: str) -> None:
    async with store.write() as work:
        await work.users.add(ADA)
        for number, title in enumerate(titles, start=10):
            await work.videos.add(example_video(number, ADA, title=title))
        await work.commit()


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("%", ["100 % Katzen"]),
        ("_", ["snake_case"]),
        ("\\", ["C:\\Videos"]),
        ("/", ["a/b"]),
        ("ÄPFEL", ["Rote Äpfel"]),
        ("a\u0308pfel", ["Rote Äpfel"]),
        ("STRASSE", ["Straße"]),
        ("ΟΔΟΣ", ["οδός οδοσ"]),
        ("ЁЖ", ["Ёжик"]),
        ("katze", ["100 % Katzen"]),
        ("", ["Ёжик", "οδός οδοσ", "Straße", "Rote Äpfel", "a/b", "C:\\Videos", "snake_case"]),
        ("%atze", []),
    ],
)
async def test_q_finds_the_same_on_every_database(
    sql_store: SqlStore, q: str, found: list[str]
) -> None:
    await remember_titles(
        sql_store,
        "100 % Katzen",
        "snake_case",
        "C:\\Videos",
        "a/b",
        "Rote Äpfel",
        "Straße",
        "οδός οδοσ",
        "Ёжик",
    )

    async with sql_store.read() as work:
        page = await work.videos.page(VideoQuery(q=q), PageRequest(page_size=7))

    assert [entry.video.title for entry in page.items] == found


async def test_q_finds_accounts_beyond_ascii(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(example_user(1, email="Jörg@example.org"))
        await work.users.add(example_user(2, email="jorg@example.org"))
        await work.commit()

    async with sql_store.read() as work:
        page = await work.users.page(UserQuery(q="JÖRG@"), PageRequest())

    assert [user.email for user in page.items] == ["Jörg@example.org"]


async def test_a_list_of_one_category_has_that_category_only(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(ADA)
        await work.categories.add(SHELF)
        await work.videos.add(example_video(10, ADA, category_id=SHELF.id))
        await work.videos.add(example_video(11, ADA))
        await work.commit()

    async with sql_store.read() as work:
        page = await work.videos.page(VideoQuery(category_id=SHELF.id), PageRequest())

    assert [(entry.video.id, entry.category) for entry in page.items] == [
        (example_video(10, ADA).id, SHELF)
    ]
    assert page.total == 1


async def test_an_uploads_details_keep_their_category(sql_store: SqlStore) -> None:
    upload = example_upload(5, ADA, details=VideoDetails(title="Cats", category_id=SHELF.id))
    async with sql_store.write() as work:
        await work.users.add(ADA)
        await work.uploads.add(upload)
        await work.commit()

    async with sql_store.read() as work:
        assert await work.uploads.get(upload.id) == upload


async def test_moments_come_back_in_utc_to_the_microsecond(sql_store: SqlStore) -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    moments = [
        datetime(2026, 3, 4, 5, 6, 7, 1, kolkata),
        datetime(2026, 3, 4, 5, 6, 7, 0, UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    ]
    async with sql_store.write() as work:
        for number, moment in enumerate(moments):
            await work.invitations.add(example_invitation(number, used_at=moment))
        await work.commit()

    async with sql_store.read() as work:
        back = [
            (await work.invitations.get(example_invitation(number).id)).used_at
            for number in range(len(moments))
        ]
    assert back == moments
    assert {moment.utcoffset() for moment in back if moment} == {timedelta()}


async def test_a_list_of_videos_is_one_query_and_one_count(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(ADA)
        await work.categories.add(SHELF)
        for number in range(10, 15):
            await work.videos.add(example_completed(number, ADA, category_id=SHELF.id))
        await work.commit()
    await sql_store.open()

    with statements_of(sql_store) as statements:
        async with sql_store.read() as work:
            page = await work.videos.page(VideoQuery(), PageRequest(page_size=3))

    assert (len(page.items), page.total) == (3, 5)
    assert {entry.category for entry in page.items} == {SHELF}
    assert ["JOIN" in statement for statement, _ in statements] == [False, True]


LISTS = {
    "newest": VideoQuery(),
    "seen by a member": VideoQuery(seen_by=BOB.id),
    "most viewed": VideoQuery(sort_by=VideoSort.VIEW_COUNT),
    "of a member": VideoQuery(uploaded_by=ADA.id),
    "of a category": VideoQuery(category_id=SHELF.id),
}


@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS.keys())
async def test_no_list_of_videos_has_to_be_sorted(
    make_store: Callable[..., SqlStore], sqlite_url: str, query: VideoQuery
) -> None:
    store = make_store(sqlite_url)
    with statements_of(store) as statements:
        async with store.read() as work:
            await work.videos.page(query, PageRequest())
            await work.users.page(UserQuery(), PageRequest())
            await work.invitations.page(None, NOW, PageRequest())

    plans = [await explain(store, *statement) for statement in statements]
    assert len(plans) == 6
    assert not any("TEMP B-TREE" in line for plan in plans for line in plan)


async def test_claims_and_reservations_go_by_index(
    make_store: Callable[..., SqlStore], sqlite_url: str
) -> None:
    store = make_store(sqlite_url)
    with statements_of(store) as statements:
        async with store.read() as work:
            await work.videos.next_claimable(NOW)
            await work.uploads.reserved_bytes(NOW, ADA.id)
            await work.users.find("ada")
            await work.invitations.find("0")

    plans = [await explain(store, *statement) for statement in statements]
    assert len(plans) == 4
    assert not any(line.startswith("SCAN") for plan in plans for line in plan)


async def explain(store: SqlStore, statement: str, parameters: Any) -> list[str]:
    async with store.engines.read.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows]


async def test_statistics_of_many_are_numbers(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(ADA)
        await work.videos.add(example_completed(10, ADA, file_size_bytes=2**53))
        await work.commit()

    async with sql_store.read() as work:
        numbers = await work.books.statistics()

    assert type(numbers.storage_used_bytes) is int
    assert numbers.videos_by_status[Status.COMPLETED] == 1
