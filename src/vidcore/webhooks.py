"""Webhooks: what configured addresses are told of, and how a delivery to one of them goes.

    pending ──claim──▶ pending ──answered 2xx──────────────▶ delivered
       ▲                  │ └────answered 410, or last try──▶ given_up
       └──any other answer, or none: later again

A claim makes the delivery wait for LEASE, so a killed worker's comes up again by itself; and it raises
the attempt, so one that comes back late gets LeaseLostError. What is sent says how things stood when it
happened, and never changes. A receiver may get it more than once, always with the same id.

>>> from datetime import UTC, datetime
>>> from uuid import UUID
>>> from vidcore import Delivery, WebhookAnswer, WebhookEvent
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> delivery = Delivery.begin(
...     id=UUID(int=1), event=WebhookEvent.USER_REGISTERED, url="https://example.org/hook",
...     payload="{}", now=now,
... ).claimed(now)
>>> str(delivery.ended(1, WebhookAnswer(status=204, text="204 No Content"), now).status)
'delivered'
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.errors import IllegalTransitionError, LeaseLostError

ATTEMPT_MAX: Final = timedelta(seconds=15)  # the shortest that Standard Webhooks recommends
LEASE: Final = timedelta(seconds=60)  # an attempt and the writing of its end take less by far
BACK_OFF: Final = timedelta(seconds=10)  # doubled with every try
BACK_OFF_MAX: Final = timedelta(hours=3)  # how late a receiver that is back may hear of it
TRIES_MAX: Final = 18  # tries; with these pauses, the last comes a day after the first
DELIVERED_KEPT: Final = timedelta(days=7)  # to look back at
UNDELIVERED_KEPT: Final = timedelta(days=30)  # an address that is mended can be told by hand
_SUCCESS: Final = range(200, 300)  # RFC 9110 15.3
_GONE: Final = 410  # RFC 9110 15.5.11


class WebhookEvent(StrEnum):
    """What can be told of."""

    VIDEO_COMPLETED = "video.completed"
    VIDEO_FAILED = "video.failed"
    USER_REGISTERED = "user.registered"


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@attrs.frozen(kw_only=True)
class WebhookAnswer:
    """What came of an attempt: the status code, None if there was no answer, and a text for people."""

    status: int | None
    text: str

    @property
    def accepts(self) -> bool:
        """Say whether the receiver has it: 2xx. A redirection is a refusal, since none is followed."""
        return self.status in _SUCCESS

    @property
    def stops(self) -> bool:
        """Say whether the receiver wants it never again: 410 Gone, as Standard Webhooks has it."""
        return self.status == _GONE


def pause_after(attempt: int) -> timedelta:
    """Give how long to wait after the failure of an attempt, the first being 1."""
    doublings = min(attempt - 1, 30)  # beyond, it is at its most long since
    return min(BACK_OFF * (1 << doublings), BACK_OFF_MAX)


@attrs.frozen(kw_only=True)
class Delivery:
    """What one address is told of one event.

    `payload` is the body, as text. `attempt` counts all claims. `ready_at` is when the next claim may
    come, and `answer` what came of the last attempt that ended; `ended_at` is None while it is pending.
    """

    id: UUID
    event: WebhookEvent
    url: str = attrs.field(repr=False)  # some have a secret in them
    payload: str = attrs.field(repr=False)
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempt: int = 0
    answer: str | None = None
    created_at: datetime
    ready_at: datetime
    ended_at: datetime | None = None

    @classmethod
    def begin(
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        event: WebhookEvent,
        url: str,
        payload: str,
        now: datetime,
    ) -> Self:
        """Make the delivery of something that has just happened."""
        return cls(id=id, event=event, url=url, payload=payload, created_at=now, ready_at=now)

    def is_claimable(self, now: datetime) -> bool:
        """Say whether a worker may take it: it waits long enough, or its worker was lost."""
        return self.status is DeliveryStatus.PENDING and self.ready_at <= now

    def claimed(self, now: datetime) -> Self:
        """Begin a new attempt; or give up, where all tries were begun and the last was broken off.

        Raises IllegalTransitionError unless it is pending.
        """
        if self.status is not DeliveryStatus.PENDING:
            raise IllegalTransitionError(self.status, "claim")
        if self.attempt >= TRIES_MAX:
            return self._over(DeliveryStatus.GIVEN_UP, now)
        return attrs.evolve(self, attempt=self.attempt + 1, ready_at=now + LEASE)

    def ended(self, attempt: int, answer: WebhookAnswer, now: datetime) -> Self:
        """Note what came of the current attempt. Raises LeaseLostError for any other."""
        if self.status is not DeliveryStatus.PENDING or self.attempt != attempt:
            raise LeaseLostError(attempt)
        heard = attrs.evolve(self, answer=answer.text)
        if answer.accepts:
            return heard._over(DeliveryStatus.DELIVERED, now)  # noqa: SLF001 - of this class
        if answer.stops or attempt >= TRIES_MAX:
            return heard._over(DeliveryStatus.GIVEN_UP, now)  # noqa: SLF001 - of this class
        return attrs.evolve(heard, ready_at=now + pause_after(attempt))

    def _over(self, status: DeliveryStatus, now: datetime) -> Self:
        return attrs.evolve(self, status=status, ended_at=now)
