from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vidcore.errors import IllegalTransitionError, LeaseLostError
from vidcore.testing import strategies
from vidcore.testing.examples import MICROSECOND, NOW, example_delivery
from vidcore.testing.identity import numbered_id
from vidcore.webhooks import (
    ATTEMPT_MAX,
    BACK_OFF,
    BACK_OFF_MAX,
    LEASE,
    TRIES_MAX,
    Delivery,
    DeliveryStatus,
    WebhookAnswer,
    WebhookEvent,
    pause_after,
)

NONE = WebhookAnswer(status=None, text="nobody answers")


def answer(status: int) -> WebhookAnswer:
    return WebhookAnswer(status=status, text=str(status))


def test_what_has_just_happened_waits_from_now_on() -> None:
    delivery = Delivery.begin(
        id=numbered_id(1),
        event=WebhookEvent.VIDEO_FAILED,
        url="https://example.org",
        payload="{}",
        now=NOW,
    )

    assert delivery.is_claimable(NOW)
    assert delivery.is_claimable(NOW + MICROSECOND)
    assert not delivery.is_claimable(NOW - MICROSECOND)
    assert (delivery.status, delivery.attempt) == (DeliveryStatus.PENDING, 0)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_an_answer_of_success_delivers(status: int) -> None:
    delivered = example_delivery(1).claimed(NOW).ended(1, answer(status), NOW)

    assert delivered.status is DeliveryStatus.DELIVERED
    assert (delivered.answer, delivered.ended_at) == (str(status), NOW)
    assert not delivered.is_claimable(NOW + timedelta(days=1))


def test_gone_means_never_again() -> None:
    given_up = example_delivery(1).claimed(NOW).ended(1, answer(410), NOW)

    assert given_up.status is DeliveryStatus.GIVEN_UP
    assert given_up.ended_at == NOW


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(status: int) -> None:
    later = example_delivery(1).claimed(NOW).ended(1, answer(status), NOW)

    assert later.status is DeliveryStatus.PENDING
    assert later.ready_at == NOW + BACK_OFF
    assert (later.answer, later.ended_at) == (str(status), None)


def test_no_answer_is_tried_again() -> None:
    later = example_delivery(1).claimed(NOW).ended(1, NONE, NOW)

    assert later.status is DeliveryStatus.PENDING
    assert later.answer == "nobody answers"


def test_pauses_double_from_ten_seconds_up_to_three_hours() -> None:
    pauses = [pause_after(attempt).total_seconds() for attempt in range(1, 14)]

    assert pauses[:3] == [10, 20, 40]
    assert pauses[10:] == [10_240, 10_800, 10_800]
    assert pause_after(10_000) == BACK_OFF_MAX


def test_the_last_try_comes_about_a_day_after_the_first() -> None:
    day = sum((pause_after(attempt) for attempt in range(1, TRIES_MAX)), timedelta())

    assert timedelta(hours=22) < day <= timedelta(hours=24)


def test_an_attempt_is_over_before_its_lease() -> None:
    assert (timedelta(seconds=15), timedelta(minutes=1)) == (ATTEMPT_MAX, LEASE)
    assert ATTEMPT_MAX * 2 < LEASE


def test_a_killed_workers_delivery_is_claimable_when_its_lease_ends() -> None:
    claimed = example_delivery(1).claimed(NOW)

    assert not claimed.is_claimable(NOW + LEASE - MICROSECOND)
    assert claimed.is_claimable(NOW + LEASE)


def test_a_worker_that_comes_back_late_changes_nothing() -> None:
    second = example_delivery(1).claimed(NOW).claimed(NOW + LEASE)

    with pytest.raises(LeaseLostError):
        second.ended(1, answer(200), NOW + LEASE)
    delivered = second.ended(2, answer(200), NOW + LEASE)
    with pytest.raises(LeaseLostError):
        delivered.ended(2, answer(500), NOW + LEASE)


def test_an_attempt_that_was_never_begun_ends_nothing() -> None:
    with pytest.raises(LeaseLostError):
        example_delivery(1).claimed(NOW).ended(2, answer(200), NOW)


@pytest.mark.parametrize("status", [DeliveryStatus.DELIVERED, DeliveryStatus.GIVEN_UP])
def test_what_is_over_is_never_claimed(status: DeliveryStatus) -> None:
    with pytest.raises(IllegalTransitionError):
        example_delivery(1, status=status).claimed(NOW)


def test_after_all_tries_it_is_given_up() -> None:
    last = example_delivery(1, attempt=TRIES_MAX - 1).claimed(NOW)

    assert last.ended(TRIES_MAX, NONE, NOW).status is DeliveryStatus.GIVEN_UP
    assert last.claimed(NOW + LEASE).status is DeliveryStatus.GIVEN_UP
    assert last.claimed(NOW + LEASE).ended_at == NOW + LEASE


def test_what_had_more_tries_than_there_are_now_is_given_up() -> None:
    waits = example_delivery(1, attempt=TRIES_MAX + 1)

    assert waits.claimed(NOW).status is DeliveryStatus.GIVEN_UP
    assert waits.ended(TRIES_MAX + 1, NONE, NOW).status is DeliveryStatus.GIVEN_UP


def test_neither_address_nor_body_is_shown_in_a_log() -> None:
    shown = repr(example_delivery(1, url="https://h/secret", payload="ada@example.org"))

    assert "secret" not in shown
    assert "ada@" not in shown


@given(delivery=strategies.deliveries(), now=strategies.moments(), attempt=st.integers(0, 17))
def test_what_is_sent_never_changes(delivery: Delivery, now: datetime, attempt: int) -> None:
    waiting = attrs.evolve(delivery, status=DeliveryStatus.PENDING, attempt=attempt)
    claimed = waiting.claimed(now)

    for each in (claimed, claimed.ended(attempt + 1, NONE, now)):
        assert (each.id, each.event, each.url, each.payload, each.created_at) == (
            delivery.id,
            delivery.event,
            delivery.url,
            delivery.payload,
            delivery.created_at,
        )


class DeliveryMachine(RuleBasedStateMachine):
    """Workers that claim, answer, die and come back late, against a count of what they may do."""

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.delivery = example_delivery(1)
        self.claims: list[int] = []
        self.holder: int | None = None
        self.over = False

    @rule(seconds=st.sampled_from([1, 10, 59, 60, 61, 10_800]))
    def advance_clock(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.delivery.is_claimable(self.now))
    @rule()
    def claim(self) -> None:
        exhausted = len(self.claims) == TRIES_MAX
        self.delivery = self.delivery.claimed(self.now)
        if exhausted:
            self.over = True
            self.holder = None
        else:
            self.claims.append(self.delivery.attempt)
            self.holder = self.delivery.attempt

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), status=st.sampled_from([200, 302, 410, 500, None]))
    def report(self, data: st.DataObject, status: int | None) -> None:
        attempt = data.draw(st.sampled_from(self.claims))
        came = WebhookAnswer(status=status, text="")
        if attempt != self.holder:
            with pytest.raises(LeaseLostError):
                self.delivery.ended(attempt, came, self.now)
            return
        self.delivery = self.delivery.ended(attempt, came, self.now)
        self.over = status in (200, 410) or attempt == TRIES_MAX
        if self.over:
            self.holder = None

    @invariant()
    def attempts_rise_by_one_and_end(self) -> None:
        if hasattr(self, "delivery"):
            assert self.claims == list(range(1, len(self.claims) + 1))
            assert len(self.claims) <= TRIES_MAX
            assert (self.delivery.status is not DeliveryStatus.PENDING) == self.over
            assert (self.delivery.ended_at is not None) == self.over


TestDeliveries = DeliveryMachine.TestCase
