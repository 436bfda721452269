"""Lists among many videos cost what they cost among few: in steps of the database, not in seconds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from adapters_db.migrate import downgrade, upgrade
from adapters_db.store import SqlStore
from adapters_db.tables import video_counts
from adapters_db.unit_of_work import SqlUnitOfWork
from tests.integration.many_videos import ADA, BARE, EVE, SHELF, fill
from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.cursors import Cursor
from vidcore.invitations import InvitationStatus
from vidcore.lifecycle import Status
from vidcore.orders import Order, Place
from vidcore.pages import PageRequest
from vidcore.ports.store import UnitOfWork, UserQuery
from vidcore.testing.examples import NOW, example_video
from vidcore.users import Role

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEW, MANY = 2_000, 20_000
Ask = Callable[[UnitOfWork], Awaitable[object]]

NARROWED: Final[dict[str, dict[str, Any]]] = {
    "all": {},
    "seen by a member": {"seen_by": ADA.id},
    "own": {"seen_by": ADA.id, "uploaded_by": ADA.id},
    "of another": {"seen_by": ADA.id, "uploaded_by": EVE.id},
    "in a category": {"seen_by": ADA.id, "category_id": SHELF.id},
    "in an empty category": {"seen_by": ADA.id, "category_id": BARE.id},
    "of a member in a category": {"uploaded_by": ADA.id, "category_id": SHELF.id},
    "of a member in an empty category": {"uploaded_by": EVE.id, "category_id": BARE.id},
    "failed": {"status": Status.FAILED},
    "own that failed": {"seen_by": ADA.id, "status": Status.FAILED},
    "completed in a category": {"status": Status.COMPLETED, "category_id": SHELF.id},
    "processing of a member": {"status": Status.PROCESSING, "uploaded_by": ADA.id},
}
MIDDLES: Final[dict[VideoSort, datetime | int]] = {
    VideoSort.CREATED_AT: NOW.replace(year=2025, month=1, day=1, hour=0, minute=5),
    VideoSort.VIEW_COUNT: 500,
}


def videos(query: VideoQuery, request: PageRequest) -> Ask:
    return lambda work: work.videos.page(query, request)


def invitations(status: InvitationStatus) -> Ask:
    return lambda work: work.invitations.page(status, NOW, PageRequest())


def asked() -> dict[str, Ask]:
    """Each list on its first page, and by a cursor into its middle."""
    questions: dict[str, Ask] = {}
    for name, narrowed in NARROWED.items():
        for sort_by, key in MIDDLES.items():
            for order in Order:
                query = VideoQuery(sort_by=sort_by, order=order, **narrowed)
                place = Place(key=key, id=ADA.id)
                cursor = Cursor(sort=sort_by, order=order, place=place, page=1000)
                questions[f"{name}, {sort_by} {order}"] = videos(query, PageRequest())
                questions[f"{name}, {sort_by} {order}, on"] = videos(
                    query, PageRequest(cursor=cursor)
                )
    return questions


LISTS: Final = asked()
OTHERS: Final[dict[str, Ask]] = {
    "users": lambda work: work.users.page(UserQuery(), PageRequest()),
    "admins": lambda work: work.users.page(UserQuery(role=Role.ADMIN), PageRequest()),
    "invitations": lambda work: work.invitations.page(None, NOW, PageRequest()),
    **{f"{status} invitations": invitations(status) for status in InvitationStatus},
    "next claimable": lambda work: work.videos.next_claimable(NOW),
    "categories": lambda work: work.categories.listing(),
    "statistics": lambda work: work.books.statistics(),
    "completed counts": lambda work: work.books.completed_counts([ADA.id, EVE.id]),
    "reserved bytes": lambda work: work.uploads.reserved_bytes(NOW, ADA.id),
    "expired": lambda work: work.uploads.expired(NOW),
    "unfinished": lambda work: work.uploads.unfinished(ADA.id, NOW),
    "login": lambda work: work.users.find("ada"),
    "invitation": lambda work: work.invitations.find("0"),
}


@attrs.frozen
class Filled:
    """A store with videos in it."""

    store: SqlStore

    @contextmanager
    def statements(self) -> Iterator[list[tuple[str, Any]]]:
        seen = list[tuple[str, Any]]()

        def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
            seen.append((statement, parameters))

        engine = self.store.engines.read.sync_engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    async def asked(self, ask: Ask) -> list[tuple[str, Any]]:
        """Give the statements that a question needs."""
        with self.statements() as seen:
            async with self.store.read() as work:
                await ask(work)
        return seen

    async def explained(self, ask: Ask, how: str) -> list[Any]:
        """Give the plans of its statements, `how` put before them."""
        found: list[Any] = []
        for statement, parameters in await self.asked(ask):
            async with self.store.engines.read.connect() as connection:
                rows = await connection.exec_driver_sql(f"{how} {statement}", parameters)
                found.append(rows.all())
        return found

    async def steps(self, ask: Ask) -> int:
        """Give how many steps SQLite's machine takes for it, in tens."""
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        for statement, parameters in await self.asked(ask):
            async with self.store.engines.read.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None
                await raw.set_progress_handler(step, 10)
                await connection.exec_driver_sql(statement, parameters)
                await raw.set_progress_handler(None, 10)
        return count


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sqlite_filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Filled]]:
    """Few and many, on SQLite."""
    folder = tmp_path_factory.mktemp("lists")
    stores = []
    for count in (FEW, MANY):
        url = f"sqlite:///{Path(folder, str(count))}"
        await upgrade(url)
        stores.append(SqlStore(url))
        await fill(stores[-1], count)
    yield [Filled(store) for store in stores]
    for store in stores:
        await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres_filled(make_postgres_database: Callable[[], str]) -> AsyncIterator[Filled]:
    """Many, on PostgreSQL, analyzed."""
    url = make_postgres_database()
    await upgrade(url)
    store = SqlStore(url)
    await fill(store, MANY)
    yield Filled(store)
    await store.close()


@pytest.mark.parametrize("name", LISTS | OTHERS)
async def test_sqlite_sorts_nothing_and_scans_no_table(
    sqlite_filled: list[Filled], name: str
) -> None:
    few, many = sqlite_filled
    ask = (LISTS | OTHERS)[name]

    plans = await many.explained(ask, "EXPLAIN QUERY PLAN")

    # What is found of a member's uploads, or counted by category, is little and may be sorted.
    sorts = [row.detail for plan in plans for row in plan if "TEMP B-TREE" in row.detail]
    assert not sorts or name in {"expired", "unfinished", "categories"}
    scanned = [row.detail for plan in plans for row in plan if row.detail == "SCAN videos"]
    assert scanned == []
    assert await many.steps(ask) <= await few.steps(ask) + 10


@pytest.mark.parametrize("name", LISTS | OTHERS)
async def test_postgresql_reads_no_more_rows_than_a_page_takes(
    postgres_filled: Filled, name: str
) -> None:
    plans = await postgres_filled.explained(
        (LISTS | OTHERS)[name], "EXPLAIN (ANALYZE, FORMAT JSON)"
    )

    for [[[plan]]] in plans:
        for node in nodes(plan["Plan"]):
            assert read_by(node) <= 250, node
            assert (node["Node Type"], node.get("Relation Name")) != ("Seq Scan", "videos")


@pytest.mark.parametrize("name", LISTS)
async def test_postgresql_keeps_the_plan_of_a_list(postgres_filled: Filled, name: str) -> None:
    async def plans(connection: psycopg.AsyncConnection[tuple[int, int]]) -> list[tuple[int, int]]:
        cursor = await connection.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%wanted%'"
        )
        return await cursor.fetchall()

    async with postgres_filled.store.read() as work:
        assert isinstance(work, SqlUnitOfWork)
        for _ in range(20):  # psycopg prepares after five, and PostgreSQL then makes five plans
            await LISTS[name](work)
        found = await work.on_driver(plans)

    assert found
    assert all(kept > made for kept, made in found), found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def read_by(node: dict[str, Any]) -> float:
    """Give how many rows of the videos a node of a plan has looked at."""
    if node.get("Relation Name") != "videos" and node["Node Type"] not in {
        "Sort",
        "Incremental Sort",
    }:
        return 0
    looked = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(looked * node["Actual Loops"])


async def test_a_list_is_one_statement(sqlite_filled: list[Filled]) -> None:
    for name, ask in LISTS.items():
        assert len(await sqlite_filled[0].asked(ask)) <= 1 + (", on" in name), name


async def test_counts_are_those_of_the_rows(
    sqlite_filled: list[Filled], postgres_filled: Filled
) -> None:
    for filled in (*sqlite_filled, postgres_filled):
        async with filled.store.read() as work:
            for narrowed in NARROWED.values():
                # A search for what is in every title counts the rows themselves.
                counted = await work.videos.page(VideoQuery(**narrowed), PageRequest())
                searched = await work.videos.page(VideoQuery(q="", **narrowed), PageRequest())
                assert counted == searched


async def test_counts_hold_while_many_change_videos_and_some_fold(
    make_postgres_database: Callable[[], str],
) -> None:
    url = make_postgres_database()
    await upgrade(url)
    store = SqlStore(url)
    await fill(store, 10)

    async def change(start: int) -> None:
        for number in range(start, start + 40):
            made = example_video(number, ADA, category_id=SHELF.id)
            async with store.write() as work:
                await work.videos.add(made)
                await work.commit()
            async with store.write() as work:
                await work.videos.save(attrs.evolve(made, status=Status.COMPLETED))
                if number % 5 == 0:
                    await work.videos.remove(made.id)
                if number % 7:  # else all is undone
                    await work.commit()

    await asyncio.gather(*(change(1000 * lane) for lane in range(1, 6)))

    async with store.read() as work:
        for narrowed in NARROWED.values():
            counted = await work.videos.page(VideoQuery(**narrowed), PageRequest())
            assert counted == await work.videos.page(VideoQuery(q="", **narrowed), PageRequest())
    async with store.engines.read.connect() as connection:
        unfolded = sa.select(sa.func.count()).where(video_counts.c.slot != 0)
        assert (await connection.execute(unfolded)).scalar_one() < 1000
    await store.close()


async def test_counts_hold_after_the_schema_was_taken_back_and_made_again(
    empty_database_url: str,
) -> None:
    await upgrade(empty_database_url)
    store = SqlStore(empty_database_url)
    await fill(store, 500)
    async with store.read() as work:
        before = await work.books.statistics()
    await store.close()

    await downgrade(empty_database_url, "0006")
    await upgrade(empty_database_url)

    store = SqlStore(empty_database_url)
    async with store.read() as work:
        assert await work.books.statistics() == before
        everything = await work.videos.page(VideoQuery(), PageRequest())
    await store.close()
    assert everything.total == 500
