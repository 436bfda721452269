"""What a worker does for webhooks: claim a delivery, send it, and note what came of it."""

import attrs

from vidcore.errors import LeaseLostError, NotFoundError
from vidcore.ports.clock import Clock
from vidcore.ports.deliveries import WebhookSender
from vidcore.ports.store import Store
from vidcore.signatures import sign_webhook
from vidcore.webhooks import Delivery, DeliveryStatus


@attrs.frozen(kw_only=True)
class DeliverNext:
    """Send what waits longest for an address, signed with `key`."""

    store: Store
    sender: WebhookSender
    clock: Clock
    key: bytes = attrs.field(repr=False)

    async def __call__(self, url: str) -> Delivery | None:
        """Give the delivery after an attempt, or None if none waits.

        A worker that is killed before the end is noted leaves it to be sent again. Raises
        LeaseLostError if another has taken it meanwhile, or it is gone.
        """
        claim = await self._claim(url)
        if claim is None or claim.status is not DeliveryStatus.PENDING:
            return claim
        body = claim.payload.encode()
        headers = sign_webhook(self.key, id=str(claim.id), body=body, at=self.clock.now())
        answer = await self.sender.send(url, headers, body)
        async with self.store.write() as uow:
            try:
                delivery = await uow.deliveries.get(claim.id)
            except NotFoundError:
                raise LeaseLostError(claim.attempt) from None
            ended = delivery.ended(claim.attempt, answer, self.clock.now())
            await uow.deliveries.save(ended)
            await uow.commit()
        return ended

    async def _claim(self, url: str) -> Delivery | None:
        """Claim what is next; given up, if the last of its tries was broken off."""
        async with self.store.read() as uow:  # who finds nothing need not keep writers waiting
            if await uow.deliveries.next_claimable(url, self.clock.now()) is None:
                return None
        async with self.store.write() as uow:
            now = self.clock.now()
            waiting = await uow.deliveries.next_claimable(url, now)
            if waiting is None:
                return None
            claim = waiting.claimed(now)
            await uow.deliveries.save(claim)
            await uow.commit()
        return claim
