"""The bodies of webhooks: JSON with the objects of the contract in it."""

from datetime import datetime

import attrs

from adapters_http.presenting import UserAnswer, to_json
from adapters_http.presenting_videos import VideoAnswer, present_video
from vidcore.catalogue import VideoEntry
from vidcore.ports.deliveries import EventPresenter
from vidcore.users import Account
from vidcore.webhooks import WebhookEvent


@attrs.frozen(kw_only=True)
class Happening:
    """What happened, when, and to what: a Video or a User."""

    type: WebhookEvent
    timestamp: datetime
    data: VideoAnswer | UserAnswer


class JsonEventPresenter(EventPresenter):
    """Shows what admins are shown; but a Video has no addresses, since those give access to it."""

    def of_video(self, event: WebhookEvent, entry: VideoEntry, now: datetime) -> str:
        """Give the JSON of a video event."""
        return _text(event, now, present_video(entry, insider=True, token=None))

    def of_account(self, event: WebhookEvent, account: Account) -> str:
        """Give the JSON of an account's event."""
        return _text(event, account.now, UserAnswer.of(account))


def _text(event: WebhookEvent, now: datetime, data: VideoAnswer | UserAnswer) -> str:
    return to_json(Happening(type=event, timestamp=now, data=data)).decode()
