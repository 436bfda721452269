"""What a list of videos is made of: cells, each of one status, of one member or all, in one category or all.

A cell is the front of an index, whose order then is the list's, and the key of a count. So a list is
merged of a few cells and nothing is sorted or counted, and who may see what narrows cells instead of
passing by what stands in between.
"""

from typing import TypeVar
from uuid import UUID

import attrs
import sqlalchemy as sa

from adapters_db.tables import EVERY, video_counts, videos
from vidcore.catalogue import VideoQuery
from vidcore.lifecycle import Status

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Cell:
    """Videos in one status; None does not narrow."""

    status: Status
    uploaded_by: UUID | None = None
    category_id: UUID | None = None


def cells_of(query: VideoQuery) -> tuple[Cell, ...]:
    """Give the cells in which all videos are that the query wants, but for its `q`; no two overlap."""
    statuses = tuple(Status) if query.status is None else (query.status,)
    return tuple(
        Cell(
            status=status,
            uploaded_by=query.uploaded_by if _is_open(status, query) else query.seen_by,
            category_id=query.category_id,
        )
        for status in statuses
        if _is_open(status, query) or query.uploaded_by in (None, query.seen_by)
    )


def _is_open(status: Status, query: VideoQuery) -> bool:
    """Say whether who looks sees videos in this status of whoever uploaded them."""
    return query.seen_by is None or status is Status.COMPLETED


@attrs.frozen
class Shape:
    """What statements over cells differ in; the rest are parameters, named by the cell's number."""

    narrowed: tuple[tuple[bool, bool], ...]

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> "Shape":
        """Give the shape of cells: which of them are narrowed to a member, and to a category."""
        return cls(
            tuple((cell.uploaded_by is not None, cell.category_id is not None) for cell in cells)
        )

    def conditions(self) -> list[list[sa.ColumnElement[bool]]]:
        """Give for each cell what holds for its videos."""
        return [
            [videos.c.status == _bound(videos.c.status, number)]
            + [videos.c.uploaded_by == _bound(videos.c.uploaded_by, number)] * by_uploader
            + [videos.c.category_id == _bound(videos.c.category_id, number)] * by_category
            for number, (by_uploader, by_category) in enumerate(self.narrowed)
        ]

    def count(self) -> sa.Select[int]:
        """Give how many videos there are in the cells."""
        c = video_counts.c
        return sa.select(sa.func.sum(c.videos)).where(
            sa.or_(
                *(
                    sa.and_(
                        c.uploaded_by == (_bound(c.uploaded_by, number) if by_uploader else EVERY),
                        c.category_id == (_bound(c.category_id, number) if by_category else EVERY),
                        c.status == _bound(c.status, number),
                    )
                    for number, (by_uploader, by_category) in enumerate(self.narrowed)
                )
            )
        )


def parameters_of(cells: tuple[Cell, ...]) -> dict[str, object]:
    """Give the parameters of statements over cells."""
    return {
        f"{name}_of_{number}": value
        for number, cell in enumerate(cells)
        for name, value in (
            ("status", cell.status.value),
            ("uploaded_by", cell.uploaded_by),
            ("category_id", cell.category_id),
        )
        if value is not None
    }


def _bound(column: sa.Column[T], number: int) -> sa.BindParameter[T]:
    return sa.bindparam(f"{column.name}_of_{number}", type_=column.type)
