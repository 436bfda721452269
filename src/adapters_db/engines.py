"""Two engines for each database: one that only looks, and one whose transactions change things.

A read needs no transaction, so its engine commits by itself: without BEGIN and ROLLBACK, look-ups by
key were measured 1.6-3 times as fast. On SQLite, one connection writes, and every transaction takes
the write lock at its beginning: 11,756 transactions of two processes in 60 s without an error, where
SQLAlchemy's defaults lost 1,944 of 1,998 updates.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

import attrs
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from adapters_db.failures import READ_ONLY
from adapters_db.sqlite_connection import connect_by_one_trip

SQLITE: Final = "sqlite"
POOL_SIZE: Final = 5  # kept open by each engine; as many again may be opened under load
IDLE_TRANSACTION_TIMEOUT: Final = 60  # seconds, after which PostgreSQL frees a lost client's locks

_COMMITS_BY_ITSELF: Final = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
_MILLISECONDS: Final = 1000
_SHORT_WHILE: Final = 100  # ms


@attrs.frozen(kw_only=True)
class Engines:
    """The two engines of one database."""

    read: AsyncEngine
    write: AsyncEngine


def make_engines(url: URL, *, patience: float) -> Engines:
    """Make the engines of a database; nothing is opened yet.

    `patience` is how many seconds a statement waits for a lock that another holds.
    """
    if url.get_backend_name() == SQLITE:
        return _sqlite_engines(url, patience)
    return _postgresql_engines(url, patience)


def set_pragmas(engine: AsyncEngine, pragmas: Mapping[str, str | int]) -> None:
    """Have every new SQLite connection of `engine` set `pragmas`, and begin nothing by itself."""

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()


def write_ahead(engine: AsyncEngine, *, patience: float) -> None:
    """Have every new SQLite connection of `engine` see to it that the file has a write-ahead log.

    The log stays with the file. Of several who turn it on at once, two may each wait for the other's
    lock (1 of 60 starts of four did, for 60 s); so each lets go of its own after a short while, and
    tries again until `patience`, in seconds, is over.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_SHORT_WHILE}")
        for left in reversed(range(max(1, int(patience * _MILLISECONDS) // _SHORT_WHILE))):
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                    raise
        cursor.close()


def begin_immediately(engine: AsyncEngine) -> None:
    """Have every transaction of the SQLite `engine` take the write lock at its beginning.

    A transaction that takes it later fails at once, whatever the timeout, if somebody has written
    since it first read: 6,860 of 7,451 did.
    """

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def drop_read_only(engine: AsyncEngine) -> None:
    """Have the PostgreSQL `engine`, which writes, keep no connection once one of them may not.

    After a failover, the old ones may lead to a standby for ever, and new ones to who writes now.
    """

    @event.listens_for(engine.sync_engine, "handle_error")
    def _(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True


def _sqlite_engines(url: URL, patience: float) -> Engines:
    # Whoever waits for the one writing connection waits behind others that wait for the lock.
    common = {"max_overflow": 0, "pool_timeout": 2 * patience}
    busy_timeout = int(patience * _MILLISECONDS)
    write = create_async_engine(url, pool_size=1, **common)
    connect_by_one_trip(write)
    write_ahead(write, patience=patience)
    set_pragmas(
        write,
        {
            "busy_timeout": busy_timeout,
            # NORMAL may lose the last commits with the power, after the files they speak of
            # have been removed; FULL costs a quarter of the transactions per second.
            "synchronous": "FULL",
            "foreign_keys": "ON",
        },
    )
    begin_immediately(write)
    read = create_async_engine(url, pool_size=POOL_SIZE, **common, **_COMMITS_BY_ITSELF)
    connect_by_one_trip(read)
    set_pragmas(read, {"busy_timeout": busy_timeout, "query_only": "ON"})
    return Engines(read=read, write=write)


def _postgresql_engines(url: URL, patience: float) -> Engines:
    common: dict[str, Any] = {
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_SIZE,
        "pool_timeout": patience,
        "pool_pre_ping": True,  # or a restart of the server would cost a request of each engine
    }
    read = create_async_engine(
        url,
        connect_args=_postgresql_arguments(url, default_transaction_read_only="on"),
        **common,
        **_COMMITS_BY_ITSELF,
    )
    write = create_async_engine(
        url,
        connect_args=_postgresql_arguments(
            url,
            lock_timeout=f"{int(patience * _MILLISECONDS)}",
            idle_in_transaction_session_timeout=f"{IDLE_TRANSACTION_TIMEOUT * _MILLISECONDS}",
        ),
        **common,
    )
    drop_read_only(write)
    return Engines(read=read, write=write)


def _postgresql_arguments(url: URL, **settings: str) -> dict[str, Any]:
    """Give the arguments of a connection with these `settings`; the address's own options go first."""
    given = url.query.get("options", ())
    options = [given] if isinstance(given, str) else [*given]
    options += [f"-c {name}={value}" for name, value in settings.items()]
    return {"options": " ".join(options)}
