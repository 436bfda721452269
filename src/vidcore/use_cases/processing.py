"""What a worker does with a claimed video: make its rendition, publish it, and say so.

Every step can be repeated after a crash at any point. The files of an attempt have names of their own,
and are published before the record says `completed`; the source goes last. So a completed video always
has its files, and a worker that comes back late can overwrite nothing.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import attrs

from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.media import (
    MediaInfo,
    OutputFacts,
    Plan,
    Storyboard,
    check_output,
    copied_tracks,
    plan,
    storyboard_of,
)
from vidcore.ports.clock import Clock
from vidcore.ports.storage import Draft, MediaStore, Published, UploadArea
from vidcore.ports.store import Store
from vidcore.ports.transcoding import Transcoder
from vidcore.use_cases.announcing import Outbox, announce_end
from vidcore.use_cases.claiming import held, present
from vidcore.videos import Rendition, Video

STEP_TRIES: Final = 3  # a store that comes back was seen to be lost twice: as it goes, as it comes
PROGRESS_BEFORE_PUBLISHING: Final = 0.99  # 1.0 is said by `completed` alone


async def _insist(step: Callable[[], Awaitable[None]]) -> None:
    """Take a step that does no more when it is repeated, also where the store is lost in its midst.

    Raises ServiceUnavailableError when it was lost each of STEP_TRIES times.
    """
    for _ in range(STEP_TRIES - 1):
        with suppress(ServiceUnavailableError):
            return await step()
    return await step()


@attrs.frozen(kw_only=True)
class _Made:
    """The files of an attempt, in its draft; without a board there is no storyboard."""

    plan: Plan
    facts: OutputFacts
    board: Storyboard | None
    as_planned: bool


@attrs.frozen(kw_only=True)
class _Meter:
    """Turns the seconds that are done of one step into the share of all; not for unknown durations."""

    report: Callable[[float], None]
    duration: float | None
    begin: float = 0.0
    end: float = 1.0

    def __call__(self, seconds: float) -> None:
        if self.duration is not None:
            done = self.begin + (self.end - self.begin) * min(1.0, seconds / self.duration)
            self.report(min(PROGRESS_BEFORE_PUBLISHING, done))


@attrs.frozen(kw_only=True)
class ProcessVideo:
    """Make and publish the rendition of a claimed video.

    Without `copying`, what browsers play already is encoded too.
    """

    store: Store
    uploads: UploadArea
    media: MediaStore
    transcoder: Transcoder
    clock: Clock
    copying: bool = True
    outbox: Outbox | None = None

    async def __call__(self, claim: Video, report: Callable[[float], None]) -> None:
        """Process; `report` gets the progress, 0.0 to 1.0.

        Raises LeaseLostError, or what ended the attempt: `EndAttempt` knows what that means.
        """
        if claim.source is None:
            raise VideoProcessingError("The uploaded file is gone.")
        begun = self.clock.elapsed()
        async with self.store.read() as uow:
            root = (await uow.config.get()).video_storage_path
        draft = await self.media.draft(claim.id, claim.attempt, root)
        try:
            made = await self._make(claim, self.uploads.locate(claim.source), draft, report)
            published = await self.media.publish(draft)
        except BaseException:  # cancelled or not, what the attempt has made is cleared away
            await self.media.discard(draft)
            raise
        try:
            busy = self.clock.elapsed() - begun
            await _insist(lambda: self._record(claim, published, made, busy))
        except LeaseLostError:
            await self.media.discard(draft)
            raise
        await self.uploads.discard(claim.source)

    async def _make(
        self, claim: Video, source: str, draft: Draft, report: Callable[[float], None]
    ) -> _Made:
        """Do as planned; should copying have been the wrong plan, encode."""
        info = await self.transcoder.probe(source)
        made = planned = plan(info, copying=self.copying)
        await self._note(claim, made)
        try:
            facts = await self._render(source, draft, info, made, report)
        except (VideoProcessingError, FileFormatNotSupportedError) as error:
            if not made.copies:
                raise
            made = made.encoded(because=str(error))
            await self._note(claim, made)
            facts = await self._render(source, draft, info, made, report)
        board = await self._take_storyboard(claim, draft, made, facts)
        return _Made(plan=made, facts=facts, board=board, as_planned=made is planned)

    async def _render(
        self,
        source: str,
        draft: Draft,
        info: MediaInfo,
        made: Plan,
        report: Callable[[float], None],
    ) -> OutputFacts:
        """Make the media and its thumbnail; what was copied, nobody has decoded before this."""
        duration = info.credible_duration
        share = made.making_share
        meter = _Meter(report=report, duration=duration, end=share)
        await self.transcoder.transcode(source, draft.media, made, meter)
        output = await self.transcoder.probe(draft.media)
        facts = check_output(made, info, output)
        if made.copies:
            meter = _Meter(report=report, duration=duration, begin=share)
            await self.transcoder.decode(draft.media, copied_tracks(made, output), meter)
        await self.transcoder.thumbnail(draft.media, draft.thumbnail, output)
        return facts

    async def _take_storyboard(
        self, claim: Video, draft: Draft, made: Plan, facts: OutputFacts
    ) -> Storyboard | None:
        """Give the layout; a video without a storyboard is still one, and its plan says why."""
        board = storyboard_of(
            duration=facts.duration_seconds, width=facts.width, height=facts.height
        )
        try:
            await self.transcoder.storyboard(draft.media, draft.storyboard, board)
        except VideoProcessingError as error:
            reasons = (*made.reasons, f"there is no storyboard: {error}")
            await self._note(claim, attrs.evolve(made, reasons=reasons))
            return None
        return board

    async def _note(self, claim: Video, made: Plan) -> None:
        async def note() -> None:
            async with self.store.write() as uow:
                video = await held(uow, claim)
                await uow.videos.save(video.planned(claim.attempt, made))
                await uow.commit()

        await _insist(note)

    async def _record(
        self, claim: Video, published: Published, made: _Made, busy: timedelta
    ) -> None:
        """Say in the store that the files are published, and how long it took.

        Once the commit was begun, the files stay unless the lease is lost: it may have reached the
        store. Should it not have, the next attempt clears them, or whoever ends the last one.
        """
        async with self.store.write() as uow:
            video = await present(uow, claim)
            if video.is_completed_by(claim.attempt):
                return
            has_storyboard = published.storyboard is not None and made.board is not None
            rendition = Rendition(
                media=published.media,
                thumbnail=published.thumbnail,
                storyboard=published.storyboard if has_storyboard else None,
                storyboard_layout=made.board if has_storyboard else None,
                file_size_bytes=published.file_size_bytes,
                duration_seconds=made.facts.duration_seconds,
                width=made.facts.width,
                height=made.facts.height,
            )
            completed = video.completed(claim.attempt, rendition)
            await uow.videos.save(completed)
            await announce_end(self.outbox, uow, completed, self.clock.now())
            tally = await uow.tallies.get(made.plan.mode)
            counted = tally.with_completed(
                made.plan,
                media_seconds=made.facts.duration_seconds,
                busy=busy,
                typical=made.as_planned,
            )
            await uow.tallies.save(counted)
            await uow.commit()
