import asyncio
import os
import time
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from adapters_db import clock as clock_module
from adapters_db.clock import SqlClock
from adapters_db.store import SqlStore
from vidcore.errors import ServiceUnavailableError
from vidcore.testing.clock_contract import ClockContract

time_here = SqlClock(SqlStore("sqlite:///nowhere").engines.read).now
HOUR = timedelta(hours=1)
CLOSE = timedelta(seconds=1)


class TestSqlClock(ClockContract):
    @pytest.fixture
    async def clock(self, sql_store: SqlStore) -> SqlClock:
        clock = SqlClock(sql_store.engines.read)
        await clock.adjust()
        return clock


async def database_time(store: SqlStore) -> datetime:
    async with store.engines.read.connect() as connection:
        moment: datetime = (
            await connection.execute(sa.text("SELECT clock_timestamp()"))
        ).scalar_one()
    return moment


@pytest.fixture
async def postgres_store(postgres_url: str) -> SqlStore:
    return SqlStore(postgres_url)


async def test_a_machine_whose_clock_is_wrong_goes_by_the_databases(
    postgres_store: SqlStore,
) -> None:
    clock = SqlClock(postgres_store.engines.read)
    clock._told = time_here() - HOUR, time.monotonic()
    assert time_here() - clock.now() > HOUR - CLOSE

    await clock.adjust()

    assert abs(clock.now() - await database_time(postgres_store)) < CLOSE
    await postgres_store.close()


async def test_an_answer_that_took_long_is_not_believed(
    postgres_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SqlClock(postgres_store.engines.read)
    await clock.adjust()
    told = clock._told
    monkeypatch.setattr(clock_module, "ROUND_TRIP_MAX", 0.0)

    await clock.adjust()

    assert clock._told == told
    await postgres_store.close()


async def test_a_clock_goes_on_while_the_database_is_out_of_reach(
    tmp_path: os.PathLike[str],
) -> None:
    store = SqlStore(f"postgresql://nobody@{tmp_path}/nothing", patience=0.1)
    clock = SqlClock(store.engines.read)

    with pytest.raises(ServiceUnavailableError):
        await clock.adjust()

    before = clock.now()
    await asyncio.sleep(0.01)
    assert before < clock.now() < time_here() + CLOSE
    await store.close()
