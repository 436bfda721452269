"""The deliveries to webhooks in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from adapters_db.tables import webhook_deliveries as deliveries
from vidcore.errors import NotFoundError
from vidcore.ports.deliveries import Deliveries
from vidcore.webhooks import Delivery, DeliveryStatus, WebhookEvent


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    """Give the values of a delivery's row."""
    return {
        "id": delivery.id,
        "event": delivery.event.value,
        "url": delivery.url,
        "payload": delivery.payload,
        "status": delivery.status.value,
        "attempt": delivery.attempt,
        "answer": delivery.answer,
        "created_at": delivery.created_at,
        "ready_at": delivery.ready_at,
        "ended_at": delivery.ended_at,
    }


def delivery_from_row(row: RowMapping) -> Delivery:
    """Make the delivery of a row."""
    return Delivery(
        id=row[deliveries.c.id],
        event=WebhookEvent(row[deliveries.c.event]),
        url=row[deliveries.c.url],
        payload=row[deliveries.c.payload],
        status=DeliveryStatus(row[deliveries.c.status]),
        attempt=row[deliveries.c.attempt],
        answer=row[deliveries.c.answer],
        created_at=row[deliveries.c.created_at],
        ready_at=row[deliveries.c.ready_at],
        ended_at=row[deliveries.c.ended_at],
    )


@attrs.frozen
class SqlDeliveries(Deliveries):
    """The deliveries, in the table `webhook_deliveries`."""

    _session: Session

    async def add(self, delivery: Delivery) -> None:
        """Remember a new delivery."""
        await self._session.change(deliveries.insert().values(delivery_to_row(delivery)))

    async def get(self, delivery_id: UUID) -> Delivery:
        """Give a delivery."""
        query = self._session.held(sa.select(deliveries).where(deliveries.c.id == delivery_id))
        row = await self._session.first(query)
        if row is None:
            raise NotFoundError("delivery", delivery_id)
        return delivery_from_row(row)

    async def save(self, delivery: Delivery) -> None:
        """Remember a changed delivery."""
        statement = deliveries.update().where(deliveries.c.id == delivery.id)
        if not await self._session.change(statement.values(delivery_to_row(delivery))):
            raise NotFoundError("delivery", delivery.id)

    async def next_claimable(self, url: str, now: datetime) -> Delivery | None:
        """Give the delivery that waits longest; those that another unit of work holds are passed by."""
        query = (
            sa.select(deliveries)
            .where(
                deliveries.c.url == url,
                deliveries.c.status == DeliveryStatus.PENDING.value,
                deliveries.c.ready_at <= now,
            )
            .order_by(deliveries.c.ready_at, deliveries.c.id)
            .limit(1)
        )
        row = await self._session.first(self._session.held(query, skip_locked=True))
        return None if row is None else delivery_from_row(row)

    async def forget(self, *, delivered_before: datetime, others_before: datetime) -> int:
        """Forget what was made before these moments; say how many."""
        delivered = deliveries.c.status == DeliveryStatus.DELIVERED.value
        return await self._session.change(
            deliveries.delete().where(
                sa.or_(
                    sa.and_(delivered, deliveries.c.created_at < delivered_before),
                    sa.and_(sa.not_(delivered), deliveries.c.created_at < others_before),
                )
            )
        )
