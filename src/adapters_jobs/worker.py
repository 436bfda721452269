"""The worker: claims a video, keeps the claim alive while it is processed, and says how it ended.

What it decides is only when; what a claim, a try or a failure is, the core knows.
"""

import asyncio
from typing import Final

import structlog

from vidcore.errors import LeaseLostError, ServiceUnavailableError
from vidcore.lifecycle import HEARTBEAT
from vidcore.ports.queue import ProcessingQueue
from vidcore.use_cases.claiming import ClaimVideo, EndAttempt, HandBack, ReportProgress
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

PAUSE: Final = 2.0  # seconds after a fault that is not a video's
GLANCE: Final = 0.5  # seconds between two looks at the progress
LOOK: Final = (
    1.0  # seconds between two looks whether the video is still there: a deletion stops ffmpeg
)
PROGRESS_STEP: Final = 0.01

_log = structlog.get_logger("vidcore.worker")


class Worker:
    """Processes videos, `concurrency` of them at once, from `start` to `stop`."""

    def __init__(  # noqa: PLR0913 - a worker calls this many use cases
        self,
        *,
        claim: ClaimVideo,
        process: ProcessVideo,
        report: ReportProgress,
        end: EndAttempt,
        hand_back: HandBack,
        queue: ProcessingQueue,
        concurrency: int = 1,
    ) -> None:
        self._claim = claim
        self._process = process
        self._report = report
        self._end = end
        self._give_back = hand_back
        self._queue = queue
        self._concurrency = concurrency
        self._holder: str | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self, holder: str | None = None) -> None:
        """Begin, on the running event loop, to claim in the name of `holder`."""
        self._holder = holder
        self._running = asyncio.create_task(
            self._queue.run(self._try_once, concurrency=self._concurrency)
        )

    async def stop(self) -> None:
        """Stop, and hand back what is being processed."""
        if self._running is not None:
            await _ended(self._running)
            self._running = None

    async def _try_once(self) -> bool:
        """Process the next video, if there is one, and say whether there was."""
        try:
            claim = await self._claimed()
            if claim is None:
                return False
            await self._attempt(claim)
        except ServiceUnavailableError as error:
            _log.warning("worker waits", reason=str(error))
            await asyncio.sleep(PAUSE)
        except Exception:  # noqa: BLE001 - the worker outlives every fault; the lease mends it
            _log.exception("worker failed")
            await asyncio.sleep(PAUSE)
        return True

    async def _claimed(self) -> Video | None:
        """Claim. What is claimed just when the worker is told to stop is handed back."""
        claiming = asyncio.create_task(self._claim(holder=self._holder))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait({claiming})
            if claiming.exception() is None and (claim := claiming.result()) is not None:
                await self._hand_back(claim)
            raise

    async def _attempt(self, claim: Video) -> None:
        log = _log.bind(video=str(claim.id), attempt=claim.attempt)
        log.info("processing")
        progress = _Progress()
        processing = asyncio.create_task(self._process(claim, progress.note))
        beating = asyncio.create_task(self._beat(claim, progress))
        try:
            with self._queue.on_cancel(claim.id, processing.cancel):
                await asyncio.wait({processing, beating}, return_when=asyncio.FIRST_COMPLETED)
            await _ended(beating)
            await _ended(processing)
            await self._conclude(claim, processing, log)
        except asyncio.CancelledError:
            await _ended(beating)
            await _ended(processing)
            await self._hand_back(claim)
            raise

    async def _conclude(
        self,
        claim: Video,
        processing: asyncio.Task[None],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        error = None if processing.cancelled() else processing.exception()
        if processing.cancelled() or isinstance(error, LeaseLostError):
            log.info("given up", reason="the video is gone, or another worker's")
        elif isinstance(error, Exception):
            try:
                status = await self._end.failed(claim, error)
            except LeaseLostError:
                log.info("given up", reason="the video is gone, or another worker's")
            else:
                log.warning("processing failed", status=status, exc_info=error)
        else:
            log.info("completed")

    async def _beat(self, claim: Video, progress: "_Progress") -> None:
        """Renew the lease in time, and report progress by steps, until the lease is lost.

        A renewal that fails is tried again at the next glance: the lease does not wait.
        """
        clock = asyncio.get_running_loop().time
        renewed = looked = clock()
        reported, is_lost = 0.0, False
        while True:
            await asyncio.sleep(GLANCE)
            now, done = clock(), progress.done
            due = now - renewed >= HEARTBEAT.total_seconds() or done - reported >= PROGRESS_STEP
            if not due and now - looked < LOOK:
                continue
            looked = now
            try:
                await (self._report(claim, done) if due else self._report.check(claim))
            except LeaseLostError:
                return
            except ServiceUnavailableError as error:
                if not is_lost:
                    _log.warning("heartbeat lost", video=str(claim.id), reason=str(error))
                is_lost = True
            except Exception:  # noqa: BLE001 - an hour's work outlives it; the lease mends the rest
                _log.exception("heartbeat failed", video=str(claim.id))
                await asyncio.sleep(PAUSE)
            else:
                is_lost = False
                if due:
                    renewed, reported = now, done

    async def _hand_back(self, claim: Video) -> None:
        try:
            await self._give_back(claim)
        except (LeaseLostError, ServiceUnavailableError) as error:
            _log.warning("not handed back", video=str(claim.id), reason=str(error))
        except Exception:  # noqa: BLE001 - the worker was told to stop, and does; the lease mends it
            _log.exception("not handed back", video=str(claim.id))


class _Progress:
    """How much of a video is done, 0.0 to 1.0."""

    def __init__(self) -> None:
        self.done = 0.0

    def note(self, done: float) -> None:
        self.done = done


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, unless it has ended, and wait for its end; how it ended is asked elsewhere."""
    task.cancel()
    await asyncio.wait({task})
