"""What tests of copying share: rows of every kind, and a look at all of them by the back door."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from adapters_db.copying import TABLES, CopyProgress, CopyReport, DatabaseCopy, Step
from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from adapters_db.tables import cron_runs, metadata
from vidcore.media import Mode
from vidcore.testing.examples import (
    NOW,
    example_category,
    example_completed,
    example_config,
    example_delivery,
    example_failed,
    example_invitation,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.users import User
from vidcore.videos import Video

ODD: Final = 'Grüße 🎬 \N{COMBINING ACUTE ACCENT} "quoted" \\ \t\n \u2028 \U0010ffff'


async def fill(url: str, *, videos: Sequence[Video] = (), member: User | None = None) -> None:
    """Put rows of every kind into an empty database, and `videos` of `member`."""
    store = SqlStore(url)
    admin, other = example_user(1), member or example_user(2)
    category = example_category(1, name=ODD, created_by=admin.id)
    more = {"category_id": category.id, "description": ODD, "created_at": NOW + timedelta(hours=1)}
    own = (
        example_video(101, admin),
        example_completed(102, admin, title=ODD, duration_seconds=0.1 + 0.2, **more),
        example_processing(103, admin, holder=ODD, progress=1 / 3),
        example_failed(104, admin, error_log="x" * 10_000),
    )
    try:
        async with store.write() as uow:
            for user in (admin, other):
                await uow.users.add(user)
            await uow.invitations.add(example_invitation(1, created_by=admin.id))
            await uow.invitations.add(example_invitation(2, used_at=NOW.replace(microsecond=1)))
            await uow.categories.add(category)
            await uow.categories.add(example_category(2))
            for video in (*own, *videos):
                await uow.videos.add(video)
            await uow.uploads.add(example_upload(1, admin, video_id=own[0].id))
            await uow.uploads.add(example_upload(2, other, size_bytes=None, details=None))
            await uow.config.save(example_config(updated_by=admin.id, video_storage_path="/Ü"))
            for number in range(3):
                await uow.login_failures.add(name=ODD, address=f"::{number}", at=NOW)
                await uow.deliveries.add(example_delivery(number, payload=ODD))
            for mode in (None, Mode.ENCODE):
                tally = await uow.tallies.get(mode)
                await uow.tallies.save(attrs.evolve(tally, failed=7, media_seconds=1 / 3))
            await uow.commit()
        async with store.engines.write.begin() as connection:
            # Of these, the locale of a database may put some before others; bytes do not.
            names = ("tidy-up", "Weekly", "a b", "a-b", "ab", "äb", "Z")
            await connection.execute(
                sa.insert(cron_runs), [{"name": name, "window": ODD} for name in names]
            )
    finally:
        await store.close()


def everything(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Give all rows of all tables that are copied."""
    parsed = make_url(url)
    kind = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[parsed.get_backend_name()]
    engine = sa.create_engine(parsed.set(drivername=kind))
    with engine.connect() as connection:
        found = {
            table.name: {tuple(row) for row in connection.execute(sa.select(table))}
            for table in TABLES
        }
    engine.dispose()
    return found


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Execute a statement that both databases understand, commit, and give its rows."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(parsed.database), timeout=30)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()
    with psycopg.connect(url) as opened:
        cursor = opened.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def many_failures(url: str, count: int) -> None:
    """Have so many log-ins fail."""
    execute(
        url,
        "INSERT INTO login_failures (name, address, at) "
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "SELECT 'name', '::1', '2026-03-04 05:06:07.890123' FROM n",
    )


def add_user(url: str, number: int) -> None:
    """Make one more account, as a service would that somebody has left running."""
    execute(
        url,
        "INSERT INTO users SELECT "
        + ", ".join(
            {
                "id": f"'{numbered(url, number)}'",
                "email_key": f"'late-{number}'",
                "username_key": f"'late-{number}'",
            }.get(column.name, column.name)
            for column in metadata.tables["users"].columns
        )
        + " FROM users WHERE username = 'member-1'",
    )


def numbered(url: str, number: int) -> str:
    """Give the id of an example as the database writes it."""
    made = example_user(number).id
    return made.hex if url.startswith("sqlite") else str(made)


@attrs.define
class Interrupted(Exception):  # noqa: N818 - it stands for a power cut
    """Raised in the middle of a copy."""


@attrs.frozen
class Pair:
    """A source with rows of every kind, and a target without even a schema."""

    source: str
    target: str

    async def copy(
        self,
        watch: Callable[[CopyProgress], object] = lambda _: None,
        *,
        restart: bool = False,
        batch: int = 2,
    ) -> CopyReport:
        copy = DatabaseCopy(source=self.source, target=self.target, batch=batch)
        return await copy(watch, restart=restart)


async def filled(kinds: str, make_url: Callable[[str, str], str]) -> Pair:
    """Give a filled source and an empty target of two `kinds`, told by their names."""
    source, target = kinds.split()
    made = Pair(make_url(source, "source"), make_url(target, "target"))
    await upgrade(made.source)
    await fill(made.source)
    return made


async def broken_off_in_videos(pair: Pair) -> None:
    """Break a copy off when some videos have come."""

    def break_off(made: CopyProgress) -> None:
        if (made.step, made.table, made.done) == (Step.COPYING, "videos", 2):
            raise Interrupted

    with pytest.raises(Interrupted):
        await pair.copy(break_off)
