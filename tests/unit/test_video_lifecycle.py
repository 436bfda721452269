from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vidcore.errors import IllegalTransitionError, LeaseLostError, VideoNotReadyError
from vidcore.lifecycle import BACK_OFF, HEARTBEAT, LEASE, NEXT, TRIES_MAX, Event, Status
from vidcore.media import storyboard_of
from vidcore.testing.examples import (
    NOW,
    PLAN,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.turns import RETRY_DELAY
from vidcore.videos import Rendition, Video

OWNER = example_user(1)
RENDITION = Rendition(
    media="m.mp4",
    thumbnail="t.jpg",
    storyboard="s.jpg",
    storyboard_layout=storyboard_of(duration=2.5, width=64, height=48),
    file_size_bytes=9,
    duration_seconds=2.5,
    width=64,
    height=48,
)
IN_STATUS = {
    Status.PENDING: example_video(9, OWNER, attempt=1),
    Status.PROCESSING: example_processing(9, OWNER),
    Status.COMPLETED: example_completed(9, OWNER),
    Status.FAILED: example_failed(9, OWNER),
}
STEPS: dict[Event, Callable[[Video], Video]] = {
    Event.CLAIM: lambda video: video.claimed(NOW),
    Event.HEARTBEAT: lambda video: video.reported(1, progress=0.5, now=NOW),
    Event.COMPLETE: lambda video: video.completed(1, RENDITION),
    Event.FAIL: lambda video: video.failed(1, reason="why", log="log"),
    Event.HAND_BACK: lambda video: video.handed_back(1, NOW),
    Event.RETRY: lambda video: video.retried(NOW),
    Event.LOSE: lambda video: video.lost("why"),
    Event.FIND: lambda video: attrs.evolve(video, media="m.mp4").found_again(),
    Event.REDO: lambda video: video.redone("source", file_size_bytes=9, now=NOW),
}
# What the design's drawing allows, written down once more and by hand.
ALLOWED = {
    ("pending", "claim"): "processing",
    ("processing", "heartbeat"): "processing",
    ("processing", "complete"): "completed",
    ("processing", "fail"): "failed",
    ("processing", "hand_back"): "pending",
    ("failed", "retry"): "pending",
    ("pending", "lose"): "failed",
    ("completed", "lose"): "failed",
    ("failed", "find"): "completed",
    ("completed", "redo"): "pending",
}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("status", Status)
def test_a_step_leads_where_the_drawing_says_or_is_refused(status: Status, event: Event) -> None:
    before = IN_STATUS[status]
    copy = attrs.evolve(before)
    expected = ALLOWED.get((status.value, event.value))

    if expected is None:
        with pytest.raises((IllegalTransitionError, LeaseLostError, VideoNotReadyError)):
            STEPS[event](before)
    else:
        assert STEPS[event](before).status == expected
    assert before == copy


def test_the_table_is_the_drawing() -> None:
    assert {(str(a), str(b)): str(c) for (a, b), c in NEXT.items()} == ALLOWED


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.COMPLETED, Status.FAILED])
def test_an_illegal_claim_names_the_step(status: Status) -> None:
    with pytest.raises(IllegalTransitionError) as illegal:
        IN_STATUS[status].claimed(NOW)

    assert (illegal.value.status, illegal.value.event) == (status, Event.CLAIM)


HOLDERS_STEPS: dict[str, Callable[[Video, int], Video]] = {
    "report": lambda video, attempt: video.reported(attempt, progress=0.5, now=NOW),
    "plan": lambda video, attempt: video.planned(attempt, PLAN),
    "complete": lambda video, attempt: video.completed(attempt, RENDITION),
    "fail": lambda video, attempt: video.failed(attempt, reason="why", log=""),
    "stumble": lambda video, attempt: video.stumbled(attempt, reason="why", log="", now=NOW),
    "hand back": lambda video, attempt: video.handed_back(attempt, NOW),
}


@pytest.mark.parametrize("step", HOLDERS_STEPS.values(), ids=HOLDERS_STEPS.keys())
def test_only_the_holder_of_the_current_attempt_takes_a_step(
    step: Callable[[Video, int], Video],
) -> None:
    held = example_processing(9, OWNER, attempt=5)

    step(held, 5)
    for late in (4, 6):
        with pytest.raises(LeaseLostError) as lost:
            step(held, late)
        assert lost.value.attempt == late
    for gone in (Status.PENDING, Status.COMPLETED, Status.FAILED):
        with pytest.raises(LeaseLostError):
            step(IN_STATUS[gone], IN_STATUS[gone].attempt)


def test_a_claim_begins_afresh() -> None:
    waiting = example_video(
        9, OWNER, attempt=4, tries=1, error_message="before", error_log="before", progress=0.5
    )

    claimed = waiting.claimed(NOW)

    assert claimed == example_processing(9, OWNER, attempt=5, tries=2, lease_until=NOW + LEASE)


def test_a_report_renews_the_lease_and_progress_never_falls_nor_passes_one() -> None:
    video = example_processing(9, OWNER, progress=0.5)
    later = NOW + HEARTBEAT

    assert video.reported(1, progress=0.2, now=later).progress == 0.5
    assert video.reported(1, progress=0.7, now=later).progress == 0.7
    assert video.reported(1, progress=7.0, now=later).progress == 1.0
    assert video.reported(1, progress=0.7, now=later).lease_until == later + LEASE


def test_a_lease_of_30_seconds_outlives_two_lost_heartbeats() -> None:
    assert timedelta(seconds=30) == LEASE == 3 * HEARTBEAT


def test_the_first_of_three_tries_is_repeated_after_10_seconds() -> None:
    assert (timedelta(seconds=10), 3) == (BACK_OFF, TRIES_MAX)


def test_a_late_heartbeat_of_the_current_attempt_still_counts() -> None:
    lapsed = example_processing(9, OWNER, lease_until=NOW - timedelta(hours=1))

    assert lapsed.reported(1, progress=0.1, now=NOW).lease_until == NOW + LEASE


def test_a_plan_is_noted() -> None:
    assert example_processing(9, OWNER).planned(1, PLAN) == example_processing(9, OWNER, plan=PLAN)


def test_a_completed_video_is_what_the_output_was_found_to_be_and_needs_no_source() -> None:
    completed = example_processing(9, OWNER, progress=0.9).completed(1, RENDITION)

    assert completed == attrs.evolve(
        example_processing(9, OWNER),
        status=Status.COMPLETED,
        media="m.mp4",
        thumbnail="t.jpg",
        storyboard="s.jpg",
        storyboard_layout=RENDITION.storyboard_layout,
        file_size_bytes=9,
        duration_seconds=2.5,
        width=64,
        height=48,
        progress=1.0,
        source=None,
        lease_until=None,
    )


def test_a_failed_video_keeps_its_source_and_says_why() -> None:
    failed = example_processing(9, OWNER).failed(1, reason="why", log="log")

    assert failed == example_failed(9, OWNER, error_message="why", error_log="log")


def test_a_try_that_was_handed_back_does_not_count() -> None:
    handed_back = example_processing(9, OWNER, attempt=5, tries=3, progress=0.5).handed_back(5, NOW)

    assert handed_back == example_video(9, OWNER, attempt=5, tries=2, claimed_at=NOW)


def test_a_video_that_was_handed_back_waits_from_that_moment() -> None:
    assert example_processing(9, OWNER).handed_back(1, NOW + LEASE).ready_at == NOW + LEASE


@pytest.mark.parametrize(("tries", "wait"), [(1, BACK_OFF), (2, 2 * BACK_OFF)])
def test_a_passing_fault_is_tried_again_later_and_later(tries: int, wait: timedelta) -> None:
    video = example_processing(9, OWNER, tries=tries, progress=0.5)

    stumbled = video.stumbled(1, reason="the disk is full", log="ENOSPC", now=NOW)

    assert stumbled == example_video(
        9,
        OWNER,
        attempt=1,
        tries=tries,
        ready_at=NOW + wait,
        due_at=NOW + wait + RETRY_DELAY,
        claimed_at=NOW,
        error_log="ENOSPC",
    )


def test_the_third_passing_fault_is_the_last() -> None:
    stumbled = example_processing(9, OWNER, tries=TRIES_MAX).stumbled(
        1, reason="the disk is full", log="ENOSPC", now=NOW
    )

    assert (stumbled.status, stumbled.error_message, stumbled.error_log) == (
        Status.FAILED,
        "the disk is full",
        "ENOSPC",
    )
    assert stumbled.source is not None


def test_a_video_that_had_more_tries_than_there_are_now_fails_too() -> None:
    assert example_processing(9, OWNER, tries=TRIES_MAX + 1).recovered(NOW).status is Status.FAILED


def test_a_video_whose_worker_was_lost_waits_again_or_fails_after_all_tries() -> None:
    again = example_processing(9, OWNER, tries=TRIES_MAX - 1).recovered(NOW)
    over = example_processing(9, OWNER, tries=TRIES_MAX).recovered(NOW)

    assert (again.status, again.ready_at, again.lease_until) == (Status.PENDING, NOW, None)
    assert (over.status, over.error_message) == (
        Status.FAILED,
        "The last of three tries to process it was broken off.",
    )


class Lifecycle(RuleBasedStateMachine):
    """One video, a clock, and workers of which some come back late; a dumb count is the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.video = example_video(9, OWNER)
        self.attempts = 0
        self.holder: int | None = None  # the attempt that may act, as the rules of the game say
        self.completions = 0

    @rule(seconds=st.integers(0, 90))
    def advance_clock(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def claim(self) -> None:
        if not self.video.is_claimable(self.now):
            return
        if self.video.status is Status.PROCESSING:
            self.video = self.video.recovered(self.now)
            self.holder = None
        if self.video.status is Status.PENDING:
            self.video = self.video.claimed(self.now)
            self.attempts += 1
            self.holder = self.attempts

    @precondition(lambda self: self.attempts > 0)
    @rule(data=st.data(), step=st.sampled_from(sorted(HOLDERS_STEPS)))
    def act(self, data: st.DataObject, step: str) -> None:
        attempt = data.draw(st.integers(1, self.attempts))
        if attempt != self.holder:
            with pytest.raises(LeaseLostError):
                HOLDERS_STEPS[step](self.video, attempt)
            return
        self.video = HOLDERS_STEPS[step](self.video, attempt)
        self.completions += step == "complete"
        if step not in {"report", "plan"}:
            self.holder = None

    @rule()
    def retry(self) -> None:
        if self.video.status is Status.FAILED:
            self.video = self.video.retried(self.now)

    @invariant()
    def there_is_a_holder_exactly_while_it_is_processing(self) -> None:
        processing = self.video.status is Status.PROCESSING
        assert processing == (self.holder is not None) == (self.video.lease_until is not None)

    @invariant()
    def a_source_or_files_are_there_and_never_both(self) -> None:
        completed = self.video.status is Status.COMPLETED
        assert completed == (self.video.media is not None) == (self.video.source is None)
        assert completed == (self.completions == 1)
        assert self.completions <= 1

    @invariant()
    def tries_stay_within_their_bound(self) -> None:
        assert 0 <= self.video.tries <= TRIES_MAX
        assert self.video.attempt == self.attempts

    @invariant()
    def a_failed_video_says_why(self) -> None:
        assert (self.video.status is Status.FAILED) == (self.video.error_message is not None)


TestLifecycle = Lifecycle.TestCase


@pytest.mark.parametrize(
    "end",
    [
        lambda video: video.completed(1, RENDITION),
        lambda video: video.failed(1, reason="", log=""),
        lambda video: video.stumbled(1, reason="", log="", now=NOW),
        lambda video: video.handed_back(1, NOW),
        lambda video: video.recovered(NOW),
    ],
    ids=["completed", "failed", "stumbled", "handed back", "recovered"],
)
def test_nobody_holds_a_video_after_its_attempt(end: Callable[[Video], Video]) -> None:
    ended = end(example_processing(9, OWNER, holder="one"))

    assert (ended.holder, ended.lease_until) == (None, None)


def test_a_video_that_its_worker_could_not_finish_keeps_its_turn() -> None:
    video = example_processing(9, OWNER, due_at=NOW - timedelta(hours=1))

    assert video.recovered(NOW).due_at == video.handed_back(1, NOW).due_at == video.due_at
