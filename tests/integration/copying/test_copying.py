"""Copies of databases: equal, consistent, and gone on with after a break."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters_db.columns import UtcDateTime
from adapters_db.copy_failures import CopyDiffersError, CopyRefusedError, RowRefusedError
from adapters_db.copying import TABLES, CopyProgress, Step
from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from tests.integration.copies import (
    Interrupted,
    Pair,
    add_user,
    broken_off_in_videos,
    everything,
    execute,
    fill,
    filled,
    many_failures,
    numbered,
)
from vidcore.errors import ServiceUnavailableError
from vidcore.testing import strategies
from vidcore.testing.examples import NOW, example_user, example_video
from vidcore.videos import Video

OWN = range(101, 105)  # the videos that `fill` makes anyway
MEMBER = example_user(1 << 41)  # an id that no strategy makes
ACROSS = ["sqlite postgresql", "postgresql sqlite"]
ALIKE = ["sqlite sqlite", "postgresql postgresql"]


def _python_type(column: sa.Column[Any]) -> type[object]:
    return datetime if isinstance(column.type, UtcDateTime) else column.type.python_type


def test_a_checksum_knows_the_values_of_every_column() -> None:
    known = {UUID, datetime, str, int, float, bool}

    assert {_python_type(each) for table in TABLES for each in table.columns} <= known


@pytest.mark.parametrize("kinds", ACROSS + ALIKE)
async def test_every_row_of_every_kind_is_copied(
    kinds: str, make_url: Callable[[str, str], str]
) -> None:
    pair = await filled(kinds, make_url)

    report = await pair.copy()

    copied = everything(pair.target)
    assert copied == everything(pair.source)
    assert all(copied.values())
    assert {name: len(rows) for name, rows in copied.items()} == {
        name: digest.rows for name, digest in report.tables.items()
    }
    assert report.resumed is False


@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(videos=st.lists(strategies.videos(MEMBER.id), max_size=5, unique_by=lambda each: each.id))
async def test_any_video_goes_to_the_other_database_and_back(
    videos: list[Video], sqlite_template: Path, tmp_path: Path, postgres_url: str
) -> None:
    assume(not {video.id for video in videos} & {example_video(n, MEMBER).id for n in OWN})
    files = [tmp_path / "there.sqlite3", tmp_path / "back.sqlite3"]
    for file in files:
        shutil.copyfile(sqlite_template, file)
    there, back = (f"sqlite:///{file}" for file in files)
    await fill(there, videos=videos, member=MEMBER)

    await Pair(there, postgres_url).copy()
    await Pair(postgres_url, back).copy()

    try:
        assert everything(there) == everything(postgres_url) == everything(back)
        store = SqlStore(postgres_url)
        async with store.read() as uow:
            found = await uow.videos.of_uploader(MEMBER.id)
        await store.close()
        assert list(found) == sorted(videos, key=lambda each: each.id)
    finally:
        for table in reversed(list(everything(postgres_url))):
            execute(postgres_url, f"DELETE FROM {table}")
        for file in files:
            file.unlink()


async def test_new_rows_are_numbered_behind_those_that_were_copied(pair: Pair) -> None:
    await pair.copy()

    store = SqlStore(pair.target)
    async with store.write() as uow:
        await uow.login_failures.add(name="name", address="::1", at=NOW)
        await uow.commit()
    await store.close()
    assert execute(pair.target, "SELECT id FROM login_failures ORDER BY id") == [
        (1,),
        (2,),
        (3,),
        (4,),
    ]


async def test_what_is_written_meanwhile_is_not_copied(pair: Pair) -> None:
    before = everything(pair.source)

    def write(made: CopyProgress) -> None:
        if (made.step, made.table, made.done) == (Step.COPYING, "users", 2):
            add_user(pair.source, 900)

    await pair.copy(write)

    assert everything(pair.target) == before != everything(pair.source)


@pytest.mark.parametrize("table", ["users", "videos", "login_failures", "cron_runs"])
async def test_a_copy_that_was_broken_off_goes_on_where_it_was(pair: Pair, table: str) -> None:
    def break_off(made: CopyProgress) -> None:
        if (made.step, made.table) == (Step.COPYING, table) and made.done >= 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        await pair.copy(break_off)
    with pytest.raises(ServiceUnavailableError, match="only a part"):
        await upgrade(pair.target)
    seen: list[CopyProgress] = []
    report = await pair.copy(seen.append)

    assert report.resumed is True
    assert next(each.done for each in seen if each.table == table) == 2
    assert everything(pair.target) == everything(pair.source)
    await upgrade(pair.target)


async def test_a_copy_that_was_broken_off_before_its_end_only_compares(pair: Pair) -> None:
    def break_off(made: CopyProgress) -> None:
        if made.step is Step.CHECKING:
            raise Interrupted

    with pytest.raises(Interrupted):
        await pair.copy(break_off)
    report = await pair.copy()

    assert report.resumed is True
    assert everything(pair.target) == everything(pair.source)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET weekly_upload_bytes = 7 WHERE username = 'member-2'",
        "UPDATE videos SET view_count = 7 WHERE title = 'Video 101'",
        "DELETE FROM videos WHERE title = 'Video 101'",
    ],
)
async def test_a_source_that_has_changed_meanwhile_is_noticed(pair: Pair, statement: str) -> None:
    await broken_off_in_videos(pair)
    execute(pair.source, statement)

    with pytest.raises(CopyDiffersError, match="The source has changed") as caught:
        await pair.copy()

    assert caught.value.resumed is True
    assert list(caught.value.tables) == [
        statement.replace("UPDATE ", "").replace("DELETE FROM ", "").partition(" ")[0]
    ]
    report = await pair.copy(restart=True)
    assert report.resumed is False
    assert everything(pair.target) == everything(pair.source)


async def test_a_row_that_refers_to_a_new_one_is_noticed(pair: Pair) -> None:
    await broken_off_in_videos(pair)
    add_user(pair.source, 0)
    execute(
        pair.source,
        f"UPDATE videos SET uploaded_by = '{numbered(pair.source, 0)}' WHERE title = 'Video 104'",
    )

    with pytest.raises(RowRefusedError, match=r"of videos: .*(?i:foreign key).* The source has ch"):
        await pair.copy()

    await pair.copy(restart=True)
    assert everything(pair.target) == everything(pair.source)


async def test_what_others_write_to_the_target_is_noticed(pair: Pair) -> None:
    def write(made: CopyProgress) -> None:
        if (made.step, made.table, made.done) == (Step.COPYING, "videos", 2):
            execute(pair.target, "UPDATE users SET token_epoch = 7")

    with pytest.raises(CopyDiffersError, match="differ in users: somebody else has written"):
        await pair.copy(write)


async def test_of_two_copies_into_one_target_one_ends(pair: Pair) -> None:
    def move(made: CopyProgress) -> None:
        if (made.step, made.table, made.done) == (Step.COPYING, "videos", 2):
            execute(pair.target, "UPDATE vidcore_copy SET copied = 3 WHERE table_name = 'videos'")

    with pytest.raises(CopyRefusedError, match="Another copy into this target is under way"):
        await pair.copy(move)


async def test_a_text_that_the_target_cannot_keep_is_said(
    make_url: Callable[[str, str], str],
) -> None:
    pair = await filled("sqlite postgresql", make_url)
    execute(pair.source, "UPDATE users SET username = 'a' || char(0) WHERE username = 'member-2'")

    with pytest.raises(RowRefusedError, match=r"does not take rows of users: .*NUL") as caught:
        await pair.copy()

    assert "changed" not in str(caught.value)


async def test_many_rows_are_copied_in_batches(sqlite_pair: Pair) -> None:
    many_failures(sqlite_pair.source, 1000)
    done: list[int] = []

    await sqlite_pair.copy(
        lambda made: done.append(made.done) if made.table == "login_failures" else None, batch=400
    )

    assert done == [0, 400, 800, 1003, 400, 800, 1003, 1403, 1803, 2006]
