"""Deliveries in memory, and the world that they go to."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry
from vidcore.errors import NotFoundError
from vidcore.ports.deliveries import Deliveries, EventPresenter, WebhookSender
from vidcore.testing.memory_tables import Session, check_new
from vidcore.users import Account
from vidcore.webhooks import Delivery, DeliveryStatus, WebhookAnswer, WebhookEvent


class InMemoryDeliveries(Deliveries):
    """The deliveries of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, delivery: Delivery) -> None:
        """Remember a new delivery."""
        tables = self._session.changing
        check_new(tables.deliveries, delivery.id)
        tables.deliveries[delivery.id] = delivery

    async def get(self, delivery_id: UUID) -> Delivery:
        """Give a delivery. Raises NotFoundError."""
        try:
            return self._session.tables.deliveries[delivery_id]
        except KeyError:
            raise NotFoundError("delivery", delivery_id) from None

    async def save(self, delivery: Delivery) -> None:
        """Remember a changed delivery. Raises NotFoundError if it is gone."""
        tables = self._session.changing
        await self.get(delivery.id)
        tables.deliveries[delivery.id] = delivery

    async def next_claimable(self, url: str, now: datetime) -> Delivery | None:
        """Give the delivery to `url` that waits longest."""
        waiting = (
            each
            for each in self._session.tables.deliveries.values()
            if each.url == url and each.is_claimable(now)
        )
        return min(waiting, key=lambda each: (each.ready_at, each.id), default=None)

    async def forget(self, *, delivered_before: datetime, others_before: datetime) -> int:
        """Forget what was made before these moments; say how many."""
        tables = self._session.changing
        over = [
            each.id
            for each in tables.deliveries.values()
            if each.created_at
            < (delivered_before if each.status is DeliveryStatus.DELIVERED else others_before)
        ]
        for key in over:
            del tables.deliveries[key]
        return len(over)


class PlainEventPresenter(EventPresenter):
    """Says the event, and the id of what it is about."""

    def of_video(self, event: WebhookEvent, entry: VideoEntry, now: datetime) -> str:
        """Give the body that tells of a video."""
        return f"{event} {entry.video.id} {now:%H:%M}"

    def of_account(self, event: WebhookEvent, account: Account) -> str:
        """Give the body that tells of an account."""
        return f"{event} {account.user.id} {account.now:%H:%M}"


@attrs.frozen(kw_only=True)
class SentWebhook:
    """What a receiver got."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class InMemoryReceivers(WebhookSender):
    """Receivers that keep in `sent` what they get, and give the next of `answers`, or else a 204."""

    def __init__(self) -> None:
        self.sent: list[SentWebhook] = []
        self.answers: list[WebhookAnswer] = []

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Keep it, and give the next answer."""
        self.sent.append(SentWebhook(url=url, headers=headers, body=body))
        if self.answers:
            return self.answers.pop(0)
        return WebhookAnswer(status=204, text="204 No Content")
