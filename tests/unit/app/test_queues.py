"""Which queue is taken, and the address that Procrastinate gets."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters_db.urls import LOST_PEERS, libpq_address
from adapters_jobs.embedded import EmbeddedQueue
from adapters_jobs.fleet import ProcrastinateQueue
from vidcore.errors import InvalidValueError
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW
from vidcore_app.container import Container
from vidcore_app.queues import QueueKind, make_queue
from vidcore_app.settings import Settings

POSTGRES = "postgresql://me:secret@host:5433/db"


@pytest.mark.parametrize(
    ("kind", "url", "made"),
    [
        (None, "sqlite:///x.db", EmbeddedQueue),
        ("embedded", "sqlite:///x.db", EmbeddedQueue),
        (None, POSTGRES, ProcrastinateQueue),
        ("embedded", POSTGRES, EmbeddedQueue),
        ("procrastinate", POSTGRES, ProcrastinateQueue),
    ],
)
def test_the_database_decides_unless_the_settings_do(
    kind: QueueKind | None, url: str, made: type
) -> None:
    assert type(make_queue(kind, url, FixedClock(NOW))) is made


def test_a_fleet_cannot_share_a_file() -> None:
    with pytest.raises(InvalidValueError, match="procrastinate needs a postgresql:// database"):
        make_queue("procrastinate", "sqlite:///x.db", FixedClock(NOW))


def test_the_container_makes_the_queue_of_the_settings(tmp_path: Path) -> None:
    container = Container(settings=Settings(data_dir=tmp_path, database_url=POSTGRES))

    assert isinstance(container.queue(), ProcrastinateQueue)
    assert container.worker()._queue is container.queue()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_procrastinate_gets_the_address_that_the_engines_read(scheme: str) -> None:
    address = libpq_address(
        f"{scheme}://me:p%40ss+word@/db?host=/run/pg&sslmode=require&options=-c%20a%3Db"
    )

    assert address is not None
    assert conninfo_to_dict(address) == LOST_PEERS | {
        "user": "me",
        "password": "p@ss+word",
        "dbname": "db",
        "host": "/run/pg",
        "sslmode": "require",
        "options": "-c a=b",
    }


def test_several_hosts_are_tried_by_procrastinate_too() -> None:
    address = libpq_address("postgresql://me@/db?host=one:5432&host=two:5433")

    assert address is not None
    assert conninfo_to_dict(address) == LOST_PEERS | {
        "user": "me",
        "dbname": "db",
        "host": "one,two",
        "port": "5432,5433",
    }


def test_procrastinate_gives_a_lost_peer_up_as_soon_as_the_engines_do() -> None:
    address = libpq_address("postgresql://host/db?connect_timeout=3")

    assert address is not None
    given = conninfo_to_dict(address)
    assert given == LOST_PEERS | {"host": "host", "dbname": "db", "connect_timeout": "3"}
    assert LOST_PEERS["connect_timeout"] == "10"


def test_sqlite_has_no_address_of_that_kind() -> None:
    assert libpq_address("sqlite:///x.db") is None
