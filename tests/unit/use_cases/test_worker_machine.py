"""Videos, and workers that go on step by step, die, or come back late.

The oracle knows who took a video last, and believes that nobody else may publish it.
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from tests.unit.use_cases.slow_worker import SlowWorker
from vidcore.errors import (
    LeaseLostError,
    NotFoundError,
    ServiceUnavailableError,
    VideoNotReadyError,
    VideoProcessingError,
)
from vidcore.lifecycle import Status
from vidcore.media import MediaInfo
from vidcore.testing.examples import NOW, example_config, example_user, example_video
from vidcore.testing.transcoding import COPYABLE, SOURCE
from vidcore.turns import RETRY_DELAY
from vidcore.use_cases.claiming import ClaimVideo, ReportProgress
from vidcore.use_cases.library import DeleteVideo, RetryVideo

T = TypeVar("T")
OWNER = example_user(1)
LEASE = timedelta(seconds=30)
PASSING, FINAL = ServiceUnavailableError("No memory."), VideoProcessingError("It breaks off.")


@attrs.define(eq=False)
class Known:
    """A video as the oracle knows it: who took it last, until when, and how that ended."""

    ready: datetime
    due: datetime
    status: Status = Status.PENDING
    holder: SlowWorker | None = None
    until: datetime = NOW
    tries: int = 0
    publishers: list[SlowWorker] = attrs.Factory(list)

    def waits(self, now: datetime) -> bool:
        if self.status is Status.PROCESSING:
            return self.until <= now
        return self.status is Status.PENDING and self.ready <= now

    def end(self, status: Status) -> None:
        self.status, self.holder = status, None


class WorkerMachine(RuleBasedStateMachine):
    videos = Bundle("videos")
    workers = Bundle("workers")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.platform = MemoryPlatform()
        self.numbers = count(1)
        self.known: dict[UUID, Known] = {}
        self.started: list[SlowWorker] = []
        self.dead: list[SlowWorker] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def now(self) -> datetime:
        return self.platform.clock.now()

    def expect(self, refused: type[Exception] | None, work: Coroutine[Any, Any, object]) -> None:
        if refused is None:
            self.run(work)
            return
        with self.platform.refuses(refused):
            self.run(work)

    def holds(self, worker: SlowWorker) -> bool:
        known = self.known.get(worker.claim.id)
        return known is not None and known.holder is worker

    def foretold(self) -> UUID | None:
        """Say which video a claim has to give; those whose workers died three times fail first."""
        while True:
            waiting = [
                (known.due, key) for key, known in self.known.items() if known.waits(self.now)
            ]
            if not waiting:
                return None
            video_id = min(waiting)[1]
            known = self.known[video_id]
            if known.status is Status.PROCESSING:
                known.ready = self.now
            if known.tries < 3:
                return video_id
            known.end(Status.FAILED)

    @initialize(source=st.sampled_from([SOURCE, COPYABLE]))
    def open(self, source: MediaInfo) -> None:
        self.platform.transcoder.source = source
        self.run(self.platform.add(OWNER, example_config()))

    @rule(target=videos)
    def upload(self) -> UUID:
        video = example_video(next(self.numbers), OWNER, ready_at=self.now)
        self.run(self.platform.add(video))
        self.run(self.platform.receive(str(video.source), b"sent"))
        self.known[video.id] = Known(ready=self.now, due=self.now)
        return video.id

    @rule(target=workers)
    def claim(self) -> Any:
        video_id = self.foretold()
        claim = self.run(self.platform.make(ClaimVideo)())
        assert (None if claim is None else claim.id) == video_id
        if claim is None:
            return multiple()
        worker = self.run(SlowWorker.started(self.platform, claim))
        self.started.append(worker)
        known = self.known[claim.id]
        known.status, known.holder, known.until = Status.PROCESSING, worker, self.now + LEASE
        known.tries += 1
        return worker

    @rule(worker=workers, steps=st.integers(1, 16))
    def go_on(self, worker: SlowWorker, steps: int) -> None:
        for _ in range(steps):
            if worker.end is None:
                self.run(worker.go_on())
                self.note(worker)

    @rule(worker=workers, progress=st.floats(0, 1))
    def heartbeat(self, worker: SlowWorker, progress: float) -> None:
        held = self.holds(worker)
        report = self.platform.make(ReportProgress)
        before = self.platform.remembered().videos.get(worker.claim.id)
        done = before is not None and before.is_completed_by(worker.claim.attempt)
        self.expect(None if held or done else LeaseLostError, report(worker.claim, progress))
        if held and before is not None:
            self.known[worker.claim.id].until = self.now + LEASE
            assert self.run(self.platform.video(before.id)).progress == max(
                before.progress, progress
            )

    @rule(worker=workers, fault=st.sampled_from([PASSING, FINAL]))
    def break_down(self, worker: SlowWorker, fault: Exception) -> None:
        if worker.fault is None:  # the first fault is the one that was raised
            worker.fault = fault

    @rule(worker=consumes(workers))
    def die(self, worker: SlowWorker) -> None:
        if worker.end is None:
            self.dead.append(worker)

    @rule(worker=workers)
    def stop(self, worker: SlowWorker) -> None:
        if worker.end is None:
            self.run(worker.stop())
            self.note(worker)

    @rule(video_id=consumes(videos))
    def delete(self, video_id: UUID) -> None:
        self.run(self.platform.make(DeleteVideo)(actor=OWNER, video_id=video_id))
        del self.known[video_id]
        self.expect(NotFoundError, self.platform.make(DeleteVideo)(actor=OWNER, video_id=video_id))

    @rule(video_id=videos)
    def retry(self, video_id: UUID) -> None:
        known = self.known[video_id]
        refused = None if known.status is Status.FAILED else VideoNotReadyError
        self.expect(refused, self.platform.make(RetryVideo)(actor=OWNER, video_id=video_id))
        if refused is None:
            known.status, known.tries, known.ready = Status.PENDING, 0, self.now
            known.due = self.now + RETRY_DELAY

    @rule(by=st.sampled_from([timedelta(seconds=1), timedelta(seconds=10), LEASE]))
    def advance_clock(self, by: timedelta) -> None:
        self.platform.clock.advance(by)

    def note(self, worker: SlowWorker) -> None:
        """Hold what a worker has just done against what it may do."""
        known, held = self.known.get(worker.claim.id), self.holds(worker)
        stored = self.platform.remembered().videos.get(worker.claim.id)
        if known is not None and stored is not None:
            if stored.status is Status.COMPLETED and known.status is not Status.COMPLETED:
                assert held
                known.publishers.append(worker)
                known.end(Status.COMPLETED)
            elif worker.end == "failed":
                assert held
                final = worker.fault is FINAL or known.tries == 3
                known.ready = self.now + timedelta(seconds=10 * 2 ** (known.tries - 1))
                known.due = known.ready + RETRY_DELAY
                known.end(Status.FAILED if final else Status.PENDING)
            elif worker.end == "stopped":
                assert held
                known.tries, known.ready = known.tries - 1, self.now
                known.end(Status.PENDING)
        assert worker.end is None or not self.holds(worker)
        assert worker.end != "published" or known is None or known.publishers == [worker]

    @invariant()
    def the_store_says_what_has_happened(self) -> None:
        stored = self.platform.remembered().videos
        assert set(stored) == set(self.known)
        for key, known in self.known.items():
            video = stored[key]
            assert (video.status, video.tries) == (known.status, known.tries)
            if known.holder is not None:
                assert (video.attempt, video.lease_until) == (
                    known.holder.claim.attempt,
                    known.until,
                )
            if known.status is Status.PENDING:
                assert (video.ready_at, video.due_at) == (known.ready, known.due)

    @invariant()
    def a_completed_video_has_its_files_and_any_other_its_source(self) -> None:
        for video in self.platform.remembered().videos.values():
            if video.status is not Status.COMPLETED:
                assert self.platform.uploads.content(str(video.source)) == b"sent"
                continue
            assert len(files_of(video)) == 3
            assert files_of(video).items() <= self.platform.media.files.items()
            [publisher] = self.known[video.id].publishers
            assert f"-{publisher.claim.attempt}." in str(video.media)

    def teardown(self) -> None:
        try:
            if self.known:
                self.finish_all()
                self.check_that_only_the_dead_left_anything()
        finally:
            for worker in self.started:
                worker.free = True
            self.runner.close()

    def finish_all(self) -> None:
        for worker in self.started:
            if worker.end is None and worker not in self.dead:
                self.run(worker.run_out())
                self.note(worker)
        self.platform.clock.advance(timedelta(days=1))
        while isinstance(claimed := self.claim(), SlowWorker):
            self.run(claimed.run_out())
            self.note(claimed)
        for known in self.known.values():
            assert known.status in {Status.COMPLETED, Status.FAILED}

    def check_that_only_the_dead_left_anything(self) -> None:
        authors = [worker for known in self.known.values() for worker in known.publishers]
        places = [(str(w.claim.id), f"-{w.claim.attempt}.") for w in (*authors, *self.dead)]
        for path in self.platform.media.files:
            assert any(video in path and attempt in path for video, attempt in places)


TestWorkerMachine = WorkerMachine.TestCase
TestWorkerMachine.settings = settings(max_examples=30, stateful_step_count=40)
