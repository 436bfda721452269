"""Who is being processed, and what waits before whom: one statement, whatever is asked for."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from adapters_db.tables import IS_UNDER_WAY, videos
from adapters_db.tallies import UNPLANNED, mode_from_text
from adapters_db.video_rows import video_from_row
from vidcore.estimates import Line, Load, Turn
from vidcore.lifecycle import Status
from vidcore.media import Mode

MODES: Final = (*(mode.value for mode in Mode), UNPLANNED)
# Less the row itself. A bound would be a parameter, and with one in each, SQLite makes a window of each:
# 5,000 that wait took 180 ms instead of 40.
_UP_TO_HERE: Final = (None, 0)


def waits_at(now: datetime) -> sa.ColumnElement[bool]:
    """Say that a video waits: it is pending, or its lease is over."""
    return sa.or_(
        videos.c.status == Status.PENDING.value,
        (videos.c.status == Status.PROCESSING.value) & (videos.c.lease_until <= now),
    )


async def read_line(session: Session, video_ids: Collection[UUID], now: datetime) -> Line:
    """Give the line. Sums over all that waits are made in the database, which answers with few rows."""
    rows = await session.all(_query(video_ids, now))
    return Line(
        running=tuple(video_from_row(row) for row in rows if not row["waits"]),
        turns=tuple(_turn(row) for row in rows if row["waits"]),
    )


def _query(video_ids: Collection[UUID], now: datetime) -> sa.Select[Any]:
    waits = sa.case((waits_at(now), 1), else_=0)
    numbers: dict[str, sa.ColumnElement[Any]] = {"ahead": waits}
    for mode in MODES:
        of_mode = sa.and_(waits == 1, videos.c.plan_mode == mode)
        numbers[f"videos_{mode}"] = sa.case((of_mode, 1), else_=0)
        numbers[f"work_{mode}"] = sa.case((of_mode, videos.c.work_seconds), else_=0.0)
    order = (videos.c.due_at, videos.c.id)
    line = (
        sa.select(
            videos.c.id,
            waits.label("waits"),
            *(
                (sa.func.sum(number).over(order_by=order, rows=_UP_TO_HERE) - number).label(name)
                for name, number in numbers.items()
            ),
        )
        .where(sa.text(IS_UNDER_WAY))
        .subquery()
    )
    columns = [column for column in line.c if column.name != "id"]
    return (
        sa.select(videos, *columns)
        .join_from(line, videos, line.c.id == videos.c.id)
        .where(sa.or_(line.c.waits == 0, line.c.id.in_(video_ids)))
        .order_by(*order)
    )


def _turn(row: RowMapping) -> Turn:
    return Turn(
        video=video_from_row(row),
        position=int(row["ahead"]) + 1,
        ahead=tuple(
            Load(
                mode=mode_from_text(mode),
                videos=int(row[f"videos_{mode}"]),
                work=timedelta(seconds=row[f"work_{mode}"]),
            )
            for mode in MODES
            if row[f"videos_{mode}"]
        ),
    )
