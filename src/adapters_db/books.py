"""What is counted over the whole database, and done once for all."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.lines import waits_at
from adapters_db.session import Session
from adapters_db.tables import EVERY, IS_UNDER_WAY, cron_runs, uploads, users, video_counts, videos
from adapters_db.upserts import insert_tolerant
from vidcore.lifecycle import Status
from vidcore.ports.store import Backlog, Books, Statistics


@attrs.frozen
class SqlBooks(Books):
    """Counts over `users`, `uploads` and `video_counts`, and the table `cron_runs`."""

    _session: Session

    async def statistics(self) -> Statistics:
        """Count accounts and videos; a status without videos counts 0."""
        everyone = sa.select(sa.func.count()).select_from(users)
        rows = await self._counts()
        return Statistics(
            total_users=await self._session.number(everyone),
            active_users=await self._session.number(everyone.where(users.c.is_active)),
            videos_by_status={status: _videos(rows, status) for status in Status},
            storage_used_bytes=sum(int(row["size"]) for row in rows.values()),
        )

    async def backlog(self, now: datetime) -> Backlog:
        """Count of videos those under way, and of uploads those that are live; what is done is counted."""
        status, waits = videos.c.status, waits_at(now)
        ready = sa.case(
            (status == Status.PROCESSING.value, videos.c.lease_until), else_=videos.c.ready_at
        )
        under_way = sa.select(
            sa.func.sum(sa.case((waits, 1), else_=0)).label("waiting"),
            sa.func.sum(sa.case((waits, 0), else_=1)).label("processing"),
            sa.func.min(sa.case((waits, ready))).label("ready_since"),
        ).where(sa.text(IS_UNDER_WAY))
        live = sa.select(
            sa.func.count().label("uploads"),
            sa.func.sum(uploads.c.reserved_bytes).label("reserved"),
        ).where(uploads.c.expires_at > now, uploads.c.video_id.is_(None))
        done = await self._counts()
        (videos_row,) = await self._session.all(under_way)
        (uploads_row,) = await self._session.all(live)
        return Backlog(
            waiting=int(videos_row["waiting"] or 0),
            ready_since=videos_row["ready_since"],
            processing=int(videos_row["processing"] or 0),
            completed=_videos(done, Status.COMPLETED),
            failed=_videos(done, Status.FAILED),
            uploads=uploads_row["uploads"],
            reserved_bytes=int(uploads_row["reserved"] or 0),
        )

    async def completed_counts(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Give the number of completed videos of each of these members, 0 included."""
        counts = video_counts.c
        query = (
            sa.select(counts.uploaded_by, sa.func.sum(counts.videos).label("videos"))
            .where(
                counts.uploaded_by.in_(user_ids),
                counts.category_id == EVERY,
                counts.status == Status.COMPLETED.value,
            )
            .group_by(counts.uploaded_by)
        )
        rows = await self._session.all(query)
        return dict.fromkeys(user_ids, 0) | {row["uploaded_by"]: int(row["videos"]) for row in rows}

    async def source_ids(self) -> frozenset[str]:
        """Give the names of uploads that have not become videos, and the sources of videos."""
        under_way = sa.select(uploads.c.id).where(uploads.c.video_id.is_(None))
        sources = sa.select(videos.c.source).where(videos.c.source.is_not(None))
        return frozenset(str(row["id"]) for row in await self._session.all(under_way)) | frozenset(
            row["source"] for row in await self._session.all(sources)
        )

    async def reset_quotas(self, week: datetime) -> int:
        """Begin the week that starts at `week` for all that still count an earlier."""
        return await self._session.change(
            users.update()
            .where(users.c.last_upload_reset < week)
            .values(weekly_upload_bytes=0, last_upload_reset=week)
        )

    async def claim_run(self, name: str, window: str) -> bool:
        """Say whether this is the first call for `name` in `window`, or a later one than any yet.

        A second caller waits until the first has committed, or takes its place if it has not. Earlier
        windows are forgotten.
        """
        runs = cron_runs.c
        over = sa.exists().where(runs.name == name, runs.window >= window)
        new = sa.select(sa.literal(name), sa.literal(window)).where(~over)
        statement = insert_tolerant(self._session, cron_runs).from_select(["name", "window"], new)
        inserted = statement.on_conflict_do_nothing().returning(runs.name)
        if await self._session.first(inserted) is None:
            return False
        await self._session.change(
            cron_runs.delete().where(runs.name == name, runs.window < window)
        )
        return True

    async def _counts(self) -> dict[Status, RowMapping]:
        """Give, for each status that has any, how many videos there are and their size in bytes."""
        counts = video_counts.c
        query = (
            sa.select(
                counts.status,
                sa.func.sum(counts.videos).label("videos"),
                sa.func.sum(counts.bytes).label("size"),
            )
            .where(counts.uploaded_by == EVERY, counts.category_id == EVERY)
            .group_by(counts.status)
        )
        return {Status(row["status"]): row for row in await self._session.all(query)}


def _videos(counts: dict[Status, RowMapping], status: Status) -> int:
    return int(counts[status]["videos"]) if status in counts else 0
