"""Copies all tables from one database into another, of the same kind or not, and proves it.

The source is read in one transaction, as it was at one moment. Batches are committed together with a
mark of how far they go, so a copy that was broken off goes on. Memory does not grow with the tables.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import DataError, IntegrityError

from adapters_db.batches import BATCH, Digest, batches, digest, key_of
from adapters_db.copy_failures import CopyDiffersError, CopyRefusedError, RowRefusedError
from adapters_db.copy_marks import Mark, move_mark, remove_marks
from adapters_db.copy_targets import begin
from adapters_db.revisions import NEWEST, current_revision
from adapters_db.sides import Line, Side, open_side
from adapters_db.tables import metadata

# Those last that refer to others, and none that the database makes of the others by itself.
TABLES: Final = tuple(it for it in metadata.sorted_tables if not it.info.get("derived"))


class Step(StrEnum):
    """What is being done with a table."""

    COPYING = "copying"
    CHECKING = "checking"


@attrs.frozen(kw_only=True)
class CopyProgress:
    """How far a step is with one table, in rows; checking reads both sides."""

    step: Step
    table: str
    done: int
    total: int


Watch = Callable[[CopyProgress], object]


@attrs.frozen(kw_only=True)
class CopyReport:
    """What was copied, and has the same digest on both sides; `resumed` if it went on where one was."""

    source: str
    target: str
    resumed: bool
    tables: dict[str, Digest]


@attrs.frozen(kw_only=True)
class DatabaseCopy:
    """Copies the database at `source` into the one at `target`, both addresses as `parse_url` takes."""

    source: str
    target: str
    batch: int = BATCH

    async def __call__(self, watch: Watch, *, restart: bool = False) -> CopyReport:
        """Copy, compare, and give what was copied; with `restart`, forget what was copied before.

        Raises CopyRefusedError if the two are not such that one is copied into the other;
        RowRefusedError, CopyDiffersError, ServiceUnavailableError, after which the same call goes on;
        InvalidValueError for a wrong address.
        """
        async with (
            open_side("source", self.source) as source,
            open_side("target", self.target) as to,
        ):
            if source.name == to.name:
                raise CopyRefusedError("Source and target are the same database.")
            if not source.is_there:
                raise CopyRefusedError(f"There is no database at {source.name}.")
            async with source.snapshot() as line:
                await _check_revision(line)
                begun = await begin(to, source.name, TABLES, restart=restart)
                run = _Run(
                    source=line,
                    target=to,
                    resumed=begun.resumed,
                    watch=watch,
                    batch=self.batch,
                )
                for mark in begun.marks:
                    await run.copy(mark)
                tables = await run.compare()
                await run.finish()
        return CopyReport(source=source.name, target=to.name, resumed=run.resumed, tables=tables)


async def _check_revision(line: Line) -> None:
    if await line.look(current_revision) != NEWEST:
        raise CopyRefusedError(
            "The source does not have the newest schema: run `vidcore migrate` on it first."
        )


@attrs.frozen(kw_only=True)
class _Run:
    """One copy, from a snapshot of its source."""

    source: Line
    target: Side
    resumed: bool
    watch: Watch
    batch: int

    async def copy(self, mark: Mark) -> None:
        table = mark.table
        total = await self.source.number(sa.select(sa.func.count()).select_from(table))
        self._show(Step.COPYING, table, mark.copied, total)
        async for rows in batches(self.source, table, mark.last_key, size=self.batch):
            moved = attrs.evolve(
                mark, last_key=key_of(table, rows[-1]), copied=mark.copied + len(rows)
            )
            await self._write(mark, moved, rows)
            mark = moved
            self._show(Step.COPYING, table, mark.copied, total)

    async def _write(self, mark: Mark, moved: Mark, rows: Sequence[RowMapping]) -> None:
        try:
            async with self.target.transaction() as line:
                await move_mark(line, mark, moved)
                await line.change(sa.insert(mark.table), [dict(row) for row in rows])
        except (DataError, IntegrityError) as error:
            # Only the first line: what follows may repeat the row.
            reason = str(error.orig).partition("\n")[0].rstrip(".")
            raise RowRefusedError(mark.table.name, reason, resumed=self.resumed) from error

    async def compare(self) -> dict[str, Digest]:
        ours: dict[str, Digest] = {}
        differing: list[str] = []
        async with self.target.snapshot() as target:
            for table in TABLES:
                ours[table.name], theirs = await self._digests(target, table)
                if ours[table.name] != theirs:
                    differing.append(table.name)
        if differing:
            raise CopyDiffersError(tuple(differing), resumed=self.resumed)
        return ours

    async def _digests(self, target: Line, table: sa.Table) -> tuple[Digest, Digest]:
        total = 2 * await self.source.number(sa.select(sa.func.count()).select_from(table))

        def show(done: int) -> None:
            self._show(Step.CHECKING, table, done, total)

        ours = await digest(self.source, table, show, size=self.batch)
        theirs = await digest(target, table, lambda read: show(ours.rows + read), size=self.batch)
        return ours, theirs

    async def finish(self) -> None:
        async with self.target.transaction() as line:
            for table in TABLES:
                await _go_on_counting(line, table)
            await remove_marks(line)

    def _show(self, step: Step, table: sa.Table, done: int, total: int) -> None:
        self.watch(CopyProgress(step=step, table=table.name, done=done, total=total))


async def _go_on_counting(line: Line, table: sa.Table) -> None:
    """Have PostgreSQL number new rows behind those that came with their numbers; SQLite does anyway."""
    numbered = table.autoincrement_column
    if line.is_sqlite or numbered is None:
        return
    last = sa.select(sa.func.max(numbered)).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table.name, numbered.name)
    await line.change(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None)))
