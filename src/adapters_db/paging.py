"""Pages of rows: what is wanted, cut out by offset and limit, and the number of all.

Or all rows of a table in batches, each behind the last row of the one before: rows that come and go
meanwhile move no other.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from vidcore.pages import Page, PageRequest

T = TypeVar("T")


async def fetch_page(
    session: Session,
    wanted: sa.Select[Any],
    request: PageRequest,
    make: Callable[[RowMapping], T],
    *,
    counted: sa.Select[int] | None = None,
) -> Page[T]:
    """Give one page of `wanted`, which has its order, each row made into an item.

    `counted` counts all items, where that needs less than `wanted` does (a join, say).
    """
    if counted is None:
        counted = wanted.with_only_columns(sa.func.count(), maintain_column_froms=True).order_by(
            None
        )
    total = await session.number(counted)
    rows = await session.all(wanted.offset(request.offset).limit(request.page_size))
    return Page(
        items=tuple(make(row) for row in rows),
        total=total,
        page=request.page,
        page_size=request.page_size,
    )


async def fetch_after(
    session: Session, table: sa.Table, last: UUID | None, *, limit: int
) -> Sequence[RowMapping]:
    """Give the first rows of `table`, at most `limit`, whose ids come after `last`, held in their order."""
    query = sa.select(table).order_by(table.c.id).limit(limit)
    if last is not None:
        query = query.where(table.c.id > last)
    return await session.all(session.held(query))
