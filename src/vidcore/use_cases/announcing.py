"""Having webhooks told: what happens is noted in the unit of work in which it happens.

So nothing is told that did not happen, and nothing that happened is lost (a transactional outbox).
"""

from datetime import datetime
from typing import Final

import attrs

from vidcore.lifecycle import Status
from vidcore.ports.deliveries import EventPresenter
from vidcore.ports.identity import IdSource
from vidcore.ports.store import UnitOfWork
from vidcore.users import Account
from vidcore.videos import Video
from vidcore.webhooks import Delivery, WebhookEvent

_ENDS: Final = {
    Status.COMPLETED: WebhookEvent.VIDEO_COMPLETED,
    Status.FAILED: WebhookEvent.VIDEO_FAILED,
}


@attrs.frozen(kw_only=True)
class Outbox:
    """Where it is noted what each of `urls` has to be told."""

    presenter: EventPresenter
    ids: IdSource
    urls: tuple[str, ...]


async def announce_end(outbox: Outbox | None, uow: UnitOfWork, video: Video, now: datetime) -> None:
    """Have it told that processing has ended, if it has; the video is saved already."""
    event = _ENDS.get(video.status)
    if outbox is None or not outbox.urls or event is None:
        return
    entry = await uow.videos.entry(video.id)
    payload = outbox.presenter.of_video(event, entry, now)
    await _note(outbox, uow, event, payload, now)


async def announce_account(outbox: Outbox | None, uow: UnitOfWork, account: Account) -> None:
    """Have it told that somebody has registered."""
    event = WebhookEvent.USER_REGISTERED
    if outbox is None or not outbox.urls:
        return
    payload = outbox.presenter.of_account(event, account)
    await _note(outbox, uow, event, payload, account.now)


async def _note(
    outbox: Outbox, uow: UnitOfWork, event: WebhookEvent, payload: str, now: datetime
) -> None:
    for url in outbox.urls:
        await uow.deliveries.add(
            Delivery.begin(id=outbox.ids.new(), event=event, url=url, payload=payload, now=now)
        )
