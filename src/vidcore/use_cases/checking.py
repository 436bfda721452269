"""Comparing records and storage both ways, while the service goes on.

Four walks, each of which holds no more than a batch at once: uploads, videos, files and members. What
looks wrong is looked at once more, in the order that no race can deceive.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, TypeVar
from uuid import UUID

import attrs

from vidcore.checkup import (
    ORPHAN_GRACE,
    Finding,
    FindingKind,
    LeftSource,
    StoredFile,
    VideoFiles,
    check_expiry,
    check_file,
    check_quota,
    check_video,
    counted_for_sure,
    orphan_upload,
    same_standing,
)
from vidcore.errors import FileFormatNotSupportedError, NotFoundError, ServiceUnavailableError
from vidcore.lifecycle import Status
from vidcore.ports.clock import Clock
from vidcore.ports.inventory import MediaInventory
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.ports.store import Store, UnitOfWork
from vidcore.ports.transcoding import Transcoder
from vidcore.quota import week_start
from vidcore.uploads import Upload
from vidcore.use_cases.repairing import Repair
from vidcore.videos import Video

BATCH: Final = 200  # rows; some 2 KB each
SETTLING: Final = timedelta(
    seconds=5
)  # a record that is removed goes milliseconds before its files


class Walk(StrEnum):
    """What is gone through."""

    UPLOADS = "uploads"
    VIDEOS = "videos"
    FILES = "files"
    MEMBERS = "members"


@attrs.frozen(kw_only=True)
class CheckProgress:
    """How many have been looked at; `total` is about how many there are, None where nobody knows."""

    walk: Walk
    done: int
    total: int | None


Watch = Callable[[CheckProgress], object]


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


Entity = TypeVar("Entity", bound=_Identified)
T = TypeVar("T")


def unwatched(_: CheckProgress) -> None:
    """Take no notice."""


async def no_pause() -> None:
    """Return at once."""


@attrs.define(kw_only=True)
class _Run:
    """What one check has learned on its way, and how it is done."""

    repair: bool
    deep: bool
    watch: Watch
    week: datetime
    counted: Counter[UUID] = attrs.Factory(Counter)
    left: dict[UUID, LeftSource] = attrs.Factory(dict)
    roots: set[str] = attrs.Factory(set)


@attrs.frozen(kw_only=True)
class CheckPlatform:
    """Find what is missing, orphaned or stuck, and mend what can be mended without loss.

    `pause` is waited for before what seems to belong to nobody is looked at again: whoever has just
    removed a record is about to remove its files.
    """

    store: Store
    uploads: UploadArea
    media: MediaStore
    inventory: MediaInventory
    transcoder: Transcoder
    clock: Clock
    repairing: Repair
    pause: Callable[[], Awaitable[object]] = no_pause

    async def __call__(
        self, *, repair: bool = False, deep: bool = False, watch: Watch = unwatched
    ) -> AsyncIterator[Finding]:
        """Give the findings as they are made; with `repair`, each when it has been dealt with.

        With `deep`, every published file is probed too. Raises ServiceUnavailableError.
        """
        await self.media.check()
        week = week_start(self.clock.now())
        run = _Run(repair=repair, deep=deep, watch=watch, week=week)
        for walk in (self._uploads, self._videos, self._files, self._members):
            async for finding in walk(run):
                yield finding

    async def _uploads(self, run: _Run) -> AsyncIterator[Finding]:
        async for upload in self._walk(run, Walk.UPLOADS, lambda uow: uow.uploads.after):
            on_disk = await self.uploads.size(str(upload.id))
            run.counted[upload.user_id] += counted_for_sure(upload, run.week)
            if upload.video_id is not None and on_disk and on_disk == upload.size_bytes:
                left = LeftSource(name=str(upload.id), size_bytes=on_disk)
                run.left[upload.video_id] = left
            finding = await self._confirmed_expiry(upload, on_disk)
            if finding is not None:
                yield finding.mended(
                    await self.repairing.upload(upload, on_disk) if run.repair else None
                )

    async def _confirmed_expiry(self, upload: Upload, on_disk: int) -> Finding | None:
        if check_expiry(upload, on_disk, self.clock.now()) is None:
            return None
        async with self.store.read() as uow:
            again = await _found(uow.uploads.get(upload.id))
        return None if again is None else check_expiry(again, on_disk, self.clock.now())

    async def _videos(self, run: _Run) -> AsyncIterator[Finding]:
        async with self.store.read() as uow:
            total = sum((await uow.books.statistics()).videos_by_status.values())
        walk = self._walk(run, Walk.VIDEOS, lambda uow: uow.videos.after, total=total)
        async for listed in walk:
            root = None if listed.media is None else self.inventory.root_of(listed.media)
            if root is not None:
                run.roots.add(root)
            async for finding in self._findings(run, listed):
                yield finding

    async def _findings(self, run: _Run, video: Video) -> AsyncIterator[Finding]:
        """Give each kind of finding once; after a repair, what is wrong with the mended video."""
        tried: set[FindingKind] = set()
        while True:
            video, files, found = await self._confirmed(run, video)
            finding = next((each for each in found if each.kind not in tried), None)
            if finding is None:
                return
            tried.add(finding.kind)
            yield finding.mended(
                await self.repairing.video(video, finding.kind, files) if run.repair else None
            )

    async def _confirmed(self, run: _Run, video: Video) -> tuple[Video, VideoFiles, list[Finding]]:
        """Give what is wrong with a video, by files that were seen between two equal states of it."""
        while True:
            files = await self._see(run, video)
            found = check_video(video, files, self.clock.now())
            if not found:
                return video, files, found
            async with self.store.read() as uow:
                again = await _found(uow.videos.get(video.id))
            if again is None:
                return video, files, []
            if same_standing(again, video):
                return again, files, check_video(again, files, self.clock.now())
            video = again

    async def _see(self, run: _Run, video: Video) -> VideoFiles:
        source = None if video.source is None else await self.uploads.size(video.source)
        media, thumbnail, storyboard = [
            None if place is None else await self.inventory.size(place)
            for place in (video.media, video.thumbnail, video.storyboard)
        ]
        left = run.left.get(video.id)
        if left is not None and await self.uploads.size(left.name) != left.size_bytes:
            left = None  # removed since, as always after processing
        files = VideoFiles(
            source=source, media=media, thumbnail=thumbnail, storyboard=storyboard, left=left
        )
        if not run.deep or video.status is not Status.COMPLETED or video.media is None or not media:
            return files
        try:
            output = await self.transcoder.probe(self.media.locate(video.media))
        except FileFormatNotSupportedError as error:
            return attrs.evolve(files, fault=str(error))
        except ServiceUnavailableError:
            if await self.inventory.size(video.media) is not None:
                raise
            return attrs.evolve(files, media=None)  # removed since
        return attrs.evolve(files, output=output)

    async def _files(self, run: _Run) -> AsyncIterator[Finding]:
        names = await self._unneeded(await self._old_names())
        files = [file async for file in self._suspects(run)]
        while names or files:
            await self.pause()
            before = len(names) + len(files)
            names, files = await self._unneeded(names), await self._still_there(files)
            if len(names) + len(files) == before:
                break  # nobody is removing them
        for name in names:
            yield orphan_upload(name).mended(
                await self.repairing.bytes_of_nobody(name) if run.repair else None
            )
        for file, finding in await self._doubtful(files):
            yield finding.mended(await self.repairing.file(file) if run.repair else None)

    async def _old_names(self) -> Sequence[str]:
        return await self.uploads.names(self.clock.now() - ORPHAN_GRACE)

    async def _unneeded(self, seen: Sequence[str]) -> list[str]:
        """Give those of the names that still have bytes, and are of no upload and no video."""
        still = set(seen) & set(await self._old_names()) if seen else set()
        if not still:
            return []
        async with self.store.read() as uow:
            return sorted(still - await uow.books.source_ids())

    async def _suspects(self, run: _Run) -> AsyncIterator[StoredFile]:
        async with self.store.read() as uow:
            config = await uow.config.find()
        if config is not None and config.video_storage_path is not None:
            run.roots.add(config.video_storage_path)
        done = 0
        async for batch in self.inventory.files(run.roots):
            for file, _ in await self._doubtful(batch):
                yield file
            done += len(batch)
            run.watch(CheckProgress(walk=Walk.FILES, done=done, total=None))

    async def _still_there(self, files: Sequence[StoredFile]) -> list[StoredFile]:
        there = [file for file in files if await self.inventory.size(file.location) is not None]
        return [file for file, _ in await self._doubtful(there)]

    async def _doubtful(self, files: Sequence[StoredFile]) -> list[tuple[StoredFile, Finding]]:
        """Give those of the files, seen before, that their video's record has no use for."""
        async with self.store.read() as uow:
            ids = {file.video_id for file in files}
            videos = {video_id: await _found(uow.videos.get(video_id)) for video_id in ids}
        now = self.clock.now()
        looked = ((file, check_file(file, videos[file.video_id], now)) for file in files)
        return [(file, finding) for file, finding in looked if finding is not None]

    async def _members(self, run: _Run) -> AsyncIterator[Finding]:
        async for user in self._walk(run, Walk.MEMBERS, lambda uow: uow.users.after):
            at_least = run.counted[user.id]
            finding = check_quota(user, at_least, week=run.week, now=self.clock.now())
            if finding is not None:
                yield finding.mended(
                    await self.repairing.quota(user.id, at_least, run.week) if run.repair else None
                )

    async def _walk(
        self,
        run: _Run,
        walk: Walk,
        after: Callable[[UnitOfWork], Callable[..., Awaitable[Sequence[Entity]]]],
        *,
        total: int | None = None,
    ) -> AsyncIterator[Entity]:
        """Give everything of a kind by id, a batch at a time; no unit of work is open in between."""
        last: UUID | None = None
        done = 0
        while True:
            async with self.store.read() as uow:
                batch = await after(uow)(last, limit=BATCH)
            if not batch:
                return
            for entity in batch:
                yield entity
                done += 1
                run.watch(CheckProgress(walk=walk, done=done, total=total))
            last = batch[-1].id


async def _found(looked_up: Awaitable[T]) -> T | None:
    try:
        return await looked_up
    except NotFoundError:
        return None
