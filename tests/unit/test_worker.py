import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import attrs
import pytest

from adapters_jobs import worker as worker_module
from adapters_jobs.embedded import EmbeddedQueue
from adapters_jobs.worker import Worker
from vidcore.errors import ServiceUnavailableError, VideoProcessingError
from vidcore.lifecycle import LEASE, Status
from vidcore.media import Plan
from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_config, example_user, example_video
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.use_cases.claiming import ClaimVideo, EndAttempt, HandBack, ReportProgress
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video


class Workshop:
    """A worker with its neighbours, all in memory, and one pending video."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.store = InMemoryStore()
        self.uploads = InMemoryUploads(clock=self.clock)
        self.media = InMemoryMedia()
        self.transcoder = FixedTranscoder(write=self.media.put)
        self.queue = EmbeddedQueue(poll=timedelta(milliseconds=5))
        self.claim = ClaimVideo(store=self.store, media=self.media, clock=self.clock)
        self.report = ReportProgress(store=self.store, clock=self.clock)
        self.hand_back = HandBack(store=self.store, queue=self.queue, clock=self.clock)
        self.end = EndAttempt(
            store=self.store, media=self.media, queue=self.queue, clock=self.clock
        )
        self.member = example_user(1)
        self.video = example_video(2, self.member, source="upload")

    def worker(self, concurrency: int = 1) -> Worker:
        return Worker(
            claim=self.claim,
            process=ProcessVideo(
                store=self.store,
                uploads=self.uploads,
                media=self.media,
                transcoder=self.transcoder,
                clock=self.clock,
            ),
            report=self.report,
            end=self.end,
            hand_back=self.hand_back,
            queue=self.queue,
            concurrency=concurrency,
        )

    async def accept_video(self) -> None:
        """Store the video with its uploader and its bytes."""
        async with self.store.write() as uow:
            await uow.config.save(example_config())
            await uow.users.add(self.member)
            await uow.videos.add(self.video)
            await uow.commit()
        writer = await self.uploads.receive("upload")
        await writer.write(b"source")
        await writer.finish()

    async def present(self) -> Video:
        async with self.store.read() as uow:
            return await uow.videos.get(self.video.id)

    async def wait_for(self, status: Status) -> Video:
        async with asyncio.timeout(10):
            while (video := await self.present()).status is not status:
                await asyncio.sleep(0.001)
        return video

    @asynccontextmanager
    async def working(self, concurrency: int = 1) -> AsyncIterator[Worker]:
        worker = self.worker(concurrency)
        worker.start()
        try:
            yield worker
        finally:
            await worker.stop()


@pytest.fixture
async def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setattr(worker_module, "PAUSE", 0.005)
    monkeypatch.setattr(worker_module, "GLANCE", 0.002)
    workshop = Workshop()
    await workshop.accept_video()
    return workshop


async def test_a_pending_video_is_processed_without_being_announced(workshop: Workshop) -> None:
    async with workshop.working():
        video = await workshop.wait_for(Status.COMPLETED)

    assert video.progress == 1.0
    assert workshop.uploads.content("upload") is None


async def test_progress_is_reported_while_the_work_goes_on(workshop: Workshop) -> None:
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        while (await workshop.present()).progress < 0.75:
            await asyncio.sleep(0.001)
        workshop.transcoder.gate.set()

        await workshop.wait_for(Status.COMPLETED)


async def test_work_on_a_video_that_another_process_deleted_stops(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "LOOK", 0.002)
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        await workshop.transcoder.begun.wait()
        async with workshop.store.write() as uow:
            await uow.videos.remove(workshop.video.id)
            await uow.commit()
        while not workshop.transcoder.stopped:
            await asyncio.sleep(0.001)


async def test_the_lease_is_renewed_in_time(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "HEARTBEAT", timedelta(milliseconds=5))
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        await workshop.transcoder.begun.wait()
        workshop.clock.advance(LEASE / 2)
        while (await workshop.present()).lease_until != workshop.clock.now() + LEASE:
            await asyncio.sleep(0.001)


async def test_a_fault_of_the_source_ends_as_failed_with_its_reason(workshop: Workshop) -> None:
    workshop.transcoder.errors["transcode"] = VideoProcessingError("It breaks off.", "log")
    async with workshop.working():
        video = await workshop.wait_for(Status.FAILED)

    assert video.error_message == "It breaks off."


async def test_a_passing_fault_is_tried_again_after_a_while(workshop: Workshop) -> None:
    workshop.transcoder.errors["transcode"] = ServiceUnavailableError("The disk is full.")
    async with workshop.working(), asyncio.timeout(10):
        while (await workshop.present()).attempt == 0 or (
            await workshop.present()
        ).status is not Status.PENDING:
            await asyncio.sleep(0.001)
        del workshop.transcoder.errors["transcode"]
        workshop.clock.advance(timedelta(minutes=1))

        video = await workshop.wait_for(Status.COMPLETED)

    assert video.attempt == 2


async def test_a_bug_ends_one_attempt_and_not_the_worker(workshop: Workshop) -> None:
    workshop.transcoder.errors["transcode"] = ZeroDivisionError("a bug")
    async with workshop.working(), asyncio.timeout(10):
        while (await workshop.present()).attempt == 0 or (
            await workshop.present()
        ).status is not Status.PENDING:
            await asyncio.sleep(0.001)
        video = await workshop.present()
        del workshop.transcoder.errors["transcode"]
        workshop.clock.advance(timedelta(minutes=1))
        await workshop.wait_for(Status.COMPLETED)

    assert video.error_log == "ZeroDivisionError: a bug"


async def test_deleting_a_video_stops_its_transcode_at_once(workshop: Workshop) -> None:
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        await workshop.transcoder.begun.wait()
        async with workshop.store.write() as uow:
            await uow.videos.remove(workshop.video.id)
            await uow.commit()

        await workshop.queue.cancel(workshop.video.id)

        while workshop.transcoder.stopped == 0:
            await asyncio.sleep(0.001)


async def test_a_worker_that_lost_its_video_stops_the_transcode(workshop: Workshop) -> None:
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        await workshop.transcoder.begun.wait()
        claimed = await workshop.present()
        other = attrs.evolve(claimed, attempt=claimed.attempt + 1, progress=0.0)
        async with workshop.store.write() as uow:
            await uow.videos.save(other)
            await uow.commit()
        workshop.transcoder.gate.set()
        while await workshop.present() != other or workshop.transcoder.transcodings == []:
            await asyncio.sleep(0.001)

    assert await workshop.present() == other


async def test_a_heartbeat_that_finds_the_lease_lost_cancels_the_work(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "HEARTBEAT", timedelta(milliseconds=5))
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        await workshop.transcoder.begun.wait()
        claimed = await workshop.present()
        async with workshop.store.write() as uow:
            await uow.videos.save(attrs.evolve(claimed, attempt=claimed.attempt + 1))
            await uow.commit()

        while workshop.transcoder.stopped == 0:
            await asyncio.sleep(0.001)


async def test_a_stop_hands_back_what_is_being_processed(workshop: Workshop) -> None:
    workshop.transcoder.gate.clear()
    async with workshop.working():
        await workshop.transcoder.begun.wait()

    video = await workshop.present()
    assert (video.status, video.tries, video.attempt) == (Status.PENDING, 0, 1)
    assert workshop.transcoder.stopped == 1


class SlowToEnd(FixedTranscoder):
    """Takes a while to end when it is stopped, as ffmpeg does."""

    async def transcode(
        self, source: str, destination: str, plan: Plan, progress: Callable[[float], None]
    ) -> None:
        try:
            await super().transcode(source, destination, plan, progress)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            raise


async def test_a_stop_waits_for_each_of_several_to_hand_back(workshop: Workshop) -> None:
    workshop.transcoder = SlowToEnd(write=workshop.media.put)
    workshop.transcoder.gate.clear()
    async with workshop.working(concurrency=3):
        await workshop.transcoder.begun.wait()

    video = await workshop.present()
    assert (video.status, video.tries) == (Status.PENDING, 0)
    assert workshop.media.files == {}


async def test_what_is_claimed_when_the_stop_comes_is_handed_back(workshop: Workshop) -> None:
    class Slow(ClaimVideo):
        async def __call__(self, *, holder: str | None = None) -> Video | None:
            claim = await super().__call__(holder=holder)
            claimed.set()
            await asyncio.sleep(0.01)
            return claim

    claimed = asyncio.Event()
    workshop.claim = Slow(store=workshop.store, media=workshop.media, clock=workshop.clock)
    async with workshop.working(), asyncio.timeout(10):
        await claimed.wait()

    video = await workshop.present()
    assert (video.status, video.tries, video.attempt) == (Status.PENDING, 0, 1)


@pytest.mark.parametrize("ends", ["with nothing to do", "with an error"])
async def test_a_stop_while_nothing_is_claimed_ends(workshop: Workshop, ends: str) -> None:
    class Slow(ClaimVideo):
        async def __call__(self, *, holder: str | None = None) -> Video | None:  # noqa: ARG002
            asking.set()
            await asyncio.sleep(0.01)
            if ends == "with an error":
                raise ServiceUnavailableError("no database")
            return None

    asking = asyncio.Event()
    workshop.claim = Slow(store=workshop.store, media=workshop.media, clock=workshop.clock)
    async with workshop.working(), asyncio.timeout(10):
        await asking.wait()

    assert (await workshop.present()).attempt == 0


async def test_a_stop_while_a_fault_is_told_hands_back(workshop: Workshop) -> None:
    class Slow(EndAttempt):
        async def failed(self, claim: Video, error: Exception) -> Status:
            telling.set()
            await asyncio.Event().wait()
            return await super().failed(claim, error)

    telling = asyncio.Event()
    workshop.end = Slow(
        store=workshop.store,
        media=workshop.media,
        queue=workshop.queue,
        clock=workshop.clock,
    )
    workshop.transcoder.errors["transcode"] = ServiceUnavailableError("The disk is full.")
    async with workshop.working(), asyncio.timeout(10):
        await telling.wait()

    video = await workshop.present()
    assert (video.status, video.tries) == (Status.PENDING, 0)


async def test_a_stop_ends_also_where_a_bug_keeps_from_handing_back(workshop: Workshop) -> None:
    workshop.hand_back = HandBack(
        store=BrokenAtFirst(workshop.store, ZeroDivisionError("a bug")),
        queue=workshop.queue,
        clock=workshop.clock,
    )
    workshop.transcoder.gate.clear()
    async with asyncio.timeout(10), workshop.working():
        await workshop.transcoder.begun.wait()

    assert (await workshop.present()).status is Status.PROCESSING


async def test_a_stop_after_the_lease_was_lost_changes_nothing(workshop: Workshop) -> None:
    workshop.transcoder.gate.clear()
    async with workshop.working():
        await workshop.transcoder.begun.wait()
        async with workshop.store.write() as uow:
            await uow.videos.remove(workshop.video.id)
            await uow.commit()

    assert workshop.transcoder.stopped == 1


@attrs.define
class BrokenAtFirst(Store):
    """A store whose first writes fail."""

    works: Store
    error: Exception
    times: int = 1
    calls: int = 0

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.works.read()

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return self.works.write()

    async def check(self) -> None:
        await self.works.check()


@pytest.mark.parametrize("error", [ServiceUnavailableError("no database"), KeyError("a bug")])
async def test_a_worker_outlives_a_store_that_fails(workshop: Workshop, error: Exception) -> None:
    workshop.claim = ClaimVideo(
        store=BrokenAtFirst(workshop.store, error, times=2),
        media=workshop.media,
        clock=workshop.clock,
    )
    async with workshop.working():
        await workshop.wait_for(Status.COMPLETED)


@pytest.mark.parametrize(
    "error", [ServiceUnavailableError("no database"), ZeroDivisionError("a bug")]
)
async def test_neither_a_lost_database_nor_a_bug_in_a_heartbeat_stops_the_transcode(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(worker_module, "HEARTBEAT", timedelta(milliseconds=2))
    broken = BrokenAtFirst(workshop.store, error, times=3)
    workshop.report = ReportProgress(store=broken, clock=workshop.clock)
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        while broken.calls <= 3:
            await asyncio.sleep(0.001)
        workshop.transcoder.gate.set()
        await workshop.wait_for(Status.COMPLETED)

    assert workshop.transcoder.stopped == 0


async def test_a_report_that_failed_is_tried_again_without_waiting_for_the_next(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "HEARTBEAT", timedelta(hours=1))
    broken = BrokenAtFirst(workshop.store, ServiceUnavailableError("no database"), times=2)
    workshop.report = ReportProgress(store=broken, clock=workshop.clock)
    workshop.transcoder.gate.clear()
    async with workshop.working(), asyncio.timeout(10):
        while (await workshop.present()).progress < 0.75:
            await asyncio.sleep(0.001)
        assert (await workshop.present()).lease_until == workshop.clock.now() + LEASE
