"""A video: every change of its status happens here, through the table of `vidcore.lifecycle`.

A worker holds a video by a claim: a lease that it renews by heartbeats, and an attempt number that
rises with every claim (a fencing number). Only the holder of the current attempt can report, publish
or fail; one that comes back late gets LeaseLostError, whatever its lease says.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Video, VideoDetails
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> first = Video.accept(
...     id=UUID(int=1), details=VideoDetails(title="First steps"), original_filename="clip.mkv",
...     file_size_bytes=1_000, uploaded_by=UUID(int=2), source="1", now=now,
... ).claimed(now)
>>> second = first.recovered(first.lease_until).claimed(first.lease_until)
>>> second.failed(first.attempt, reason="I was asleep.", log="")
Traceback (most recent call last):
vidcore.errors.LeaseLostError: Attempt 1 has lost its claim.
"""

from datetime import datetime
from typing import Self
from uuid import UUID

import attrs

from vidcore.details import Unset, VideoDetails, check_description, check_title
from vidcore.errors import (
    IllegalTransitionError,
    LeaseLostError,
    NotFoundError,
    PermissionDeniedError,
    VideoNotReadyError,
    VideoProcessingError,
)
from vidcore.lifecycle import BACK_OFF, LEASE, NEXT, TRIES_MAX, Event, Status
from vidcore.media import Plan, Storyboard
from vidcore.turns import RETRY_DELAY
from vidcore.users import User


@attrs.frozen(kw_only=True)
class Rendition:
    """A published result: where its files are, and what the output itself was found to be.

    Sizes in bytes and pixels, the duration in seconds. `storyboard` and its layout come together.
    """

    media: str
    thumbnail: str
    storyboard: str | None = None
    storyboard_layout: Storyboard | None = None
    file_size_bytes: int
    duration_seconds: float
    width: int
    height: int


@attrs.frozen(kw_only=True)
class Video:
    """A video in any status; sizes in bytes and pixels, the duration in seconds.

    Until it is completed, `source` is the upload that it was made from, and `file_size_bytes` that
    upload's size; from then on `media`, `thumbnail` and perhaps `storyboard` are where the published
    files are, and `file_size_bytes` is the size of the first. `progress` goes from 0.0 to 1.0. `attempt`
    counts all claims, `tries` those that count against TRIES_MAX. `ready_at` is when the next claim may come,
    and `due_at` which of those that wait is claimed first. `claimed_at` is when the last claim began,
    `lease_until` when the present one ends unless it is renewed, `holder` the name of who holds it. `error_log` is for admins only.
    `sha256` is of the upload, in hexadecimal; None for what was uploaded before that was taken.
    """

    id: UUID
    title: str
    description: str | None
    original_filename: str
    file_size_bytes: int
    duration_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    uploaded_by: UUID
    category_id: UUID | None
    sha256: str | None = None
    view_count: int = 0
    status: Status = Status.PENDING
    progress: float = 0.0
    error_message: str | None = None
    error_log: str | None = None
    created_at: datetime
    source: str | None
    media: str | None = None
    thumbnail: str | None = None
    storyboard: str | None = None
    storyboard_layout: Storyboard | None = None
    plan: Plan | None = None
    attempt: int = 0
    tries: int = 0
    ready_at: datetime
    due_at: datetime
    holder: str | None = None
    claimed_at: datetime | None = None
    lease_until: datetime | None = None

    @classmethod
    def accept(  # noqa: PLR0913 - a video has this many first values
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        details: VideoDetails,
        original_filename: str,
        file_size_bytes: int,
        uploaded_by: UUID,
        source: str,
        now: datetime,
        sha256: str | None = None,
        plan: Plan | None = None,
        due_at: datetime | None = None,
    ) -> Self:
        """Make the pending video of an upload that has arrived in full, with what is planned for it."""
        return cls(
            id=id,
            title=details.title,
            description=details.description,
            original_filename=original_filename,
            file_size_bytes=file_size_bytes,
            uploaded_by=uploaded_by,
            category_id=details.category_id,
            sha256=sha256,
            created_at=now,
            source=source,
            plan=plan,
            ready_at=now,
            due_at=due_at or now,
        )

    def is_claimable(self, now: datetime) -> bool:
        """Say whether a worker may take the video: it waits, or its worker was lost."""
        if self.status is Status.PENDING:
            return self.ready_at <= now
        return self.is_abandoned(now)

    def is_waiting(self, now: datetime) -> bool:
        """Say whether the video has a turn: it is pending, ready or not, or its worker was lost."""
        return self.status is Status.PENDING or self.is_abandoned(now)

    @property
    def is_first_turn(self) -> bool:
        """Say whether the video waits for its first attempt, or that goes on."""
        return (self.status, self.attempt) in {(Status.PENDING, 0), (Status.PROCESSING, 1)}

    def is_abandoned(self, now: datetime) -> bool:
        """Say whether a worker holds the video, and let its lease run out."""
        return (
            self.status is Status.PROCESSING
            and self.lease_until is not None
            and self.lease_until <= now
        )

    def recovered(self, now: datetime) -> Self:
        """Take an abandoned video from its lost worker: back to pending, or failed after all tries.

        It keeps its turn. Raises IllegalTransitionError unless it is being processed.
        """
        reason = "The last of three tries to process it was broken off."
        return self._stumble(reason, log="", ready_at=now, due_at=self.due_at)

    def claimed(self, now: datetime, *, holder: str | None = None) -> Self:
        """Begin a new attempt with a fresh lease. Raises IllegalTransitionError unless pending."""
        return attrs.evolve(
            self._on(Event.CLAIM),
            attempt=self.attempt + 1,
            tries=self.tries + 1,
            claimed_at=now,
            lease_until=now + LEASE,
            holder=holder,
            progress=0.0,
            error_message=None,
            error_log=None,
        )

    def reported(self, attempt: int, *, progress: float, now: datetime) -> Self:
        """Renew the lease and note the progress (0.0 to 1.0), which never falls within an attempt.

        Raises LeaseLostError, as do all steps that take an `attempt`, unless it is the current one.
        """
        self.check_holder(attempt)
        return attrs.evolve(
            self._on(Event.HEARTBEAT),
            lease_until=now + LEASE,
            progress=max(self.progress, min(1.0, progress)),
        )

    def planned(self, attempt: int, plan: Plan) -> Self:
        """Note how the source is going to be processed, and why. Raises LeaseLostError."""
        self.check_holder(attempt)
        return attrs.evolve(self, plan=plan)

    def completed(self, attempt: int, rendition: Rendition) -> Self:
        """Publish the result of the current attempt, and let the source go. Raises LeaseLostError."""
        self.check_holder(attempt)
        return attrs.evolve(
            self._on(Event.COMPLETE),
            media=rendition.media,
            thumbnail=rendition.thumbnail,
            storyboard=rendition.storyboard,
            storyboard_layout=rendition.storyboard_layout,
            file_size_bytes=rendition.file_size_bytes,
            duration_seconds=rendition.duration_seconds,
            width=rendition.width,
            height=rendition.height,
            progress=1.0,
            source=None,
            lease_until=None,
            holder=None,
        )

    def failed(self, attempt: int, *, reason: str, log: str) -> Self:
        """End the current attempt for good: the source is at fault, and trying again is no use.

        `reason` is for the owner to read, `log` for admins. Raises LeaseLostError.
        """
        self.check_holder(attempt)
        return attrs.evolve(
            self._on(Event.FAIL), error_message=reason, error_log=log, lease_until=None, holder=None
        )

    def stumbled(self, attempt: int, *, reason: str, log: str, now: datetime) -> Self:
        """End the current attempt by a passing fault: later again, or failed after all tries.

        Later is after 10 seconds, and twice as long after each further try, and behind those that
        wait. Raises LeaseLostError.
        """
        self.check_holder(attempt)
        ready_at = now + BACK_OFF * 2 ** (self.tries - 1)
        return self._stumble(reason, log=log, ready_at=ready_at, due_at=ready_at + RETRY_DELAY)

    def handed_back(self, attempt: int, now: datetime) -> Self:
        """Give the video back undone, since its worker is stopping; the try does not count.

        Raises LeaseLostError.
        """
        self.check_holder(attempt)
        return attrs.evolve(
            self._on(Event.HAND_BACK),
            tries=self.tries - 1,
            ready_at=now,
            lease_until=None,
            holder=None,
            progress=0.0,
        )

    def retried(self, now: datetime) -> Self:
        """Try a failed video again, with all tries, behind those that wait.

        Raises VideoNotReadyError unless it has failed.
        """
        if self.status is not Status.FAILED:
            raise VideoNotReadyError(self.status, Status.FAILED)
        return attrs.evolve(
            self._on(Event.RETRY),
            tries=0,
            ready_at=now,
            due_at=now + RETRY_DELAY,
            progress=0.0,
            error_message=None,
            error_log=None,
        )

    def lost(self, reason: str) -> Self:
        """Give up a video whose bytes are gone: the upload of a pending one, a completed one's media.

        Where published files were stays known, so that they can be found again. Raises
        IllegalTransitionError in any other status.
        """
        return attrs.evolve(
            self._on(Event.LOSE), source=None, progress=0.0, error_message=reason, error_log=""
        )

    def found_again(self) -> Self:
        """Publish a failed video whose files are back. Raises IllegalTransitionError unless it had any."""
        if self.media is None:
            raise IllegalTransitionError(self.status, Event.FIND)
        return attrs.evolve(self._on(Event.FIND), progress=1.0, error_message=None, error_log=None)

    def redone(self, source: str, *, file_size_bytes: int, now: datetime) -> Self:
        """Process a completed video again, from its upload, with all tries, behind those that wait.

        Raises IllegalTransitionError unless it is completed.
        """
        return attrs.evolve(
            self._on(Event.REDO),
            source=source,
            file_size_bytes=file_size_bytes,
            media=None,
            thumbnail=None,
            storyboard=None,
            storyboard_layout=None,
            duration_seconds=None,
            width=None,
            height=None,
            progress=0.0,
            tries=0,
            ready_at=now,
            due_at=now + RETRY_DELAY,
        )

    def viewed(self) -> Self:
        """Count one view."""
        return attrs.evolve(self, view_count=self.view_count + 1)

    def edited(
        self,
        *,
        title: str | Unset = Unset.UNSET,
        description: str | Unset | None = Unset.UNSET,
        category_id: UUID | Unset | None = Unset.UNSET,
    ) -> Self:
        """Change what is not UNSET. Raises InvalidValueError, and then nothing is changed."""
        return attrs.evolve(
            self,
            title=self.title if title is Unset.UNSET else check_title(title),
            description=(
                self.description if description is Unset.UNSET else check_description(description)
            ),
            category_id=self.category_id if category_id is Unset.UNSET else category_id,
        )

    def handed_over(self, user_id: UUID) -> Self:
        """Make `user_id` the owner."""
        return attrs.evolve(self, uploaded_by=user_id)

    def is_owned_by(self, user: User) -> bool:
        """Say whether `user` uploaded the video."""
        return self.uploaded_by == user.id

    def check_visible_to(self, user: User) -> None:
        """Raise NotFoundError unless it is completed, or `user` is its owner or an admin.

        Not PermissionDeniedError: that there is something to hide is hidden too.
        """
        if not (self.status is Status.COMPLETED or self.is_owned_by(user) or user.is_admin):
            raise NotFoundError("video", self.id)

    def check_editable_by(self, user: User) -> None:
        """Raise PermissionDeniedError unless `user` is the owner or an admin.

        Raises NotFoundError instead where it is not even visible.
        """
        self.check_visible_to(user)
        if not (self.is_owned_by(user) or user.is_admin):
            raise PermissionDeniedError("change the video of another member")

    def published_files(self) -> tuple[str, str]:
        """Give the locations of media and thumbnail.

        Raises VideoNotReadyError before processing has ended, VideoProcessingError if it failed.
        """
        if self.status is Status.FAILED:
            raise VideoProcessingError(
                f"The video could not be processed: {self.error_message}", self.error_log or ""
            )
        if self.status is not Status.COMPLETED or self.media is None or self.thumbnail is None:
            raise VideoNotReadyError(self.status, Status.COMPLETED)
        return self.media, self.thumbnail

    def published_storyboard(self) -> tuple[str, Storyboard]:
        """Give the location and the layout of the storyboard.

        Raises NotFoundError if there is none, and else what `published_files` raises.
        """
        self.published_files()
        if self.storyboard is None or self.storyboard_layout is None:
            raise NotFoundError("storyboard", self.id)
        return self.storyboard, self.storyboard_layout

    @property
    def playable_source(self) -> str | None:
        """Give the upload while it is what plays, before it is published: the plan copies it anyway."""
        waits = self.status in {Status.PENDING, Status.PROCESSING}
        return self.source if waits and self.plan is not None and self.plan.plays_at_once else None

    def is_completed_by(self, attempt: int) -> bool:
        """Say whether that attempt made the result that is published."""
        return self.status is Status.COMPLETED and self.attempt == attempt

    def check_holder(self, attempt: int) -> None:
        """Raise LeaseLostError unless `attempt` is the one that holds the video."""
        if self.status is not Status.PROCESSING or self.attempt != attempt:
            raise LeaseLostError(attempt)

    def _stumble(self, reason: str, *, log: str, ready_at: datetime, due_at: datetime) -> Self:
        event = Event.FAIL if self.tries >= TRIES_MAX else Event.HAND_BACK
        return attrs.evolve(
            self._on(event),
            ready_at=ready_at,
            due_at=due_at,
            lease_until=None,
            holder=None,
            progress=0.0,
            error_message=reason if event is Event.FAIL else None,
            error_log=log,
        )

    def _on(self, event: Event) -> Self:
        try:
            return attrs.evolve(self, status=NEXT[self.status, event])
        except KeyError:
            raise IllegalTransitionError(self.status, event) from None
