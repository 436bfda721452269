"""What goes to SQLite's thread: a trip there costs more than most look-ups."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters_db.sqlite_connection import SqliteConnection, connect_by_one_trip

T = TypeVar("T")
NUMBERS = sa.Table("numbers", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'numbers.db'}")
    connect_by_one_trip(made)
    async with made.begin() as connection:
        await connection.run_sync(NUMBERS.metadata.create_all)
        await connection.execute(sa.insert(NUMBERS), [{"number": n} for n in range(10)])
    yield made
    await made.dispose()


async def test_a_statement_and_its_rows_are_one_trip(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = 0
    run = SqliteConnection.run

    async def counted(self: SqliteConnection, call: Callable[[], T]) -> T:
        nonlocal trips
        trips += 1
        return await run(self, call)

    monkeypatch.setattr(SqliteConnection, "run", counted)
    async with engine.connect() as connection:
        found = (await connection.execute(sa.select(NUMBERS.c.number))).scalars().all()

    assert found == list(range(10))
    assert trips == 1


async def test_rows_that_were_changed_are_counted(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        changed = await connection.execute(sa.delete(NUMBERS).where(NUMBERS.c.number >= 6))

    assert changed.rowcount == 4


async def test_what_a_change_returns_is_there_and_counted(engine: AsyncEngine) -> None:
    statement = sa.delete(NUMBERS).where(NUMBERS.c.number < 3).returning(NUMBERS.c.number)
    async with engine.begin() as connection:
        gone = (await connection.execute(statement)).scalars().all()

    assert sorted(gone) == [0, 1, 2]


async def test_a_failed_statement_leaves_the_connection_usable(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            await connection.execute(sa.insert(NUMBERS).values(number=1))
        number = (await connection.execute(sa.select(sa.func.count(NUMBERS.c.number)))).scalar()

    assert number == 10
