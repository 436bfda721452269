"""Pages of rows: what is wanted, cut out by offset and limit, and the number of all."""

from collections.abc import Callable
from typing import Any, TypeVar

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
