"""A worker process that goes on one step at a time, as slowly as a test wants."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import INSIDE_A_TRANSACTION, stepped
from vidcore.errors import LeaseLostError, ServiceUnavailableError, VideoProcessingError
from vidcore.use_cases.claiming import EndAttempt, HandBack
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

PATIENCE = 5.0  # seconds after which a step that should have been taken has failed


class SlowWorker:
    """Works on one claim; `end` says how that went: published, failed, stopped or lost.

    Set `fault` to let its transcoder fail, and `free` to let it wait for nobody any more.
    """

    def __init__(self, platform: MemoryPlatform, claim: Video) -> None:
        self.claim = claim
        self.free = False
        self.fault: Exception | None = None
        self.end: str | None = None
        self._platform = platform
        self._turns = asyncio.Semaphore(0)
        self._paused = asyncio.Event()
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(lambda _: self._paused.set())

    @classmethod
    async def started(cls, platform: MemoryPlatform, claim: Video) -> Self:
        """Start a worker that waits for its first turn."""
        worker = cls(platform, claim)
        await worker._reach_a_step()
        return worker

    async def go_on(self) -> None:
        """Go on to the next step, or to the end."""
        if not self._task.done():
            self._paused.clear()
            self._turns.release()
        await self._reach_a_step()

    async def run_out(self) -> None:
        """Go on to the end."""
        self.free = True
        while self.end is None:
            await self.go_on()

    async def stop(self) -> None:
        """End as a process does that is asked to."""
        self.free = True
        self._paused.clear()
        self._task.cancel()
        await self._reach_a_step()

    async def _reach_a_step(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._paused.wait()
        if self._task.done():
            self._task.result()

    async def _step(self, name: str) -> None:
        if not self.free and name not in INSIDE_A_TRANSACTION:
            self._paused.set()
            await self._turns.acquire()
        if name in {"transcode", "decode"} and self.fault is not None:
            raise self.fault

    async def _work(self) -> None:
        process = self._platform.make(ProcessVideo, *stepped(self._platform, self._step))
        end, hand_back = self._platform.make(EndAttempt), self._platform.make(HandBack)
        try:
            await self._step("claimed")
            await process(self.claim, lambda _: None)
            self.end = "published"
        except LeaseLostError:
            self.end = "lost"
        except asyncio.CancelledError:
            self.end = "stopped" if await _held(hand_back(self.claim)) else "lost"
        except (ServiceUnavailableError, VideoProcessingError) as error:
            self.end = "failed" if await _held(end.failed(self.claim, error)) else "lost"


async def _held(ending: Coroutine[Any, Any, object]) -> bool:
    try:
        await ending
    except LeaseLostError:
        return False
    return True
