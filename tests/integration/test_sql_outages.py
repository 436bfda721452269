"""What of PostgreSQL's errors says that it cannot just now, and what that something is wrong."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import DBAPIError, InternalError

from adapters_db.failures import reachable
from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from adapters_db.unit_of_work import SqlUnitOfWork
from tests.integration.asking import change, look
from vidcore.errors import ServiceUnavailableError

OUTAGES = [
    *("08000", "08003", "08006", "08P01", "25P03", "25P04", "40001", "40003", "40P01"),
    *("53000", "53100", "53200", "53300", "53400", "55006", "55P03"),
    *("57000", "57014", "57P01", "57P02", "57P03", "57P04", "57P05"),
    *("58000", "58030", "58P01", "XX001", "XX002"),
]
FAULTS = [
    *("0A000", "22012", "25001", "25P01", "25P02", "2D000", "3B001", "42501", "42601", "42P01"),
    *("54001", "55000", "XX000", "ZZ999"),
]


def failed(state: str, *, lost: bool = False) -> DBAPIError:
    """Give what SQLAlchemy makes of an error that PostgreSQL has sent."""
    try:
        told = psycopg.errors.lookup(state)("said the server")
    except KeyError:
        told = psycopg.DatabaseError("said the server")
        told.sqlstate = state
    made = DBAPIError.instance("SELECT 1", {}, told, psycopg.Error, connection_invalidated=lost)
    assert isinstance(made, DBAPIError)
    return made


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize("state", OUTAGES)
def test_what_a_server_cannot_do_just_now_is_an_outage(state: str, *, writes: bool) -> None:
    with pytest.raises(ServiceUnavailableError), reachable(writes=writes):
        raise failed(state)


@pytest.mark.parametrize("state", FAULTS)
def test_what_a_server_will_never_do_is_a_fault(state: str) -> None:
    with pytest.raises(DBAPIError), reachable():
        raise failed(state)


@pytest.mark.parametrize("state", FAULTS)
def test_whatever_took_the_connection_with_it_is_an_outage(state: str) -> None:
    with pytest.raises(ServiceUnavailableError), reachable():
        raise failed(state, lost=True)


def test_only_who_wants_to_write_needs_a_server_that_writes() -> None:
    with pytest.raises(ServiceUnavailableError), reachable():
        raise failed("25006")
    with pytest.raises(InternalError), reachable(writes=False):
        raise failed("25006")


async def test_a_transaction_that_idled_for_too_long_is_an_outage(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)

    async def idle() -> None:
        async with store.write() as work:
            assert isinstance(work, SqlUnitOfWork)
            await work.on_driver(shorten_patience)
            await asyncio.sleep(0.3)
            await work.users.find("nobody")

    with pytest.raises(ServiceUnavailableError) as failure:
        await idle()
    cause = failure.value.__cause__
    assert isinstance(cause, InternalError)
    assert isinstance(cause.orig, psycopg.errors.IdleInTransactionSessionTimeout)
    await change(store)


async def shorten_patience(connection: psycopg.AsyncConnection) -> None:
    await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 20")


@pytest.fixture
async def standby_url(make_postgres_database: Callable[[], str]) -> str:
    """A database that only reads, until it is let."""
    url = make_postgres_database()
    await upgrade(url)
    let_write(url, allowed=False)
    return url


async def test_a_server_that_only_reads_is_an_outage_for_who_wants_to_write(
    make_store: Callable[..., SqlStore], standby_url: str
) -> None:
    store = make_store(standby_url)

    await look(store)
    for _ in range(2):
        with pytest.raises(ServiceUnavailableError):
            await change(store)


async def test_connections_that_only_read_are_not_kept_by_who_wants_to_write(
    make_store: Callable[..., SqlStore], standby_url: str
) -> None:
    store = make_store(standby_url)
    # Two, of which one is never refused anything.
    async with store.write(), store.write():
        pass
    with pytest.raises(ServiceUnavailableError):
        await change(store)

    let_write(standby_url, allowed=True)  # of which only new connections take notice

    for _ in range(2):
        await change(store)


def let_write(url: str, *, allowed: bool) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    assert isinstance(name, str)
    only_read = sql.Literal("off" if allowed else "on")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(
                sql.Identifier(name), only_read
            )
        )


async def test_a_schema_cannot_be_made_where_nothing_can_be_written(
    make_postgres_database: Callable[[], str],
) -> None:
    url = make_postgres_database()
    let_write(url, allowed=False)

    with pytest.raises(ServiceUnavailableError):
        await upgrade(url)
