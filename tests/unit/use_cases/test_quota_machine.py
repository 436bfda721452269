"""Uploads, the quota and the clock, held against lists that only add up."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
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

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.details import VideoDetails
from vidcore.errors import FileTooLargeError, NotFoundError, QuotaExceededError
from vidcore.testing.examples import example_config, example_user
from vidcore.use_cases.accounts import ShowOwnAccount
from vidcore.use_cases.administration import ChangeConfig
from vidcore.use_cases.housekeeping import ResetWeek, TidyUp
from vidcore.use_cases.uploading import (
    GROWTH,
    AbandonUpload,
    BeginUpload,
    BegunUpload,
    FinishUpload,
    GrowUpload,
    RenewUpload,
)

T = TypeVar("T")
FILE_MAX = 600
MEMBERS = (example_user(1), example_user(2))
SIZES = st.integers(0, FILE_MAX + 1) | st.sampled_from([100, 200, 300, FILE_MAX])
JUMPS = st.sampled_from(
    [timedelta(microseconds=1), timedelta(minutes=1), timedelta(minutes=5), timedelta(days=1)]
)


@attrs.define
class Held:
    """An upload under way, as the oracle knows it."""

    member: UUID
    size: int
    until: datetime


class QuotaMachine(RuleBasedStateMachine):
    uploads = Bundle("uploads")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.platform = MemoryPlatform()
        self.limit = 1_000
        self.accepted: list[tuple[UUID, datetime, int]] = []
        self.held: dict[UUID, Held] = {}
        self.before = {member.id: 0 for member in MEMBERS}

    def teardown(self) -> None:
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def now(self) -> datetime:
        return self.platform.clock.now()

    def used(self, member: UUID) -> int:
        sunday = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        while sunday.strftime("%A") != "Sunday":
            sunday -= timedelta(days=1)
        return sum(size for owner, at, size in self.accepted if owner == member and at >= sunday)

    def reserved(self, member: UUID) -> int:
        return sum(
            upload.size
            for upload in self.held.values()
            if upload.member == member and upload.until > self.now
        )

    @staticmethod
    def refusal(at_least: int, free: int) -> type[Exception] | None:
        if at_least > FILE_MAX:
            return FileTooLargeError
        return QuotaExceededError if at_least > free else None

    def is_over(self, begun: BegunUpload) -> bool:
        upload = self.held.get(begun.upload.id)
        return upload is None or upload.until <= self.now

    def expect(self, refused: type[Exception] | None, work: Coroutine[Any, Any, T]) -> T | None:
        if refused is None:
            return self.run(work)
        with self.platform.refuses(refused):
            self.run(work)
        return None

    @initialize()
    def open(self) -> None:
        config = example_config(max_file_size_bytes=FILE_MAX, weekly_upload_limit_bytes=self.limit)
        self.run(self.platform.add(*MEMBERS, config))

    @rule(target=uploads, member=st.sampled_from(MEMBERS), size=SIZES, known=st.booleans())
    def begin(self, member: Any, size: int, known: bool) -> Any:  # noqa: FBT001 - drawn
        free = max(0, self.limit - self.used(member.id) - self.reserved(member.id))
        begun = self.expect(
            self.refusal(size, free),
            self.platform.make(BeginUpload)(
                actor=member,
                filename="holiday.mp4",
                at_least=size,
                at_most=size if known else size + GROWTH,
            ),
        )
        if begun is None:
            return multiple()
        held = size if known else min(FILE_MAX, free)
        assert begun.upload.reserved_bytes == held
        self.held[begun.upload.id] = Held(member.id, held, self.now + timedelta(minutes=5))
        self.run(self.platform.receive(str(begun.upload.id), b"."))
        return begun

    @rule(target=uploads, begun=consumes(uploads), more=st.integers(0, 200))
    def grow(self, begun: BegunUpload, more: int) -> BegunUpload:
        received = begun.upload.reserved_bytes + more
        member = begun.upload.user_id
        refused: type[Exception] | None = NotFoundError
        free = 0
        if not self.is_over(begun):
            own = self.held[begun.upload.id].size
            free = max(0, self.limit - self.used(member) - self.reserved(member) + own)
            refused = self.refusal(received, free)
        grown = self.expect(refused, self.platform.make(GrowUpload)(begun, received=received))
        if grown is None:
            return begun
        self.held[begun.upload.id].size = min(FILE_MAX, free)
        assert grown.upload.reserved_bytes == min(FILE_MAX, free)
        return grown

    @rule(begun=uploads)
    def renew(self, begun: BegunUpload) -> None:
        refused = NotFoundError if self.is_over(begun) else None
        self.expect(refused, self.platform.make(RenewUpload)(begun.upload.id))
        if refused is None:
            self.held[begun.upload.id].until = self.now + timedelta(minutes=5)

    @rule(begun=uploads, received=SIZES)
    def finish(self, begun: BegunUpload, received: int) -> None:
        refused: type[Exception] | None = None
        if received > FILE_MAX:
            refused = FileTooLargeError
        elif received > begun.admission.reserved_bytes:
            refused = QuotaExceededError
        elif self.is_over(begun):
            refused = NotFoundError
        finish = self.platform.make(FinishUpload)
        details = VideoDetails(title="Holiday")
        self.expect(refused, finish(begun=begun, received=received, details=details))
        if refused is None:
            upload = self.held.pop(begun.upload.id)
            self.accepted.append((upload.member, self.now, received))

    @rule(begun=uploads)
    def abandon(self, begun: BegunUpload) -> None:
        self.run(self.platform.make(AbandonUpload)(begun.upload.id))
        self.held.pop(begun.upload.id, None)

    @rule()
    def tidy(self) -> None:
        self.run(self.platform.make(TidyUp)())
        self.held = {key: held for key, held in self.held.items() if held.until > self.now}
        assert set(self.platform.remembered().uploads) == set(self.held)

    @rule()
    def reset_week(self) -> None:
        self.run(self.platform.make(ResetWeek)())

    @rule(by=JUMPS)
    def advance_clock(self, by: timedelta) -> None:
        self.platform.clock.advance(by)

    @rule(by=st.sampled_from([timedelta(microseconds=-1), timedelta(), timedelta(minutes=2)]))
    def go_to_the_weeks_edge(self, by: timedelta) -> None:
        account = self.run(self.platform.make(ShowOwnAccount)(actor=MEMBERS[0]))
        self.platform.clock.set(max(self.now, account.quota_resets_at + by))

    @rule(limit=st.sampled_from([0, 500, 1_000, 2_000]))
    def change_limit(self, limit: int) -> None:
        change = self.platform.make(ChangeConfig)
        self.run(change(by=MEMBERS[0].id, weekly_upload_limit_bytes=limit))
        self.limit = limit

    @invariant()
    def what_counts_is_the_sum_of_what_was_accepted_and_is_held(self) -> None:
        for member in MEMBERS if self.platform.remembered().users else ():
            user = self.run(self.platform.user(member.id))
            account = self.run(self.platform.make(ShowOwnAccount)(actor=user))
            assert account.weekly_upload_bytes == self.used(member.id)
            assert self.run(self.platform.reserved(member.id)) == self.reserved(member.id)

    @invariant()
    def nothing_grows_past_the_limit(self) -> None:
        for member, before in self.before.items():
            together = self.used(member) + self.reserved(member)
            assert together <= max(self.limit, before)
            self.before[member] = together

    @invariant()
    def bytes_stay_as_long_as_somebody_needs_them(self) -> None:
        sources = {video.source for video in self.platform.remembered().videos.values()}
        assert sources | {str(key) for key in self.held} <= set(self.platform.bytes_kept())


TestQuotaMachine = QuotaMachine.TestCase
TestQuotaMachine.settings = settings(max_examples=20, stateful_step_count=30)
