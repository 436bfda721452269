"""What tests of the fleet's queue share: its jobs by the back door, and workers with real claims."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import psycopg
from psycopg import sql

from adapters_jobs.fleet import ProcrastinateQueue
from adapters_jobs.fleet_schema import with_schema
from adapters_jobs.worker import Worker
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.store import Store
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_config
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.use_cases.claiming import ClaimVideo, EndAttempt, HandBack, ReportProgress
from vidcore.use_cases.processing import ProcessVideo
from vidcore.users import User
from vidcore.videos import Video

SOON: Final = timedelta(milliseconds=50)
NEVER: Final = timedelta(hours=1)
PATIENCE: Final = 60.0  # seconds


def execute(url: str, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    """Execute a statement where Procrastinate's tables are, and give its rows."""
    with psycopg.connect(with_schema(url)) as connection:
        cursor = connection.execute(statement.encode(), arguments or None)
        return cursor.fetchall() if cursor.description else []


def jobs(url: str) -> list[tuple[Any, ...]]:
    """Give status and arguments of all jobs."""
    return execute(url, "SELECT status::text, args FROM procrastinate_jobs ORDER BY id")


def cut_connections(server: str, url: str) -> int:
    """End all connections to the database at `url`, and say how many; `server` is another's address."""
    statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(server) as connection:
        return len(connection.execute(statement, [_name(url)]).fetchall())


def admit_connections(server: str, url: str, *, admitted: bool) -> None:
    """Let the database at `url` take new connections, or refuse them; `server` is another's address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                sql.Identifier(_name(url)), sql.Literal(admitted)
            )
        )


def _name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


class Fleet:
    """A store with videos that wait, and workers whose transcoder is as quick as it is told to be."""

    def __init__(self, url: str, store: Store) -> None:
        self.url = url
        self.store = store
        self.clock = FixedClock(NOW)
        self.uploads = InMemoryUploads(clock=self.clock)
        self.media = InMemoryMedia()
        self.transcoder = FixedTranscoder(write=self.media.put)

    def queue(self, *, poll: timedelta = SOON) -> ProcrastinateQueue:
        return ProcrastinateQueue(self.url, self.clock, poll=poll, rescue=SOON, pause=SOON)

    def worker(self, queue: ProcessingQueue, concurrency: int = 1) -> Worker:
        return Worker(
            claim=ClaimVideo(store=self.store, media=self.media, clock=self.clock),
            process=ProcessVideo(
                store=self.store,
                uploads=self.uploads,
                media=self.media,
                transcoder=self.transcoder,
                clock=self.clock,
            ),
            report=ReportProgress(store=self.store, clock=self.clock),
            end=EndAttempt(store=self.store, media=self.media, queue=queue, clock=self.clock),
            hand_back=HandBack(store=self.store, queue=queue, clock=self.clock),
            queue=queue,
            concurrency=concurrency,
        )

    @asynccontextmanager
    async def working(
        self, count: int = 1, *, concurrency: int = 1, poll: timedelta = SOON
    ) -> AsyncIterator[None]:
        """Have `count` workers work, each with a queue of its own, as if on its own machine."""
        async with AsyncExitStack() as stack:
            for _ in range(count):
                worker = self.worker(self.queue(poll=poll), concurrency)
                stack.push_async_callback(worker.stop)
                worker.start()
            yield

    async def add(self, member: User, videos: Sequence[Video]) -> None:
        """Have a new member's videos wait, each with its bytes."""
        queue = self.queue()
        async with self.store.write() as uow:
            await uow.config.save(example_config())
            await uow.users.add(member)
            await uow.commit()
        for video in videos:
            assert video.source is not None
            writer = await self.uploads.receive(video.source)
            await writer.write(b"source")
            await writer.finish()
            async with self.store.write() as uow:
                await uow.videos.add(video)
                await queue.enlist(uow, video)
                await uow.commit()

    async def videos(self, member: User) -> Sequence[Video]:
        async with self.store.read() as uow:
            return await uow.videos.of_uploader(member.id)

    async def until_all(self, member: User, holds: Callable[[Video], bool]) -> Sequence[Video]:
        """Wait until something is so of all videos of a member, and give them."""
        async with asyncio.timeout(PATIENCE):
            while not all(map(holds, videos := await self.videos(member))):
                await asyncio.sleep(0.02)
        return videos
