"""A worker's hold on a video: to claim it, keep it, end it, hand it back, and take it from lost workers.

Every step can be repeated after a crash at any point; what a claim, a try or a failure is, the video
itself knows.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import attrs

from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    NotFoundError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.lifecycle import Status
from vidcore.ports.clock import Clock
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.storage import MediaStore
from vidcore.ports.store import Store, UnitOfWork
from vidcore.use_cases.announcing import Outbox, announce_end
from vidcore.videos import Video

RESCUE: Final = "rescue"  # the name of its runs in the books


@attrs.frozen(kw_only=True)
class ClaimVideo:
    """Take the video whose turn it is."""

    store: Store
    media: MediaStore
    clock: Clock
    outbox: Outbox | None = None

    async def __call__(self, *, holder: str | None = None) -> Video | None:
        """Give the video, claimed in the name of `holder`, or None if none waits.

        Videos whose worker was lost are recovered on the way; after all tries they end as failed, and
        what the attempts have left is cleared.
        """
        while True:
            async with self.store.write() as uow:
                now = self.clock.now()  # not before: to wait for the store takes of the lease
                video = await uow.videos.next_claimable(now)
                if video is None:
                    return None
                if video.is_abandoned(now):
                    video = video.recovered(now)
                if video.status is Status.PENDING:
                    video = video.claimed(now, holder=holder)
                await uow.videos.save(video)
                await announce_end(self.outbox, uow, video, now)
                await uow.commit()
            if video.status is Status.PROCESSING:
                return video
            await _clear_attempts(self.store, self.media, video)


@attrs.frozen(kw_only=True)
class _TakeBack:
    """Takes videos from lost workers: to wait again, or failed after all tries."""

    store: Store
    media: MediaStore
    queue: ProcessingQueue
    clock: Clock
    outbox: Outbox | None = None

    async def _recover(self, uow: UnitOfWork, lost: Sequence[Video]) -> Sequence[Video]:
        now = self.clock.now()
        recovered = [video.recovered(now) for video in lost]
        for video in recovered:
            await uow.videos.save(video)
            await announce_end(self.outbox, uow, video, now)
            if video.status is Status.PENDING:
                await self.queue.enlist(uow, video)
        await uow.commit()
        return recovered

    async def _end(self, recovered: Sequence[Video]) -> int:
        for video in recovered:
            if video.status is Status.PENDING:
                await self.queue.announce(video.id)
        for video in recovered:
            if video.status is Status.FAILED:
                await _clear_attempts(self.store, self.media, video)
        return len(recovered)


@attrs.frozen(kw_only=True)
class RecoverOwn(_TakeBack):
    """Take back what was held in a name whose last bearer is known to be dead, before leases run out."""

    async def __call__(self, holder: str) -> int:
        """Give the number of videos that wait again, or failed after all tries."""
        async with self.store.write() as uow:
            recovered = await self._recover(uow, await uow.videos.held_by(holder))
        return await self._end(recovered)


@attrs.frozen(kw_only=True)
class RescueLost(_TakeBack):
    """Take back what lost workers held, also where no worker is left to look for it.

    `pause` takes longer than a worker that reaches the store needs to renew a lease that ran out
    while it did not.
    """

    pause: Callable[[], Awaitable[None]]

    async def __call__(self) -> int:
        """Give the number of videos that wait again, or failed; once a minute among all processes."""
        async with self.store.read() as uow:
            seen = {(v.id, v.attempt) for v in await uow.videos.abandoned(self.clock.now())}
        if not seen:
            return 0
        await self.pause()
        async with self.store.write() as uow:
            now = self.clock.now()
            minute = now.replace(second=0, microsecond=0)
            if not await uow.books.claim_run(RESCUE, minute.isoformat()):
                return 0
            lost = [v for v in await uow.videos.abandoned(now) if (v.id, v.attempt) in seen]
            recovered = await self._recover(uow, lost)
        return await self._end(recovered)


async def _clear_attempts(store: Store, media: MediaStore, video: Video) -> None:
    """Remove what the attempts at a failed video have left: no other attempt may ever come to it."""
    with suppress(ServiceUnavailableError):  # the failure stands all the same, and fsck finds files
        async with store.read() as uow:
            root = (await uow.config.get()).video_storage_path
        await media.clear(video.id, video.attempt, root)


async def present(uow: UnitOfWork, claim: Video) -> Video:
    """Give the present state of a claimed video. Raises LeaseLostError if it is gone."""
    try:
        return await uow.videos.get(claim.id)
    except NotFoundError:
        raise LeaseLostError(claim.attempt) from None


async def held(uow: UnitOfWork, claim: Video) -> Video:
    """Give the present state of a claimed video. Raises LeaseLostError if it is gone, or another's."""
    video = await present(uow, claim)
    video.check_holder(claim.attempt)
    return video


@attrs.frozen(kw_only=True)
class ReportProgress:
    """Renew a claim's lease, and say how far it is."""

    store: Store
    clock: Clock

    async def __call__(self, claim: Video, progress: float) -> None:
        """Note `progress`, 0.0 to 1.0. Raises LeaseLostError, but not after the claim's completion."""
        async with self.store.write() as uow:
            video = await present(uow, claim)
            if video.is_completed_by(claim.attempt):
                return
            await uow.videos.save(
                video.reported(claim.attempt, progress=progress, now=self.clock.now())
            )
            await uow.commit()

    async def check(self, claim: Video) -> None:
        """Look whether the claim still holds, and renew nothing. Raises as a report does."""
        async with self.store.read() as uow:
            video = await present(uow, claim)
        if not video.is_completed_by(claim.attempt):
            video.check_holder(claim.attempt)


@attrs.frozen(kw_only=True)
class EndAttempt:
    """Say that a claimed video could not be processed, or not to the end."""

    store: Store
    media: MediaStore
    queue: ProcessingQueue
    clock: Clock
    outbox: Outbox | None = None

    async def failed(self, claim: Video, error: Exception) -> Status:
        """Decide by the error: the source's fault is final, any other is tried again for a while.

        Gives the status that follows. Raises LeaseLostError.
        """
        async with self.store.write() as uow:
            video = await held(uow, claim)
            match error:
                case VideoProcessingError():
                    ended = video.failed(claim.attempt, reason=str(error), log=error.log)
                case FileFormatNotSupportedError():
                    ended = video.failed(claim.attempt, reason=str(error), log="")
                case _:
                    ended = video.stumbled(
                        claim.attempt,
                        reason="The server could not process the file; an admin can see why.",
                        log=f"{type(error).__name__}: {error}",
                        now=self.clock.now(),
                    )
            await uow.videos.save(ended)
            await announce_end(self.outbox, uow, ended, self.clock.now())
            tally = await uow.tallies.get(None if ended.plan is None else ended.plan.mode)
            if ended.status is Status.PENDING:
                await self.queue.enlist(uow, ended)
                await uow.tallies.save(tally.with_stumbled())
            else:
                await uow.tallies.save(tally.with_failed())
            await uow.commit()
        if ended.status is Status.FAILED:
            await _clear_attempts(self.store, self.media, ended)
        return ended.status


@attrs.frozen(kw_only=True)
class HandBack:
    """Give a claimed video back undone, since the worker stops."""

    store: Store
    queue: ProcessingQueue
    clock: Clock

    async def __call__(self, claim: Video) -> None:
        """Have it wait again, in its turn. Raises LeaseLostError."""
        async with self.store.write() as uow:
            video = await held(uow, claim)
            back = video.handed_back(claim.attempt, self.clock.now())
            await uow.videos.save(back)
            await self.queue.enlist(uow, back)
            await uow.commit()
