"""Whether a database can be copied into: an empty one, or one that the same copy has begun to fill."""

from collections.abc import Sequence

import attrs
import sqlalchemy as sa

from adapters_db.copy_failures import CopyRefusedError
from adapters_db.copy_marks import Mark, find_marks, make_marks, remove_marks
from adapters_db.migrate import upgrade
from adapters_db.revisions import NEWEST, current_revision
from adapters_db.sides import Line, Side


@attrs.frozen(kw_only=True)
class Begun:
    """How far each table has come; `resumed` says whether a copy was broken off here before."""

    marks: Sequence[Mark]
    resumed: bool


async def begin(target: Side, source: str, tables: Sequence[sa.Table], *, restart: bool) -> Begun:
    """Mark an empty target as that of a copy from `source`, or find the marks that are there.

    One without a schema gets it. With `restart`, what any copy that was broken off has left is
    removed. Raises CopyRefusedError for any other target.
    """
    await _make_schema(target, tables)
    async with target.transaction() as line:
        if not line.is_sqlite:
            await line.say("LOCK TABLE alembic_version IN EXCLUSIVE MODE")  # one at a time begins
        if await line.look(current_revision) != NEWEST:
            raise CopyRefusedError(
                "The target does not have the newest schema: run `vidcore migrate` on it first, "
                "or begin with a new database."
            )
        marks = await find_marks(line, tables)
        if marks is not None and restart:
            await _clear(line, tables)
            marks = None
        if marks is None:
            await _check_empty(line, tables)
            marks = tuple(Mark(table=table, source=source) for table in tables)
            await make_marks(line, marks)
            return Begun(marks=marks, resumed=False)
        if any(mark.source != source for mark in marks):
            raise CopyRefusedError(
                f"The target has an unfinished copy of {marks[0].source}, not of {source}; "
                "--restart would throw it away."
            )
    return Begun(marks=marks, resumed=True)


async def _make_schema(target: Side, tables: Sequence[sa.Table]) -> None:
    if target.file is not None and not target.file.parent.is_dir():
        raise CopyRefusedError(f"There is no folder {target.file.parent}.")
    if target.is_there:
        async with target.snapshot() as line:
            if await line.look(current_revision) is not None:
                return
            present = await line.look(lambda connection: sa.inspect(connection).get_table_names())
        if not {table.name for table in tables}.isdisjoint(present):
            raise CopyRefusedError("The target has tables that vidcore has not made.")
    with target.reached():
        await upgrade(target.url)


async def _check_empty(line: Line, tables: Sequence[sa.Table]) -> None:
    for table in tables:
        if await line.rows(sa.select(table).limit(1)):
            raise CopyRefusedError(
                f"The target is not empty, and no copy was begun there: {table.name} has rows."
            )


async def _clear(line: Line, tables: Sequence[sa.Table]) -> None:
    for table in reversed(tables):
        await line.change(sa.delete(table))
    await remove_marks(line)
