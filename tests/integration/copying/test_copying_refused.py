"""What is not copied, and why."""

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from adapters_db.copy_failures import CopyRefusedError
from adapters_db.migrate import downgrade, upgrade
from tests.integration.copies import (
    Pair,
    broken_off_in_videos,
    everything,
    execute,
    filled,
)
from vidcore.errors import InvalidValueError, ServiceUnavailableError


async def test_a_target_with_rows_is_refused(pair: Pair) -> None:
    await upgrade(pair.target)
    execute(pair.target, "INSERT INTO cron_runs VALUES ('tidy-up', 'then')")

    for restart in (False, True):
        with pytest.raises(CopyRefusedError, match=r"not empty.*: cron_runs has rows"):
            await pair.copy(restart=restart)

    assert [rows for rows in everything(pair.target).values() if rows] == [{("tidy-up", "then")}]


async def test_a_target_with_tables_of_others_is_refused(pair: Pair) -> None:
    execute(pair.target, "CREATE TABLE videos (id integer)")

    with pytest.raises(CopyRefusedError, match="tables that vidcore has not made"):
        await pair.copy()


async def test_an_unfinished_copy_of_another_source_is_refused(
    pair: Pair, make_url: Callable[[str, str], str]
) -> None:
    other = await filled("sqlite sqlite", lambda _, name: make_url("sqlite", f"other-{name}"))
    await broken_off_in_videos(pair)

    with pytest.raises(CopyRefusedError, match=r"unfinished copy of .*, not of .*other-source"):
        await Pair(other.source, pair.target).copy()

    await Pair(other.source, pair.target).copy(restart=True)
    assert everything(pair.target) == everything(other.source)


@pytest.mark.parametrize("side", ["source", "target"])
async def test_an_old_schema_is_refused(pair: Pair, side: str) -> None:
    await upgrade(pair.target)
    await downgrade(getattr(pair, side), "-1")

    with pytest.raises(CopyRefusedError, match=f"The {side} .*run `vidcore migrate` on it first"):
        await pair.copy()


async def test_a_database_is_not_copied_into_itself(pair: Pair) -> None:
    again = pair.source.replace("sqlite:", "sqlite+aiosqlite:").replace(
        "postgresql:", "postgresql+psycopg:"
    )

    with pytest.raises(CopyRefusedError, match="are the same database"):
        await Pair(pair.source, again).copy()


async def test_a_file_has_one_name(sqlite_pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite3").symlink_to(tmp_path / "source.sqlite3")

    with pytest.raises(CopyRefusedError, match="are the same database"):
        await Pair(sqlite_pair.source, f"sqlite:///{tmp_path / 'link.sqlite3'}").copy()


async def test_a_source_that_is_not_there_is_not_made(sqlite_pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(CopyRefusedError, match=r"There is no database at .*missing"):
        await Pair(f"sqlite:///{tmp_path / 'missing'}", sqlite_pair.target).copy()

    assert not (tmp_path / "missing").exists()


async def test_a_folder_that_is_not_there_is_not_made(sqlite_pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(CopyRefusedError, match=r"There is no folder .*missing"):
        await Pair(sqlite_pair.source, f"sqlite:///{tmp_path / 'missing' / 'target'}").copy()


@pytest.mark.parametrize("side", ["source", "target"])
async def test_a_side_that_is_out_of_reach_is_named_without_its_password(
    sqlite_pair: Pair, side: str
) -> None:
    away = "postgresql://somebody:secret@127.0.0.1:9/database?password=secret"
    pair = attrs.evolve(sqlite_pair, **{side: away})

    with pytest.raises(ServiceUnavailableError) as caught:
        await pair.copy()

    assert str(caught.value) == (
        f"The {side}, postgresql://127.0.0.1:9/database: The database is out of reach."
    )


async def test_another_kind_of_address_is_refused(sqlite_pair: Pair) -> None:
    with pytest.raises(InvalidValueError):
        await Pair("mysql://somebody:secret@host/database", sqlite_pair.target).copy()
