"""Categories, videos and uploads in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry, VideoQuery, ordering_of
from vidcore.categories import Category, category_key
from vidcore.errors import CategoryExistsError, NotFoundError, UnknownReferenceError
from vidcore.estimates import Line, Load, Turn
from vidcore.lifecycle import Status
from vidcore.media import Mode
from vidcore.pages import Page, PageRequest
from vidcore.ports.store import Categories, CategoryEntry, Uploads, Videos
from vidcore.testing.memory_paging import contains, cut
from vidcore.testing.memory_tables import Session, Tables, check_known, check_new, walk
from vidcore.turns import planned_work
from vidcore.uploads import Upload
from vidcore.videos import Video


def _check_category(tables: Tables, category: Category) -> None:
    check_known(tables, category.created_by)
    key = category_key(category.name)
    for other in tables.categories.values():
        if other.id != category.id and (
            category_key(other.name) == key or other.slug == category.slug
        ):
            raise CategoryExistsError(category.name)


class InMemoryCategories(Categories):
    """The categories of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, category: Category) -> None:
        """Remember a new category. Raises CategoryExistsError."""
        tables = self._session.changing
        check_new(tables.categories, category.id)
        _check_category(tables, category)
        tables.categories[category.id] = category

    async def get(self, category_id: UUID) -> Category:
        """Give a category. Raises NotFoundError."""
        try:
            return self._session.tables.categories[category_id]
        except KeyError:
            raise NotFoundError("category", category_id) from None

    async def save(self, category: Category) -> None:
        """Remember a renamed category. Raises CategoryExistsError, NotFoundError."""
        tables = self._session.changing
        await self.get(category.id)
        _check_category(tables, category)
        tables.categories[category.id] = category

    async def remove(self, category_id: UUID) -> None:
        """Forget a category; its videos stay, without one. Raises NotFoundError."""
        tables = self._session.changing
        await self.get(category_id)
        del tables.categories[category_id]
        for video in tables.videos.values():
            if video.category_id == category_id:
                tables.videos[video.id] = attrs.evolve(video, category_id=None)

    async def listing(self) -> Sequence[CategoryEntry]:
        """Give all categories, in the order of their `category_key`."""
        tables = self._session.tables
        counts = Counter(
            video.category_id
            for video in tables.videos.values()
            if video.status is Status.COMPLETED
        )
        ordered = sorted(tables.categories.values(), key=lambda c: (category_key(c.name), c.id))
        return [
            CategoryEntry(category=category, video_count=counts[category.id])
            for category in ordered
        ]


def _check_references(tables: Tables, video: Video) -> None:
    check_known(tables, video.uploaded_by)
    if video.category_id is not None and video.category_id not in tables.categories:
        raise UnknownReferenceError(
            "category_id", f"must be the id of a category, unlike {video.category_id}"
        )


def _is_wanted(video: Video, query: VideoQuery) -> bool:
    return (
        query.category_id in (None, video.category_id)
        and query.uploaded_by in (None, video.uploaded_by)
        and query.status in (None, video.status)
        and contains(query.q, video.title, video.description)
        and (video.status is Status.COMPLETED or query.seen_by in (None, video.uploaded_by))
    )


def _loads(ahead: Sequence[Video]) -> tuple[Load, ...]:
    modes = [None if video.plan is None else video.plan.mode for video in ahead]
    works = [planned_work(video.plan) for video in ahead]
    return tuple(
        Load(
            mode=mode,
            videos=modes.count(mode),
            work=sum((w for m, w in zip(modes, works, strict=True) if m is mode), timedelta()),
        )
        for mode in (*Mode, None)
        if mode in modes
    )


class InMemoryVideos(Videos):
    """The videos of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, video: Video) -> None:
        """Remember a new video. Raises UnknownReferenceError for a category that is not there."""
        tables = self._session.changing
        check_new(tables.videos, video.id)
        _check_references(tables, video)
        tables.videos[video.id] = video

    async def get(self, video_id: UUID) -> Video:
        """Give a video. Raises NotFoundError."""
        try:
            return self._session.tables.videos[video_id]
        except KeyError:
            raise NotFoundError("video", video_id) from None

    async def entry(self, video_id: UUID) -> VideoEntry:
        """Give a video as a list shows it. Raises NotFoundError."""
        return self._entry(await self.get(video_id))

    async def save(self, video: Video) -> None:
        """Remember a changed video. Raises NotFoundError, UnknownReferenceError."""
        tables = self._session.changing
        await self.get(video.id)
        _check_references(tables, video)
        tables.videos[video.id] = video

    async def remove(self, video_id: UUID) -> None:
        """Forget a video. Raises NotFoundError."""
        tables = self._session.changing
        await self.get(video_id)
        del tables.videos[video_id]

    async def page(self, query: VideoQuery, request: PageRequest) -> Page[VideoEntry]:
        """Give one page of videos; equal keys are in the order of their ids, in the same direction."""
        videos = self._session.tables.videos.values()
        wanted = (self._entry(video) for video in videos if _is_wanted(video, query))
        return cut(wanted, ordering_of(query), request)

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Video]:
        """Give the first videos, at most `limit`, whose ids come after `last`."""
        return walk(self._session.tables.videos, last, limit)

    async def of_uploader(self, user_id: UUID) -> Sequence[Video]:
        """Give all videos of a member, in any status, by id."""
        videos = self._session.tables.videos.values()
        return sorted((v for v in videos if v.uploaded_by == user_id), key=lambda v: v.id)

    async def next_claimable(self, now: datetime) -> Video | None:
        """Give the earliest due of those that `Video.is_claimable`."""
        videos = self._session.tables.videos.values()
        waiting = (video for video in videos if video.is_claimable(now))
        return min(waiting, key=lambda video: (video.due_at, video.id), default=None)

    async def abandoned(self, now: datetime) -> Sequence[Video]:
        """Give the videos whose worker was lost, by id."""
        videos = self._session.tables.videos.values()
        return sorted((v for v in videos if v.is_abandoned(now)), key=lambda v: v.id)

    async def last_turns(self, user_id: UUID, *, limit: int) -> Sequence[Video]:
        """Give a member's videos in their first turn, the last `limit` by due time and id."""
        videos = self._session.tables.videos.values()
        own = (video for video in videos if video.uploaded_by == user_id and video.is_first_turn)
        return sorted(own, key=lambda video: (video.due_at, video.id))[-limit:]

    async def first_due(self) -> datetime | None:
        """Give the earliest due time of all that are pending."""
        videos = self._session.tables.videos.values()
        return min((v.due_at for v in videos if v.status is Status.PENDING), default=None)

    async def postpone(self, dues: Mapping[UUID, datetime]) -> None:
        """Give videos that wait for their first attempt these due times, by id."""
        videos = self._session.changing.videos
        for video_id, due_at in dues.items():
            video = videos.get(video_id)
            if video is not None and (video.status, video.attempt) == (Status.PENDING, 0):
                videos[video_id] = attrs.evolve(video, due_at=due_at)

    async def line(self, video_ids: Collection[UUID], now: datetime) -> Line:
        """Give the turns of those videos that wait, and all that are being processed."""
        videos = sorted(self._session.tables.videos.values(), key=lambda v: (v.due_at, v.id))
        waiting = [video for video in videos if video.is_waiting(now)]
        held = (v for v in videos if v.status is Status.PROCESSING and v not in waiting)
        turns = (
            Turn(video=video, position=number + 1, ahead=_loads(waiting[:number]))
            for number, video in enumerate(waiting)
            if video.id in video_ids
        )
        return Line(running=tuple(held), turns=tuple(turns))

    async def held_by(self, holder: str) -> Sequence[Video]:
        """Give the videos that `holder` is processing, by id."""
        videos = self._session.tables.videos.values()
        held = (v for v in videos if v.status is Status.PROCESSING and v.holder == holder)
        return sorted(held, key=lambda v: v.id)

    def _entry(self, video: Video) -> VideoEntry:
        tables = self._session.tables
        category = None if video.category_id is None else tables.categories[video.category_id]
        uploader = tables.users[video.uploaded_by]
        return VideoEntry(video=video, uploader_name=uploader.username, category=category)


class InMemoryUploads(Uploads):
    """The uploads of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, upload: Upload) -> None:
        """Remember a new upload."""
        tables = self._session.changing
        check_new(tables.uploads, upload.id)
        check_known(tables, upload.user_id)
        tables.uploads[upload.id] = upload

    async def get(self, upload_id: UUID) -> Upload:
        """Give an upload. Raises NotFoundError."""
        try:
            return self._session.tables.uploads[upload_id]
        except KeyError:
            raise NotFoundError("upload", upload_id) from None

    async def save(self, upload: Upload) -> None:
        """Remember a changed upload. Raises NotFoundError if it is gone."""
        tables = self._session.changing
        await self.get(upload.id)
        check_known(tables, upload.user_id)
        tables.uploads[upload.id] = upload

    async def remove(self, upload_id: UUID) -> None:
        """Forget an upload. Raises NotFoundError."""
        tables = self._session.changing
        await self.get(upload_id)
        del tables.uploads[upload_id]

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Upload]:
        """Give the first uploads, at most `limit`, whose ids come after `last`."""
        return walk(self._session.tables.uploads, last, limit)

    async def reserved_bytes(self, now: datetime, user_id: UUID | None = None) -> int:
        """Give the bytes that uploads live at `now` hold: a member's, or with None, all."""
        return sum(
            upload.reserved_bytes
            for upload in self._session.tables.uploads.values()
            if upload.is_live(now) and user_id in (None, upload.user_id)
        )

    async def unfinished(self, user_id: UUID, now: datetime) -> Sequence[Upload]:
        """Give a member's resumable uploads that are live at `now`, by id."""
        uploads = self._session.tables.uploads.values()
        return sorted(
            (u for u in uploads if u.user_id == user_id and u.resumable and u.is_live(now)),
            key=lambda upload: upload.id,
        )

    async def expired(self, now: datetime) -> Sequence[Upload]:
        """Give the uploads whose time is over at `now`, those that became videos too, by id."""
        uploads = self._session.tables.uploads.values()
        return sorted((u for u in uploads if u.expires_at <= now), key=lambda upload: upload.id)
