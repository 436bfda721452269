"""What a worker does: claim a video, make its rendition, publish it, and say how the attempt ended.

Every step can be repeated after a crash at any point. The files of an attempt have names of their own,
and are published before the record says `completed`; the source goes last. So a completed video always
has its files, and a worker that comes back late can overwrite nothing.
"""

from collections.abc import Callable
from typing import Final

import attrs

from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    NotFoundError,
    VideoProcessingError,
)
from vidcore.media import OutputFacts, check_output, plan
from vidcore.ports.clock import Clock
from vidcore.ports.storage import Draft, MediaStore, Published, UploadArea
from vidcore.ports.store import Store, UnitOfWork
from vidcore.ports.transcoding import Transcoder
from vidcore.videos import Rendition, Status, Video

PROGRESS_BEFORE_PUBLISHING: Final = 0.99  # 1.0 is said by `completed` alone


@attrs.frozen(kw_only=True)
class ClaimVideo:
    """Take the video that waits longest."""

    store: Store
    clock: Clock

    async def __call__(self) -> Video | None:
        """Give the claimed video, or None if none waits.

        Videos whose worker was lost are recovered on the way; after all tries they end as failed.
        """
        while True:
            now = self.clock.now()
            async with self.store.write() as uow:
                video = await uow.videos.next_claimable(now)
                if video is None:
                    return None
                if video.is_abandoned(now):
                    video = video.recovered(now)
                if video.status is Status.PENDING:
                    video = video.claimed(now)
                await uow.videos.save(video)
                await uow.commit()
            if video.status is Status.PROCESSING:
                return video


async def _held(uow: UnitOfWork, claim: Video) -> Video:
    """Give the present state of a claimed video. Raises LeaseLostError if it is gone, or another's."""
    try:
        video = await uow.videos.get(claim.id)
    except NotFoundError:
        raise LeaseLostError(claim.attempt) from None
    video.check_holder(claim.attempt)
    return video


@attrs.frozen(kw_only=True)
class ReportProgress:
    """Renew a claim's lease, and say how far it is."""

    store: Store
    clock: Clock

    async def __call__(self, claim: Video, progress: float) -> None:
        """Note `progress`, 0.0 to 1.0. Raises LeaseLostError."""
        async with self.store.write() as uow:
            video = await _held(uow, claim)
            await uow.videos.save(
                video.reported(claim.attempt, progress=progress, now=self.clock.now())
            )
            await uow.commit()


@attrs.frozen(kw_only=True)
class ProcessVideo:
    """Make and publish the rendition of a claimed video."""

    store: Store
    uploads: UploadArea
    media: MediaStore
    transcoder: Transcoder

    async def __call__(self, claim: Video, report: Callable[[float], None]) -> None:
        """Process; `report` gets the progress, 0.0 to 1.0.

        Raises LeaseLostError, or what ended the attempt: `EndAttempt` knows what that means.
        """
        if claim.source is None:
            raise VideoProcessingError("The uploaded file is gone.")
        async with self.store.read() as uow:
            root = (await uow.config.get()).video_storage_path
        draft = await self.media.draft(claim.id, claim.attempt, root)
        try:
            facts = await self._make(claim, self.uploads.locate(claim.source), draft, report)
            published = await self.media.publish(draft)
        except BaseException:
            await self.media.discard(draft)
            raise
        await self._record(claim, draft, published, facts)
        await self.uploads.discard(claim.source)

    async def _make(
        self, claim: Video, source: str, draft: Draft, report: Callable[[float], None]
    ) -> OutputFacts:
        info = await self.transcoder.probe(source)
        made = plan(info)
        async with self.store.write() as uow:
            video = await _held(uow, claim)
            await uow.videos.save(video.planned(claim.attempt, made))
            await uow.commit()
        expected = info.credible_duration

        def report_seconds(seconds: float) -> None:
            if expected is not None:
                report(min(PROGRESS_BEFORE_PUBLISHING, seconds / expected))

        await self.transcoder.transcode(source, draft.media, made, report_seconds)
        output = await self.transcoder.probe(draft.media)
        facts = check_output(made, info, output)
        await self.transcoder.thumbnail(draft.media, draft.thumbnail, output)
        return facts

    async def _record(
        self, claim: Video, draft: Draft, published: Published, facts: OutputFacts
    ) -> None:
        """Say in the store that the files are published.

        Once the commit was begun, the files stay, whatever is raised: it may have reached the store.
        Should it not have, the next attempt clears them.
        """
        try:
            async with self.store.write() as uow:
                video = await _held(uow, claim)
                rendition = Rendition(
                    media=published.media,
                    thumbnail=published.thumbnail,
                    file_size_bytes=published.file_size_bytes,
                    duration_seconds=facts.duration_seconds,
                    width=facts.width,
                    height=facts.height,
                )
                await uow.videos.save(video.completed(claim.attempt, rendition))
                await uow.commit()
        except LeaseLostError:
            await self.media.discard(draft)
            raise


@attrs.frozen(kw_only=True)
class EndAttempt:
    """Say that a claimed video could not be processed, or not to the end."""

    store: Store
    clock: Clock

    async def failed(self, claim: Video, error: Exception) -> Status:
        """Decide by the error: the source's fault is final, any other is tried again for a while.

        Gives the status that follows. Raises LeaseLostError.
        """
        async with self.store.write() as uow:
            video = await _held(uow, claim)
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
            await uow.commit()
        return ended.status

    async def hand_back(self, claim: Video) -> None:
        """Give the video back undone, since the worker stops. Raises LeaseLostError."""
        async with self.store.write() as uow:
            video = await _held(uow, claim)
            await uow.videos.save(video.handed_back(claim.attempt, self.clock.now()))
            await uow.commit()
