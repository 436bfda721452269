"""A table's rows in the order of its key, a batch at a time; both databases give the same order."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.sides import Line

BATCH: Final = 500  # rows: a video has up to 30 kB, and most have 3

Key = tuple[Any, ...]


async def batches(
    line: Line, table: sa.Table, after: Key | None = None, *, size: int = BATCH
) -> AsyncIterator[Sequence[RowMapping]]:
    """Give the rows whose keys come after `after`, all with None, at most `size` at a time."""
    columns = tuple(table.primary_key)
    order = [_ordered(column, line) for column in columns]
    while True:
        query = sa.select(table).order_by(*order).limit(size)
        if after is not None:
            known = [
                sa.literal(part, column.type) for part, column in zip(after, columns, strict=True)
            ]
            query = query.where(sa.tuple_(*order) > sa.tuple_(*known))
        rows = await line.rows(query)
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = key_of(table, rows[-1])


def _ordered(column: sa.Column[Any], line: Line) -> sa.ColumnElement[Any]:
    """Have texts be in the order of their bytes, as SQLite has them, whatever the locale."""
    if line.is_sqlite or not isinstance(column.type, sa.Text):
        return column
    return sa.collate(column, "C")


def key_of(table: sa.Table, row: RowMapping) -> Key:
    """Give the key of a row."""
    return tuple(row[column.name] for column in table.primary_key)


def key_to_text(key: Key | None) -> str | None:
    """Write a key down, so that `key_from_text` reads it."""
    return None if key is None else json.dumps([str(part) for part in key])


def key_from_text(table: sa.Table, text: str | None) -> Key | None:
    """Read a key that was written down."""
    if text is None:
        return None
    parts = zip(table.primary_key, json.loads(text), strict=True)
    return tuple(column.type.python_type(part) for column, part in parts)


@attrs.frozen(kw_only=True)
class Digest:
    """What a table's rows come to: their number, and a SHA-256 over all their values, in hex."""

    rows: int
    sha256: str


async def digest(
    line: Line, table: sa.Table, watch: Callable[[int], object], *, size: int = BATCH
) -> Digest:
    """Read a table through and give what it comes to; `watch` is told how many rows were read.

    Each row counts as the JSON of its values, in the order of the schema's columns: moments as ISO 8601
    in UTC, ids as their text, numbers as the shortest text that reads as the same. So two databases of
    different kinds have the same digest if, and only if, one reads from them the same.
    """
    hashed, count = hashlib.sha256(), 0
    names = [column.name for column in table.columns]
    async for rows in batches(line, table, size=size):
        for row in rows:
            values = [row[name] for name in names]
            hashed.update(json.dumps(values, default=_canonical).encode())
            hashed.update(b"\n")
        count += len(rows)
        watch(count)
    return Digest(rows=count, sha256=hashed.hexdigest())


def _canonical(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no text of its own yet")
