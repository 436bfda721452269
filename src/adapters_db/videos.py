"""The videos in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from adapters_db.cells import Shape, cells_of, parameters_of
from adapters_db.columns import ID
from adapters_db.failures import violated_constraint
from adapters_db.lines import read_line
from adapters_db.paging import (
    ESCAPE,
    Listing,
    Source,
    Wanted,
    fetch_after,
    fetch_page,
    like_pattern,
)
from adapters_db.session import Session
from adapters_db.tables import IS_UNDER_WAY, categories, users, videos
from adapters_db.video_rows import entry_from_row, video_from_row, video_to_row
from vidcore.catalogue import VideoEntry, VideoQuery, VideoSort, ordering_of
from vidcore.errors import NotFoundError, UnknownReferenceError
from vidcore.estimates import Line
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import Page, PageRequest
from vidcore.ports.store import Videos
from vidcore.text import search_key
from vidcore.videos import Video

_SORT_COLUMNS = {
    VideoSort.CREATED_AT: videos.c.created_at,
    VideoSort.VIEW_COUNT: videos.c.view_count,
}
_UNDER_WAY = (Status.PENDING.value, Status.PROCESSING.value)


@attrs.frozen
class SqlVideos(Videos):
    """The videos, in the table `videos`."""

    _session: Session

    async def add(self, video: Video) -> None:
        """Remember a new video."""
        await self._change(videos.insert().values(video_to_row(video)), video)

    async def get(self, video_id: UUID) -> Video:
        """Give a video."""
        query = self._session.held(sa.select(videos).where(videos.c.id == video_id))
        row = await self._session.first(query)
        if row is None:
            raise NotFoundError("video", video_id)
        return video_from_row(row)

    async def entry(self, video_id: UUID) -> VideoEntry:
        """Give a video as a list shows it; it is not held."""
        row = await self._session.first(_entry(), {"video_id": video_id})
        if row is None:
            raise NotFoundError("video", video_id)
        return entry_from_row(row)

    async def save(self, video: Video) -> None:
        """Remember a changed video."""
        statement = videos.update().where(videos.c.id == video.id).values(video_to_row(video))
        if not await self._change(statement, video):
            raise NotFoundError("video", video.id)

    async def remove(self, video_id: UUID) -> None:
        """Forget a video."""
        if not await self._session.change(videos.delete().where(videos.c.id == video_id)):
            raise NotFoundError("video", video_id)

    async def page(self, query: VideoQuery, request: PageRequest) -> Page[VideoEntry]:
        """Give one page of videos, by one joined query and one count."""
        cells, ordering = cells_of(query), ordering_of(query)
        if not cells:
            request.behind(ordering.sort, ordering.order)
            return ordering.page([], 0, request)
        parameters = parameters_of(cells)
        if query.q is not None:
            parameters["q"] = like_pattern(search_key(query.q))
        form = _Form(
            shape=Shape.of(cells),
            sort_by=query.sort_by,
            order=query.order,
            searched=query.q is not None,
            merges=self._session.is_sqlite,
        )
        wanted = Wanted(
            ordering=ordering,
            make=entry_from_row,
            listing=partial(_listing, form),
            parameters=parameters,
        )
        return await fetch_page(self._session, wanted, request)

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Video]:
        """Give the first videos behind `last`, held in the order of their ids."""
        rows = await fetch_after(self._session, videos, last, limit=limit)
        return [video_from_row(row) for row in rows]

    async def of_uploader(self, user_id: UUID) -> Sequence[Video]:
        """Give all videos of a member, held in the order of their ids."""
        query = sa.select(videos).where(videos.c.uploaded_by == user_id).order_by(videos.c.id)
        return [video_from_row(row) for row in await self._session.all(self._session.held(query))]

    async def next_claimable(self, now: datetime) -> Video | None:
        """Give the video whose turn it is; those that another unit of work holds are passed by."""
        # One condition: for two with OR between them, SQLite leaves the index that is in order.
        ready = sa.case(
            (videos.c.status == Status.PENDING.value, videos.c.ready_at), else_=videos.c.lease_until
        )
        query = (
            sa.select(videos)
            .where(sa.text(IS_UNDER_WAY), ready <= now)
            .order_by(videos.c.due_at, videos.c.id)
            .limit(1)
        )
        row = await self._session.first(self._session.held(query, skip_locked=True))
        return None if row is None else video_from_row(row)

    async def last_turns(self, user_id: UUID, *, limit: int) -> Sequence[Video]:
        """Give a member's videos that wait for their first attempt, or are in it, the last by due time."""
        status, attempt = videos.c.status, videos.c.attempt
        query = (
            sa.select(videos)
            .where(
                videos.c.uploaded_by == user_id,
                status.in_(_UNDER_WAY),  # SQLite finds no index by what stands within OR
                sa.or_(_waits_at_first(), (status == Status.PROCESSING.value) & (attempt == 1)),
            )
            .order_by(videos.c.due_at.desc(), videos.c.id.desc())
            .limit(limit)
        )
        rows = await self._session.all(query)
        return [video_from_row(row) for row in reversed(rows)]

    async def first_due(self) -> datetime | None:
        """Give the earliest due time of all that are pending, from the index that is in order."""
        query = (
            sa.select(videos.c.due_at)
            .where(sa.text(IS_UNDER_WAY), videos.c.status == Status.PENDING.value)
            .order_by(videos.c.due_at)
            .limit(1)
        )
        row = await self._session.first(query)
        return None if row is None else row["due_at"]

    async def postpone(self, dues: Mapping[UUID, datetime]) -> None:
        """Give videos that wait for their first attempt these due times; not what others have in hand."""
        if not dues:
            return
        query = sa.select(videos.c.id).where(videos.c.id.in_(dues), _waits_at_first())
        held = await self._session.all(self._session.held(query, skip_locked=True))
        statement = videos.update().where(videos.c.id == sa.bindparam("video_id", type_=ID))
        rows = [{"video_id": row["id"], "new": dues[row["id"]]} for row in held]
        await self._session.change_each(
            statement.values(due_at=sa.bindparam("new", type_=videos.c.due_at.type)), rows
        )

    async def line(self, video_ids: Collection[UUID], now: datetime) -> Line:
        """Give the turns of those videos that wait, and all that are being processed."""
        return await read_line(self._session, video_ids, now)

    async def abandoned(self, now: datetime) -> Sequence[Video]:
        """Give what lost workers held, held in the order of their ids; not what others have in hand."""
        query = (
            sa.select(videos)
            .where(videos.c.status == Status.PROCESSING.value, videos.c.lease_until <= now)
            .order_by(videos.c.id)
        )
        rows = await self._session.all(self._session.held(query, skip_locked=True))
        return [video_from_row(row) for row in rows]

    async def held_by(self, holder: str) -> Sequence[Video]:
        """Give what `holder` is processing, held in the order of their ids."""
        query = (
            sa.select(videos)
            .where(videos.c.status == Status.PROCESSING.value, videos.c.holder == holder)
            .order_by(videos.c.id)
        )
        return [video_from_row(row) for row in await self._session.all(self._session.held(query))]

    async def _change(self, statement: sa.Insert | sa.Update, video: Video) -> int:
        """Change the video's row. Raises UnknownReferenceError if its category is not there.

        That is looked at before, since SQLite does not say which foreign key a row breaks, and not
        held: PostgreSQL holds it when it matters, which is when the row's category changes.
        """
        unknown = UnknownReferenceError(
            "category_id", f"must be the id of a category, unlike {video.category_id}"
        )
        if video.category_id is not None:
            query = sa.select(categories.c.id).where(categories.c.id == video.category_id)
            if await self._session.first(query) is None:
                raise unknown
        try:
            return await self._session.change(statement)
        except IntegrityError as error:
            if violated_constraint(error) == "fk_videos_category_id_categories":
                raise unknown from error
            raise


def _waits_at_first() -> sa.ColumnElement[bool]:
    return (videos.c.status == Status.PENDING.value) & (videos.c.attempt == 0)


@cache
def _entry() -> sa.Select[Any]:
    """Make the statement of one video: to make it anew was a seventh of what showing one took."""
    joined = videos.join(users, videos.c.uploaded_by == users.c.id).outerjoin(
        categories, videos.c.category_id == categories.c.id
    )
    wanted = sa.bindparam("video_id", type_=videos.c.id.type)
    found = sa.select(videos, users.c.username, categories).select_from(joined)
    return found.where(videos.c.id == wanted)


def _entries_of(wanted: sa.Subquery) -> sa.Select[Any]:
    joined = (
        wanted.join(videos, wanted.c.id == videos.c.id)
        .join(users, videos.c.uploaded_by == users.c.id)
        .outerjoin(categories, videos.c.category_id == categories.c.id)
    )
    return sa.select(videos, users.c.username, categories).select_from(joined)


@attrs.frozen(kw_only=True)
class _Form:
    """All that the statements of two lists can differ in."""

    shape: Shape
    sort_by: VideoSort
    order: Order
    searched: bool
    merges: bool


@cache
def _listing(form: _Form, behind: bool) -> Listing:  # noqa: FBT001 - as `fetch_page` tells it
    """Make the statements of a list; there are a few hundred forms, and they are kept."""
    parts = form.shape.conditions()
    if form.searched:
        part = sa.bindparam("q", type_=sa.Text)
        texts = (videos.c.title_key, videos.c.description_key)
        found = sa.or_(*(text.like(part, escape=ESCAPE) for text in texts))
        parts = [[*conditions, found] for conditions in parts]
    source = Source(
        entries=_entries_of,
        key=_SORT_COLUMNS[form.sort_by],
        parts=parts,
        merges=form.merges,
        counted=None if form.searched else form.shape.count(),
    )
    return source.listing(form.order, behind=behind)
