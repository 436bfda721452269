"""A whole platform in memory: an adapter for every port, and any use case made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar, cast
from uuid import UUID

import attrs
import pytest

from vidcore.categories import Category
from vidcore.config import Config
from vidcore.invitations import Invitation
from vidcore.sessions import AccountCache
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW
from vidcore.testing.identity import SequentialIds, SequentialSecrets
from vidcore.testing.inventory import InMemoryInventory
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.memory_tables import Tables
from vidcore.testing.passwords import PlainPasswords
from vidcore.testing.queue import InMemoryQueue
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.testing.tokens import InMemoryAccessTokens, InMemoryMediaTokens
from vidcore.testing.transcoding import JPEG, MEDIA, FixedTranscoder
from vidcore.uploads import Upload
from vidcore.users import User
from vidcore.videos import Video

HOME: Final = "203.0.113.7"  # an address of RFC 5737

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
Entity = User | Invitation | Category | Video | Upload | Config


def files_of(video: Video) -> dict[str, bytes]:
    """Give what a completed video has in the media store, as a FixedTranscoder makes it, by path."""
    kept = {video.media: MEDIA, video.thumbnail: JPEG, video.storyboard: JPEG}
    return {path: content for path, content in kept.items() if path is not None}


class MemoryPlatform:
    """Begins empty, at NOW."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.store = InMemoryStore()
        self.uploads = InMemoryUploads(clock=self.clock)
        self.media = InMemoryMedia()
        self.inventory = InMemoryInventory(self.media)
        self.transcoder = FixedTranscoder(write=self.media.put)
        self.queue = InMemoryQueue()
        self.account_cache = AccountCache()
        self.passwords = PlainPasswords()
        self.access_tokens = InMemoryAccessTokens()
        self.media_tokens = InMemoryMediaTokens()
        self.ids = SequentialIds()
        self.secrets = SequentialSecrets()

    def make(self, use_case: type[T], *replaced: object) -> T:
        """Make a use case, by the types of its fields; `replaced` are adapters that go first."""
        adapters = (*replaced, *vars(self).values())

        def part(kind: type) -> object:
            if attrs.has(kind):
                return self.make(kind, *replaced)
            return next(adapter for adapter in adapters if kind in type(adapter).__mro__)

        fields = attrs.fields(cast("type[attrs.AttrsInstance]", use_case))
        return use_case(**{f.name: part(f.type) for f in fields if f.default is attrs.NOTHING})

    async def add(self, *entities: Entity) -> None:
        """Remember entities as they are."""
        async with self.store.write() as work:
            for entity in entities:
                match entity:
                    case User():
                        await work.users.add(entity)
                    case Invitation():
                        await work.invitations.add(entity)
                    case Category():
                        await work.categories.add(entity)
                    case Video():
                        await work.videos.add(entity)
                    case Upload():
                        await work.uploads.add(entity)
                    case Config():
                        await work.config.save(entity)
            await work.commit()

    async def save(self, entity: User | Video) -> None:
        """Remember a changed entity as it is."""
        async with self.store.write() as work:
            if isinstance(entity, User):
                await work.users.save(entity)
            else:
                await work.videos.save(entity)
            await work.commit()

    async def user(self, user_id: UUID) -> User:
        """Give an account as a fresh reader sees it."""
        async with self.store.read() as work:
            return await work.users.get(user_id)

    async def video(self, video_id: UUID) -> Video:
        """Give a video as a fresh reader sees it."""
        async with self.store.read() as work:
            return await work.videos.get(video_id)

    async def reserved(self, user_id: UUID | None = None) -> int:
        """Give the bytes that live uploads hold, as a fresh reader sees them."""
        async with self.store.read() as work:
            return await work.uploads.reserved_bytes(self.clock.now(), user_id)

    async def receive(self, name: str, content: bytes) -> None:
        """Bring an upload's bytes to disk."""
        writer = await self.uploads.receive(name)
        await writer.write(content)
        await writer.finish()

    def remembered(self) -> Tables:
        """Give everything that was committed, through the back door."""
        return self.store._committed.copy()

    def forget_attempts(self) -> None:
        """Forget, through the back door, that somebody tried a name or a token."""
        self.store._committed.failures.clear()

    def but_for_attempts(self) -> Tables:
        """Give everything that was committed, but for the attempts that were counted."""
        return attrs.evolve(self.remembered(), failures=[])

    def bytes_kept(self) -> dict[str, bytes]:
        """Give the content of all uploads and media, by name or path, through the back door."""
        arrived = {name: content for name, (content, _) in self.uploads._files.items()}
        return arrived | self.media.files

    @contextmanager
    def refuses(self, error: type[E]) -> Iterator[pytest.ExceptionInfo[E]]:
        """Expect exactly `error`, and nothing to have changed by what was refused.

        That somebody tried is remembered against who guesses: it is no change.
        """
        remembered, kept = self.but_for_attempts(), self.bytes_kept()
        announced, cancelled = list(self.queue.announced), list(self.queue.cancelled)
        with pytest.raises(error) as refused:
            yield refused
        assert refused.type is error
        assert self.but_for_attempts() == remembered
        assert self.bytes_kept() == kept
        assert (self.queue.announced, self.queue.cancelled) == (announced, cancelled)
