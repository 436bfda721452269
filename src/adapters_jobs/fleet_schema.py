"""Procrastinate's tables, in a schema of their own, as the installed release wants them.

Procrastinate ships the whole schema, and a file for each change since, but nothing that applies them
or knows which were. The name of the last one is kept beside its tables.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import scalar_row

from vidcore.errors import ServiceUnavailableError

SCHEMA: Final = "procrastinate"
_LOCK_KEY: Final = 0x76696470  # "vidp": any number that nobody else on that database takes
_APPLIED: Final = sql.Identifier(SCHEMA, "vidcore_applied")

Connection = psycopg.AsyncConnection[Any]


def with_schema(address: str) -> str:
    """Give an address, as libpq takes it, whose connections see Procrastinate's tables alone."""
    given = conninfo_to_dict(address)
    options = f"{given.get('options') or ''} -c search_path={SCHEMA}".strip()
    return make_conninfo(address, options=options)


async def prepare(address: str) -> None:
    """Make the tables in the database at `address`, or bring them to what is installed.

    Of several callers at the same time one does it, and the others find it done. Raises
    ServiceUnavailableError if nobody answers.
    """
    newest = migrations()[-1].name
    try:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            if await _applied(connection) == newest:
                return
            # Held by the connection, since each file is a transaction of its own.
            await connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
            applied = await _applied(connection)
            if applied is None:
                await _make(connection, newest)
                return
            for migration in migrations():
                # One that a newer release has applied already is no concern of an older.
                if migration.name > applied:
                    await _migrate(connection, migration)
    except psycopg.OperationalError as error:
        raise ServiceUnavailableError("The database is out of reach.") from error


def migrations() -> list[Path]:
    """Give Procrastinate's changes of its schema, in their order."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


@asynccontextmanager
async def in_schema(connection: Connection) -> AsyncIterator[None]:
    """Within a transaction, have names mean Procrastinate's alone; afterwards what they meant.

    Procrastinate names nothing by its schema, and others' tables may have the same names. A failure
    undoes the transaction, and this with it.
    """
    before = await _scalar(connection, "SELECT current_setting('search_path')")
    await _look_in(connection, SCHEMA)
    yield
    await _look_in(connection, before)


async def _look_in(connection: Connection, path: str) -> None:
    await connection.execute("SELECT set_config('search_path', %s, true)", [path])


async def _make(connection: Connection, newest: str) -> None:
    async with connection.transaction():
        # Not IF NOT EXISTS: that asks for the right to make schemas even where there is one.
        if await _scalar(connection, "SELECT to_regnamespace(%s)", SCHEMA) is None:
            await connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        async with in_schema(connection):
            await connection.execute(SchemaManager.get_schema())
        await connection.execute(sql.SQL("CREATE TABLE {} (migration text)").format(_APPLIED))
        await connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(_APPLIED), [newest])


async def _migrate(connection: Connection, migration: Path) -> None:
    async with connection.transaction():
        async with in_schema(connection):
            await connection.execute(migration.read_bytes())  # noqa: ASYNC240 - small, and seldom
        await connection.execute(
            sql.SQL("UPDATE {} SET migration = %s").format(_APPLIED), [migration.name]
        )


async def _applied(connection: Connection) -> str | None:
    """Give the name of the last change that was made, or None if there are no tables."""
    if await _scalar(connection, "SELECT to_regclass(%s)", _APPLIED.as_string()) is None:
        return None
    return str(await _scalar(connection, sql.SQL("SELECT migration FROM {}").format(_APPLIED)))


async def _scalar(
    connection: Connection, query: LiteralString | sql.Composed, *arguments: str
) -> Any:  # noqa: ANN401 - any column
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(query, arguments)
        return await cursor.fetchone()
