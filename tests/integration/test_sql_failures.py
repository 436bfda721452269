"""Databases that are out of reach, addresses that are none, and what the database itself refuses."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from adapters_db.failures import reachable
from adapters_db.store import SqlStore
from adapters_db.tables import config, users, videos
from adapters_db.urls import LOST_PEERS, parse_url
from adapters_db.users import user_to_row
from adapters_db.video_rows import video_to_row
from tests.integration.asking import change, look
from vidcore.errors import InvalidValueError, ServiceUnavailableError
from vidcore.testing.examples import (
    NOW,
    example_category,
    example_invitation,
    example_user,
    example_video,
)

SECRETS = ("hunter2", "127.0.0.1", "nowhere", "/")


@pytest.mark.parametrize("kind", ["refused", "no folder", "no database", "a folder"])
async def test_a_database_out_of_reach_is_told_without_its_address(
    make_store: Callable[..., SqlStore], kind: str, tmp_path: Path
) -> None:
    no_database = tmp_path / "nowhere.txt"
    no_database.write_text("This is no database, however long one looks at it. " * 100)
    url = {
        "refused": "postgresql://hunter2:hunter2@127.0.0.1:1/nowhere",
        "no folder": f"sqlite:///{tmp_path}/nowhere/x.sqlite3",
        "no database": f"sqlite:///{no_database}",
        "a folder": f"sqlite:///{tmp_path}",
    }[kind]
    store = make_store(url)

    for attempt in (look, change, SqlStore.check, SqlStore.open):
        with pytest.raises(ServiceUnavailableError) as failure:
            await attempt(store)
        assert not any(secret in str(failure.value) for secret in SECRETS)


async def test_a_missing_database_is_out_of_reach(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    assert isinstance(name, str)
    store = make_store(postgres_url.replace(name, "nowhere"))

    with pytest.raises(ServiceUnavailableError):
        await store.check()


async def test_a_unit_of_work_whose_connection_is_cut_is_undone(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)

    async def add_and_be_cut() -> None:
        async with store.write() as work:
            await work.users.add(example_user(1))
            cut_connections(postgres_url)
            await work.commit()

    with pytest.raises(ServiceUnavailableError):
        await add_and_be_cut()

    async with store.read() as work:
        assert await work.users.find("member-1") is None


async def test_connections_that_were_cut_while_nobody_used_them_are_made_anew(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(postgres_url)
    await look(store)
    await change(store)

    cut_connections(postgres_url)

    await look(store)
    await change(store)


def cut_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE"
            " datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended
    assert all(done for (done,) in ended)


async def test_no_free_connection_is_out_of_reach(
    make_store: Callable[..., SqlStore], sqlite_url: str
) -> None:
    store = make_store(sqlite_url, patience=0.1)

    async with store.write():
        with pytest.raises(ServiceUnavailableError):
            await change(store)
    await change(store)


async def test_a_new_file_that_another_has_locked_is_out_of_reach(
    make_store: Callable[..., SqlStore], tmp_path: Path
) -> None:
    store = make_store(f"sqlite:///{tmp_path / 'new.sqlite3'}", patience=0.2)
    with sqlite3.connect(tmp_path / "new.sqlite3") as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(ServiceUnavailableError):
            await store.open()

        other.rollback()
    other.close()
    await store.open()


async def test_a_missing_table_is_a_fault_and_not_an_outage(
    make_store: Callable[..., SqlStore], empty_database_url: str
) -> None:
    store = make_store(empty_database_url)

    with pytest.raises(DBAPIError):
        await look(store)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_READONLY_DIRECTORY, sqlite3.SQLITE_FULL]
)
def test_a_file_or_folder_that_cannot_be_written_is_an_outage(code: int) -> None:
    refused = sqlite3.OperationalError("attempt to write a readonly database")
    refused.sqlite_errorcode = code

    with pytest.raises(ServiceUnavailableError), reachable():
        raise OperationalError("INSERT", {}, refused)


async def test_who_only_looks_cannot_change(sql_store: SqlStore) -> None:
    async def add() -> None:
        async with sql_store.read() as work:
            await work.users.add(example_user(1))
            await work.commit()

    with pytest.raises(DBAPIError):
        await add()
    async with sql_store.read() as work:
        assert await work.users.find("member-1") is None


@pytest.mark.parametrize(
    "statement",
    [
        users.insert().values(user_to_row(example_user(2)) | {"role": "owner"}),
        videos.insert().values(
            video_to_row(example_video(2, example_user(1))) | {"status": "lost"}
        ),
        videos.insert().values(video_to_row(example_video(2, example_user(3)))),
        config.insert().values(
            id=2, max_file_size_bytes=1, weekly_upload_limit_bytes=1, updated_at=NOW
        ),
    ],
    ids=["role", "status", "uploader", "second config"],
)
async def test_the_database_refuses_rows_that_cannot_be(
    sql_store: SqlStore, statement: sa.Insert
) -> None:
    async with sql_store.engines.write.connect() as connection:
        await connection.execute(users.insert().values(user_to_row(example_user(1))))
        with pytest.raises(IntegrityError):
            await connection.execute(statement)


async def test_what_no_rule_foresees_stays_the_databases_own_error(sql_store: SqlStore) -> None:
    async with sql_store.write() as work:
        await work.users.add(example_user(1))
        await work.categories.add(example_category(1))
        for again in (
            work.users.add(example_user(1, username="other", email="other@example.org")),
            work.categories.add(example_category(1, name="other", slug="other")),
        ):
            with pytest.raises(IntegrityError):
                await again
        await work.commit()
    async with sql_store.write() as work:
        await work.invitations.add(example_invitation(1))
        with pytest.raises(IntegrityError):
            await work.invitations.add(example_invitation(2, token_hash=HASH))


HASH = example_invitation(1).token_hash


async def test_a_moment_without_a_zone_is_refused(sql_store: SqlStore) -> None:
    naive = NOW.replace(tzinfo=None)

    async with sql_store.write() as work:
        with pytest.raises(StatementError):
            await work.books.reset_quotas(naive)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.sqlite3", "sqlite+aiosqlite"),
        ("sqlite+pysqlite:////srv/x.sqlite3", "sqlite+aiosqlite"),
        ("postgresql://u:p@host/db?sslmode=require", "postgresql+psycopg"),
        ("postgresql+asyncpg://u:p@host/db", "postgresql+psycopg"),
        ("postgres://u:p@host/db", "postgresql+psycopg"),
    ],
)
def test_the_driver_of_an_address_is_ignored(given: str, driver: str) -> None:
    parsed = parse_url(given)

    assert parsed.drivername == driver
    own = parsed.difference_update_query(LOST_PEERS)
    rest = own.render_as_string(hide_password=False).partition("://")[2]
    assert rest == given.partition("://")[2]
    added = LOST_PEERS if driver == "postgresql+psycopg" else {}
    assert parsed.query == {**own.query, **added}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "mysql://u:hunter2@host/db",
        "postgresql://u:hunter2@host:port/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_told(url: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        SqlStore(url)

    assert refused.value.field == "database_url"
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_what_an_address_asks_for_is_kept(
    make_store: Callable[..., SqlStore], postgres_url: str
) -> None:
    store = make_store(f"{postgres_url}&options=-c%20work_mem%3D5MB&connect_timeout=3")

    async with store.engines.write.connect() as connection:
        shown = [await setting(connection, name) for name in ("work_mem", "lock_timeout")]
    assert shown == ["5MB", "30s"]


async def setting(connection: Any, name: str) -> str:
    return str(await connection.scalar(sa.text(f"SHOW {name}")))


async def test_the_file_is_as_safe_as_sqlite_can_make_it(
    make_store: Callable[..., SqlStore], sqlite_url: str
) -> None:
    store = make_store(sqlite_url)
    await store.open()

    async with store.engines.write.connect() as connection:
        values = [
            await connection.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 30_000]
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection_of_ours:
        assert connection_of_ours.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection_of_ours.close()
