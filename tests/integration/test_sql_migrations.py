"""The schema: made, unmade, compared with the tables that queries use."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters_db.migrate import downgrade, is_current, upgrade
from adapters_db.revisions import REVISIONS
from adapters_db.schema_steps import alembic_config
from adapters_db.store import SqlStore
from adapters_db.tables import metadata
from vidcore.errors import InvalidValueError, ServiceUnavailableError
from vidcore.testing.examples import example_user


def differences(connection: sa.Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def check_constraints(connection: sa.Connection) -> dict[str, list[tuple[str | None, str]]]:
    inspector = sa.inspect(connection)
    return {
        table: sorted((check["name"], check["sqltext"]) for check in checks)
        for table in inspector.get_table_names()
        if (checks := inspector.get_check_constraints(table))
    }


async def run(url: str, look: Any) -> Any:
    store = SqlStore(url)
    async with store.engines.read.connect() as connection:
        result = await connection.run_sync(look)
    await store.close()
    return result


def test_the_revisions_known_without_alembic_are_its_own() -> None:
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()

    assert tuple(reversed([script.revision for script in scripts])) == REVISIONS


async def test_the_migrations_make_the_tables_that_queries_use(empty_database_url: str) -> None:
    await upgrade(empty_database_url)

    assert await run(empty_database_url, differences) == []


async def test_a_database_that_is_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0o022)
    store = SqlStore(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        await upgrade(f"sqlite:///{tmp_path / 'new.db'}")
        async with store.write() as uow:
            await uow.users.add(example_user(1))
            await uow.commit()

        assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
            "new.db": 0o600,
            "new.db-wal": 0o600,
            "new.db-shm": 0o600,
        }
    finally:
        os.umask(old)
        await store.close()


async def test_the_migrations_make_the_checks_of_the_tables(
    make_store: Callable[..., SqlStore], empty_database_url: str
) -> None:
    store = make_store(empty_database_url)
    async with store.engines.write.begin() as connection:
        await connection.run_sync(metadata.create_all)
        wanted = await connection.run_sync(check_constraints)
        await connection.run_sync(metadata.drop_all)

    await upgrade(empty_database_url)

    assert sorted(wanted) == ["config", "users", "videos", "webhook_deliveries"]
    assert await run(empty_database_url, check_constraints) == wanted


async def test_the_schema_can_be_taken_back_and_made_again(empty_database_url: str) -> None:
    assert not await is_current(empty_database_url)
    await upgrade(empty_database_url)
    assert await is_current(empty_database_url)

    await downgrade(empty_database_url, "base")

    assert not await is_current(empty_database_url)
    assert await run(empty_database_url, table_names) == ["alembic_version"]
    await upgrade(empty_database_url)
    assert await run(empty_database_url, differences) == []


def table_names(connection: sa.Connection) -> list[str]:
    return sa.inspect(connection).get_table_names()


async def test_of_many_upgrades_at_once_all_end_well(empty_database_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_database_url) for _ in range(4)))

    assert await is_current(empty_database_url)
    assert await run(empty_database_url, differences) == []


async def test_a_broken_reference_undoes_the_migration(sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "INSERT INTO uploads (id, user_id, filename, reserved_bytes, resumable, created_at,"
            " expires_at) VALUES ('1', 'nobody', 'x.mp4', 0, 0, '', '')"
        )
    connection.close()

    with pytest.raises(RuntimeError, match="rows of uploads refer"):
        await downgrade(sqlite_url, REVISIONS[-2])
    assert await is_current(sqlite_url)


async def test_a_database_without_the_newest_schema_is_not_ready(
    make_store: Callable[..., SqlStore], empty_database_url: str
) -> None:
    store = make_store(empty_database_url)

    with pytest.raises(ServiceUnavailableError, match="newest schema"):
        await store.check()
    await upgrade(empty_database_url)
    await store.check()
    await downgrade(empty_database_url, "base")
    with pytest.raises(ServiceUnavailableError, match="newest schema"):
        await store.check()


async def test_a_database_that_does_not_answer_is_not_migrated(tmp_path: Any) -> None:
    for url in (f"sqlite:///{tmp_path}/none/x.db", "postgresql://u:secret@127.0.0.1:1/none"):
        with pytest.raises(ServiceUnavailableError) as failure:
            await upgrade(url)
        assert "secret" not in str(failure.value)
        with pytest.raises(ServiceUnavailableError):
            await is_current(url)


async def test_a_schema_of_a_newer_package_is_left_alone_and_told(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    for attempt in (upgrade, is_current):
        with pytest.raises(ServiceUnavailableError, match="9999, which this version does not know"):
            await attempt(sqlite_url)


async def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        await upgrade("mysql://localhost/x")
