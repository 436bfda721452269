import asyncio
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from adapters_db import clock as clock_module
from adapters_db.clock import SqlClock
from adapters_db.store import SqlStore
from tests.integration.postgres_line import PostgresLine
from vidcore.errors import ServiceUnavailableError
from vidcore.testing.clock_contract import ClockContract

time_here = SqlClock(SqlStore("sqlite:///nowhere").engines.read).now
HOUR = timedelta(hours=1)
CLOSE = timedelta(seconds=1)
SLOW = 0.8  # seconds


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
    clock._told = time_here() - HOUR, clock_module._steady()
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


@pytest.mark.parametrize(
    "slow", [b"database\0", b"clock_timestamp"], ids=["the connection", "the first trip"]
)
async def test_what_is_slow_only_once_makes_no_clock_wrong(
    make_store: Callable[..., SqlStore], postgres_url: str, slow: bytes
) -> None:
    async with PostgresLine(postgres_url) as line:
        store, near = make_store(line.url), make_store(postgres_url)
        clock = SqlClock(store.engines.read)
        line.slow[slow] = SLOW

        await clock.adjust()

        assert not line.slow
        before = clock.now()
        moment = await database_time(near)
        after = clock.now()
        await store.close()
    bound = timedelta(seconds=SLOW / 4)
    assert before - bound < moment < after + bound


async def test_the_first_answer_is_believed_for_want_of_a_better(
    make_store: Callable[..., SqlStore], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_module, "ROUND_TRIP_MAX", 0.0)
    clock = SqlClock(make_store(postgres_url).engines.read)

    await clock.adjust()

    assert clock._told is not None


@pytest.mark.skipif(
    not hasattr(time, "CLOCK_BOOTTIME"), reason="only Linux has a clock that counts its sleep apart"
)
async def test_a_machine_that_was_suspended_knows_how_long(
    make_store: Callable[..., SqlStore], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SqlClock(make_store(postgres_url).engines.read)
    await clock.adjust()
    now, running = clock.now(), time.clock_gettime

    def suspended_for_an_hour(which: int) -> float:
        return running(which) + (3600 if which == time.CLOCK_BOOTTIME else 0)

    monkeypatch.setattr(time, "clock_gettime", suspended_for_an_hour)

    assert HOUR <= clock.now() - now < HOUR + CLOSE


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
