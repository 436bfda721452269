"""What a copy under way writes into its target: whence, and how far each table has come.

It goes with the last step. While it is there, nobody else uses the database: `migrate` refuses it, and
every command that would use one migrates it first.
"""

from collections.abc import Sequence
from typing import Final

import attrs
import sqlalchemy as sa

from adapters_db.batches import Key, key_from_text, key_to_text
from adapters_db.copy_failures import CopyRefusedError
from adapters_db.migrate import COPY_MARKS
from adapters_db.sides import Line

MARKS: Final = sa.Table(
    COPY_MARKS,
    sa.MetaData(),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("last_key", sa.Text),
    sa.Column("copied", sa.BigInteger, nullable=False),
)


@attrs.frozen(kw_only=True)
class Mark:
    """How far one table has come: the key of the last of its `copied` rows."""

    table: sa.Table
    source: str
    last_key: Key | None = None
    copied: int = 0


async def find_marks(line: Line, tables: Sequence[sa.Table]) -> tuple[Mark, ...] | None:
    """Give the marks of a copy under way, or None if there is none."""
    if not await line.look(lambda connection: sa.inspect(connection).has_table(MARKS.name)):
        return None
    found = {row["table_name"]: row for row in await line.rows(sa.select(MARKS))}
    return tuple(
        Mark(
            table=table,
            source=found[table.name]["source"],
            last_key=key_from_text(table, found[table.name]["last_key"]),
            copied=found[table.name]["copied"],
        )
        for table in tables
    )


async def make_marks(line: Line, marks: Sequence[Mark]) -> None:
    """Mark the target, before the first row comes."""
    await line.look(MARKS.create)
    rows = [
        {"table_name": each.table.name, "source": each.source, "last_key": None, "copied": 0}
        for each in marks
    ]
    await line.change(sa.insert(MARKS), rows)


async def move_mark(line: Line, mark: Mark, moved: Mark) -> None:
    """Move a mark, in the transaction of its rows. Raises CopyRefusedError if another has moved it."""
    changed = await line.change(
        sa.update(MARKS)
        .where(MARKS.c.table_name == mark.table.name, MARKS.c.copied == mark.copied)
        .values(last_key=key_to_text(moved.last_key), copied=moved.copied)
    )
    if changed.rowcount != 1:
        raise CopyRefusedError("Another copy into this target is under way.")


async def remove_marks(line: Line) -> None:
    """Let the target be used."""
    await line.look(MARKS.drop)
