"""Databases that are broken on purpose."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text

from adapters_db.migrate import upgrade
from adapters_db.urls import parse_url
from tests.integration.doctor.conftest import Platform


def execute(url: str, statement: str) -> str | None:
    """Run a statement, and give the first thing that it answers."""
    parsed = parse_url(url)
    plain = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    engine = create_engine(parsed.set(drivername=plain))
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        answered = result.scalar() if result.returns_rows else None
    engine.dispose()
    return answered


def test_a_schema_that_is_not_the_newest_is_named(fresh: Platform, empty_database_url: str) -> None:
    asyncio.run(upgrade(empty_database_url, "0003"))

    report = fresh.doctor(DATABASE_URL=empty_database_url)

    assert (report.code, report.faults) == (1, {"schema"})
    assert "of revision 0003, and not the newest" in report.told("schema")
    assert "`vidcore migrate`" in report.told("schema")


def test_a_schema_of_a_later_version_is_named(any_platform: Platform) -> None:
    url = any_platform.database_url
    newest = execute(url, "SELECT version_num FROM alembic_version")
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    try:
        report = any_platform.doctor()
    finally:
        execute(url, f"UPDATE alembic_version SET version_num = '{newest}'")

    assert (report.code, report.faults) == (1, {"schema"})
    assert "of revision 9999, which this version does not know" in report.told("schema")
    assert "a newer one" in report.told("schema")


def test_a_database_without_a_schema_is_what_a_first_start_finds(
    fresh: Platform, make_postgres_database: Callable[[], str]
) -> None:
    report = fresh.doctor(DATABASE_URL=make_postgres_database())

    assert (report.code, report.faults) == (0, set())
    assert "has no schema yet" in report.told("schema")
    assert "`vidcore migrate`" in report.told("schema")


def test_a_server_that_does_not_listen_is_named_without_the_password(platform: Platform) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        report = platform.doctor(DATABASE_URL=f"postgresql://vidcore:hunter2@{address}/films")

    assert (report.code, report.faults) == (1, {"database"})
    assert f"films on {address} is out of reach" in report.told("database")
    assert "Connection refused" in report.told("database")
    assert "Start the server" in report.told("database")
    assert "hunter2" not in report.printed


def test_a_server_without_the_database_is_named(
    platform: Platform, migrated_postgres_url: str
) -> None:
    missing = parse_url(migrated_postgres_url).set(drivername="postgresql", database="films")

    report = platform.doctor(DATABASE_URL=missing.render_as_string(hide_password=False))

    assert (report.code, report.faults) == (1, {"database"})
    assert 'database "films" does not exist' in report.told("database")


def test_a_file_that_is_no_database_is_named(platform: Platform, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)

    report = platform.doctor(DATABASE_URL=f"sqlite:///{broken}")

    assert (report.code, report.faults) == (1, {"database"})
    assert f"{broken} is out of reach: file is not a database" in report.told("database")
    assert "backup" in report.told("database")
    assert broken.read_bytes() == b"no database" * 1000


def test_a_database_whose_tables_are_gone_is_named(any_platform: Platform) -> None:
    url = any_platform.database_url
    execute(url, "ALTER TABLE config RENAME TO lost")
    try:
        report = any_platform.doctor()
    finally:
        execute(url, "ALTER TABLE lost RENAME TO config")

    assert (report.code, report.faults) == (1, {"database"})
    assert "config" in report.told("database")


def test_an_address_of_another_kind_is_named(platform: Platform) -> None:
    report = platform.doctor(DATABASE_URL="mysql://root:hunter2@localhost/films")

    assert (report.code, report.faults) == (1, {"database"})
    assert "VIDCORE_DATABASE_URL" in report.told("database")
    assert "hunter2" not in report.printed


def test_the_clock_of_a_server_is_compared(fresh: Platform, migrated_postgres_url: str) -> None:
    report = fresh.doctor(DATABASE_URL=migrated_postgres_url)

    assert report.checks["clock.database"]["verdict"] == "ok"
    assert report.checks["database"]["seen"].split("answers, as ")[1].startswith("PostgreSQL 1")
