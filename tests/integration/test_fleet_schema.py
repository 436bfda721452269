"""Procrastinate's tables: made once, brought up to date, and apart from ours."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters_jobs.fleet_schema import migrations, prepare, with_schema
from tests.integration.fleets import execute
from vidcore.errors import ServiceUnavailableError

OBJECTS = """
SELECT p.proname || pg_get_function_arguments(p.oid) || p.prosrc FROM pg_proc p
WHERE p.pronamespace = 'procrastinate'::regnamespace
UNION SELECT tgname || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'procrastinate'
UNION SELECT table_name || column_name || data_type FROM information_schema.columns
WHERE table_schema = 'procrastinate'
"""
APPLIED = "SELECT migration FROM vidcore_applied"


@pytest.fixture
def url(make_postgres_database: Callable[[], str]) -> str:
    return make_postgres_database()


def objects(url: str) -> set[str]:
    # Two of its own paths to one schema do not end with the same layout of a function's body.
    return {" ".join(str(name).split()) for (name,) in execute(url, OBJECTS)}


async def test_of_many_who_prepare_at_once_all_end_well(url: str) -> None:
    await asyncio.gather(*(prepare(url) for _ in range(4)))
    await prepare(url)

    assert execute(url, APPLIED) == [(migrations()[-1].name,)]
    assert execute(
        url, "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'"
    ) == [("procrastinate",)]


async def test_the_tables_of_an_older_release_are_brought_up_to_date(
    url: str, make_postgres_database: Callable[[], str]
) -> None:
    older = [migration for migration in migrations() if migration.name < "03.02"]
    execute(url, "CREATE SCHEMA procrastinate")
    for migration in older:
        execute(url, migration.read_text())
    execute(url, "CREATE TABLE vidcore_applied (migration text)")
    execute(url, "INSERT INTO vidcore_applied VALUES (%s)", older[-1].name)
    fresh = make_postgres_database()

    await asyncio.gather(*(prepare(url) for _ in range(4)))

    await prepare(fresh)
    assert execute(url, APPLIED) == execute(fresh, APPLIED)
    assert objects(url) == objects(fresh)


async def test_the_tables_of_a_newer_release_are_left_as_they_are(url: str) -> None:
    await prepare(url)
    execute(url, "UPDATE vidcore_applied SET migration = '99.00.00_01'")

    await prepare(url)

    assert execute(url, APPLIED) == [("99.00.00_01",)]


async def test_a_schema_that_somebody_made_for_us_is_used(url: str) -> None:
    role, name = "guest", str(conninfo_to_dict(url)["dbname"])
    execute(url, f"CREATE ROLE {role} LOGIN")
    execute(url, f"CREATE SCHEMA procrastinate AUTHORIZATION {role}")
    execute(url, f"REVOKE CREATE ON DATABASE {name} FROM PUBLIC")
    try:
        await prepare(make_conninfo(url, user=role))
    finally:
        execute(url, f"DROP OWNED BY {role}")
        execute(url, f"DROP ROLE {role}")


async def test_a_change_that_fails_is_undone_and_those_before_it_are_kept(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await prepare(url)
    folder = tmp_path_factory.mktemp("migrations")
    for name, text in (
        ("98.sql", "CREATE TABLE one (id int)"),
        ("99.sql", "CREATE TABLE two (id int); SELECT 1/0"),
    ):
        (folder / name).write_text(text)
    monkeypatch.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(folder)))

    with pytest.raises(psycopg.errors.DivisionByZero):
        await prepare(url)

    assert execute(url, APPLIED) == [("98.sql",)]
    assert execute(url, "SELECT to_regclass('one') IS NULL, to_regclass('two') IS NULL") == [
        (False, True)
    ]


async def test_a_database_out_of_reach_is_not_prepared() -> None:
    with pytest.raises(ServiceUnavailableError) as failure:
        await prepare("postgresql://hunter2:hunter2@127.0.0.1:1/nowhere")

    assert "hunter2" not in str(failure.value)


def test_what_an_address_says_is_kept() -> None:
    address = "postgresql://me@host/db?options=-c%20lock_timeout%3D5s&connect_timeout=3"

    given = conninfo_to_dict(with_schema(address))

    assert given["options"] == "-c lock_timeout=5s -c search_path=procrastinate"
    assert given["connect_timeout"] == "3"
    assert given["host"] == "host"


def test_an_address_that_says_nothing_gets_the_schema_alone() -> None:
    given = conninfo_to_dict(with_schema("postgresql://host/db"))

    assert given == {"host": "host", "dbname": "db", "options": "-c search_path=procrastinate"}
