"""What the queries find, how many there are of them, and which indexes carry them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from adapters_db.store import SqlStore
from vidcore.catalogue import VideoQuery
from vidcore.details import VideoDetails
from vidcore.lifecycle import Status
from vidcore.pages import PageRequest
from vidcore.ports.store import UserQuery
from vidcore.testing.examples import (
    example_category,
    example_completed,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)

ADA = example_user(1)
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


async def test_a_list_of_videos_is_one_query_with_its_count(sql_store: SqlStore) -> None:
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
    assert len(statements) == 1


async def test_statistics_of_many_are_numbers(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(ADA)
        await work.videos.add(example_completed(10, ADA, file_size_bytes=2**53))
        await work.commit()

    async with sql_store.read() as work:
        numbers = await work.books.statistics()

    assert type(numbers.storage_used_bytes) is int
    assert numbers.videos_by_status[Status.COMPLETED] == 1
