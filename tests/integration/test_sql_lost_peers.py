"""A PostgreSQL that says nothing any more, not even that it is gone."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters_db import urls
from adapters_db.failures import reachable
from adapters_db.store import SqlStore
from tests.integration.postgres_line import PostgresLine
from vidcore.errors import ServiceUnavailableError

MORE_THAN_KERNELS_TAKE = 16 << 20  # bytes; Linux keeps up to 4 MiB of what a socket has to send
LONGEST = range(20, 31)  # seconds in which a peer that is gone has to be noticed


@pytest.fixture
async def line(postgres_url: str) -> AsyncIterator[PostgresLine]:
    async with PostgresLine(postgres_url) as line:
        yield line


def both(store: SqlStore) -> tuple[AsyncEngine, AsyncEngine]:
    return store.engines.read, store.engines.write


async def parameters(engine: AsyncEngine) -> dict[str, str]:
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        given: dict[str, str] = driver.info.get_parameters()
    return given


async def test_every_connection_notices_a_peer_that_is_gone(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    for engine in both(make_store(postgres_url)):
        given = await parameters(engine)

        probing = int(given["keepalives_interval"]) * int(given["keepalives_count"])
        assert int(given["keepalives_idle"]) + probing in LONGEST
        assert int(given["tcp_user_timeout"]) / 1000 in LONGEST
        assert given["connect_timeout"] == "10"


async def test_what_an_address_says_of_lost_peers_is_kept(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    own = {
        "keepalives_idle": "71",
        "keepalives_interval": "72",
        "keepalives_count": "73",
        "tcp_user_timeout": "74000",
        "connect_timeout": "75",
    }
    for name, value in own.items():
        for engine in both(make_store(f"{postgres_url}&{name}={value}")):
            given = await parameters(engine)

            assert given[name] == value
            assert {other for other in own if given[other] == own[other]} == {name}


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has TCP_USER_TIMEOUT"
)
async def test_the_kernel_was_told_of_it(
    make_store: Callable[..., SqlStore], line: PostgresLine
) -> None:
    store = make_store(line.url)
    async with store.engines.write.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        with socket.socket(fileno=os.dup(driver.fileno())) as ours:
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            idle, interval, count, unanswered = (
                ours.getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE,
                    socket.TCP_KEEPINTVL,
                    socket.TCP_KEEPCNT,
                    socket.TCP_USER_TIMEOUT,
                )
            )
    await store.close()

    assert idle + interval * count in LONGEST
    assert unanswered / 1000 in LONGEST


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has TCP_USER_TIMEOUT"
)
async def test_a_peer_that_takes_nothing_any_more_is_given_up(
    make_store: Callable[..., SqlStore], line: PostgresLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(urls.LOST_PEERS, "tcp_user_timeout", "500")
    store = make_store(line.url)

    async def say_much() -> None:
        async with store.engines.read.connect() as connection:
            await connection.execute(sa.text("SELECT 1"))
            line.frozen = True
            with reachable():
                await connection.execute(
                    sa.text("SELECT length(:much)"), {"much": "x" * MORE_THAN_KERNELS_TAKE}
                )

    begun = time.monotonic()
    saying = asyncio.create_task(say_much())
    await asyncio.wait([saying], timeout=10)
    took = time.monotonic() - begun
    given_up = saying.done()
    line.frozen = False

    with pytest.raises(ServiceUnavailableError):
        await saying
    assert given_up, took
    await store.close()
