"""What webhooks have to tell: remembered until it is delivered, and sent."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from vidcore.catalogue import VideoEntry
from vidcore.users import Account
from vidcore.webhooks import Delivery, WebhookAnswer, WebhookEvent


class Deliveries(Protocol):
    """The deliveries, those that are over among them, until they are forgotten."""

    @abstractmethod
    async def add(self, delivery: Delivery) -> None:
        """Remember a new delivery."""
        ...

    @abstractmethod
    async def get(self, delivery_id: UUID) -> Delivery:
        """Give a delivery. Raises NotFoundError."""
        ...

    @abstractmethod
    async def save(self, delivery: Delivery) -> None:
        """Remember a changed delivery. Raises NotFoundError if it is gone."""
        ...

    @abstractmethod
    async def next_claimable(self, url: str, now: datetime) -> Delivery | None:
        """Give the delivery to `url` that waits longest of those that `Delivery.is_claimable`.

        Those that others have in hand are passed by. Equals are in the order of their ids.
        """
        ...

    @abstractmethod
    async def forget(self, *, delivered_before: datetime, others_before: datetime) -> int:
        """Forget what was made before these moments: what is delivered, and the rest; say how many."""
        ...


class EventPresenter(Protocol):
    """Writes down what is sent, as it stands at the moment of the event.

    Nothing in it is a secret, or gives access to anything.
    """

    @abstractmethod
    def of_video(self, event: WebhookEvent, entry: VideoEntry, now: datetime) -> str:
        """Give the body that tells of a video."""
        ...

    @abstractmethod
    def of_account(self, event: WebhookEvent, account: Account) -> str:
        """Give the body that tells of an account, as it is at its `now`."""
        ...


class WebhookSender(Protocol):
    """Sends bodies to addresses."""

    @abstractmethod
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post the body, and give what came of it, within ATTEMPT_MAX.

        Whatever goes wrong on the way is an answer without a status. No redirection is followed.
        """
        ...
