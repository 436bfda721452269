from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
import pytest

from tests.integration.copies import Pair, filled

ACROSS: Final = ("sqlite postgresql", "postgresql sqlite")


@pytest.fixture(scope="session")
def postgres_pair(make_postgres_database: Callable[[], str]) -> dict[str, str]:
    """Two databases that the tests share, one test after the other."""
    return {"source": make_postgres_database(), "target": make_postgres_database()}


@pytest.fixture
def make_url(tmp_path: Path, postgres_pair: dict[str, str]) -> Callable[[str, str], str]:
    """Gives the address of a database of a kind, without a schema."""

    def make(kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.sqlite3"
        with psycopg.connect(postgres_pair[name]) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return postgres_pair[name]

    return make


@pytest.fixture(params=ACROSS)
async def pair(request: pytest.FixtureRequest, make_url: Callable[[str, str], str]) -> Pair:
    return await filled(request.param, make_url)


@pytest.fixture
async def sqlite_pair(make_url: Callable[[str, str], str]) -> Pair:
    return await filled("sqlite sqlite", make_url)
