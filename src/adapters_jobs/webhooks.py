"""Delivering to webhooks: beside the processing of videos, which it never holds up.

Each address has a loop of its own, so one that is slow delays no other. What waits is asked of the
database, where it is claimed as videos are; so any number of these may run, and any may die.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog

from vidcore.errors import LeaseLostError, ServiceUnavailableError
from vidcore.use_cases.delivering import DeliverNext
from vidcore.webhooks import Delivery, DeliveryStatus

POLL: Final = timedelta(seconds=2)  # how late a receiver hears of what happened
PAUSE: Final = 2.0  # seconds after a fault that is not a receiver's

_log = structlog.get_logger("vidcore.webhooks")


class WebhookWorker:
    """Delivers to `urls`, one after the other to each, from `start` to `stop`."""

    def __init__(
        self, *, deliver: DeliverNext, urls: Sequence[str], poll: timedelta = POLL
    ) -> None:
        self._deliver = deliver
        self._urls = tuple(urls)
        self._poll = poll
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._running = [asyncio.create_task(self._keep_delivering(url)) for url in self._urls]

    async def stop(self) -> None:
        """Break off what is being sent; it is sent again when its lease has ended."""
        for running in self._running:
            running.cancel()
        if self._running:
            await asyncio.wait(self._running)
        self._running = []

    async def _keep_delivering(self, url: str) -> None:
        while True:
            if not await self._try_once(url):
                await asyncio.sleep(self._poll.total_seconds())

    async def _try_once(self, url: str) -> bool:
        """Deliver what is next, if anything is, and say whether to look again at once."""
        try:
            delivery = await self._deliver(url)
        except LeaseLostError as error:
            _log.warning("webhook given up", host=_host(url), reason=str(error))
        except ServiceUnavailableError as error:
            _log.warning("webhooks wait", reason=str(error))
            await asyncio.sleep(PAUSE)
        except Exception:  # noqa: BLE001 - it outlives every fault; the lease mends it
            _log.exception("webhook failed", host=_host(url))
            await asyncio.sleep(PAUSE)
        else:
            if delivery is None:
                return False
            _note(delivery)
        return True


def _note(delivery: Delivery) -> None:
    log = _log.bind(
        delivery=str(delivery.id),
        webhook=delivery.event.value,
        host=_host(delivery.url),
        attempt=delivery.attempt,
        answer=delivery.answer,
    )
    match delivery.status:
        case DeliveryStatus.DELIVERED:
            log.info("webhook delivered")
        case DeliveryStatus.GIVEN_UP:
            log.error("webhook given up")
        case _:
            log.warning("webhook comes later", at=delivery.ready_at.isoformat())


def _host(url: str) -> str:
    """Give what can be logged of an address: the rest may be a secret."""
    return urlsplit(url).hostname or ""
