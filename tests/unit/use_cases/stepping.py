"""Adapters that call `step` before and after what they do, so that a test can act in between.

`step` may count, let others in, wait, or raise: a process that was killed does nothing any more.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from uuid import UUID

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.media import MediaInfo, Plan, Storyboard
from vidcore.ports.storage import Draft, Published
from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.testing.transcoding import FixedTranscoder

Step = Callable[[str], Awaitable[None]]
INSIDE_A_TRANSACTION = frozenset({"commit", "committed"})


def giving_way(turns: Iterable[int]) -> Step:
    """Make a step that lets others run for as many turns of the event loop as comes next."""
    schedule = cycle(turns)

    async def step(_: str) -> None:
        for _turn in range(next(schedule)):
            await asyncio.sleep(0)

    return step


class SteppedUnitOfWork(UnitOfWork):
    def __init__(self, inner: UnitOfWork, step: Step) -> None:
        self._inner = inner
        self._step = step
        self.users = inner.users
        self.invitations = inner.invitations
        self.categories = inner.categories
        self.videos = inner.videos
        self.uploads = inner.uploads
        self.config = inner.config
        self.login_failures = inner.login_failures
        self.tallies = inner.tallies
        self.deliveries = inner.deliveries
        self.books = inner.books

    async def commit(self) -> None:
        await self._step("commit")
        await self._inner.commit()
        await self._step("committed")


class SteppedStore(Store):
    def __init__(self, inner: Store, step: Step) -> None:
        self._inner = inner
        self._step = step

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        await self._step("read")
        async with self._inner.read() as work:
            yield work

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        await self._step("write")
        async with self._inner.write() as work:
            yield SteppedUnitOfWork(work, self._step)
        await self._step("written")

    async def check(self) -> None:
        await self._inner.check()


class SteppedUploads(InMemoryUploads):
    def __init__(self, platform: MemoryPlatform, step: Step) -> None:
        super().__init__(clock=platform.clock)
        self._files = platform.uploads._files
        self._step = step

    async def discard(self, name: str) -> None:
        await self._step("discard source")
        await super().discard(name)
        await self._step("source discarded")


class SteppedMedia(InMemoryMedia):
    def __init__(self, platform: MemoryPlatform, step: Step) -> None:
        super().__init__()
        self.files = platform.media.files
        self._step = step

    async def draft(self, video_id: UUID, attempt: int, root: str | None) -> Draft:
        await self._step("draft")
        return await super().draft(video_id, attempt, root)

    async def publish(self, draft: Draft) -> Published:
        await self._step("publish")
        published = await super().publish(draft)
        await self._step("published")
        return published

    async def discard(self, draft: Draft) -> None:
        await self._step("discard draft")
        await super().discard(draft)


class SteppedTranscoder(FixedTranscoder):
    def __init__(self, platform: MemoryPlatform, step: Step) -> None:
        super().__init__(write=platform.media.put, source=platform.transcoder.source)
        self.errors = platform.transcoder.errors
        self._step = step

    async def probe(self, path: str) -> MediaInfo:
        await self._step("probe")
        return await super().probe(path)

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        await self._step("transcode")
        await super().transcode(source, target, plan, report)
        await self._step("transcoded")

    async def decode(
        self, path: str, tracks: Sequence[int], report: Callable[[float], None]
    ) -> None:
        await self._step("decode")
        await super().decode(path, tracks, report)
        await self._step("decoded")

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        await self._step("thumbnail")
        await super().thumbnail(source, target, info)
        await self._step("taken")

    async def storyboard(self, source: str, target: str, board: Storyboard) -> None:
        await self._step("storyboard")
        await super().storyboard(source, target, board)
        await self._step("tiled")


def stepped(platform: MemoryPlatform, step: Step) -> tuple[object, ...]:
    """Give adapters that share all that `platform` keeps, as another process would."""
    return (
        SteppedStore(platform.store, step),
        SteppedUploads(platform, step),
        SteppedMedia(platform, step),
        SteppedTranscoder(platform, step),
    )
