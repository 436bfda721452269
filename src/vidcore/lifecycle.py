"""The lifecycle of a video, as one table: which event leads from which status to which.

    pending ──claim──▶ processing ──complete──▶ completed
       ▲                 │   │
       ├────hand_back────┘   └────fail────▶ failed ──retry──┐
       └────────────────────────────────────────────────────┘

Only a check of the platform knows three more: pending or completed ──lose──▶ failed when the files are
gone, failed ──find──▶ completed when they are back, and completed ──redo──▶ pending when the media is
gone but not what it was made of.

>>> from vidcore.lifecycle import NEXT, Event, Status
>>> NEXT[Status.PENDING, Event.CLAIM]
<Status.PROCESSING: 'processing'>
>>> (Status.COMPLETED, Event.FAIL) in NEXT
False
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

LEASE: Final = timedelta(seconds=30)  # a lost worker's video waits no longer than this
HEARTBEAT: Final = timedelta(seconds=10)  # a third of the lease: two may be lost
TRIES_MAX: Final = 3  # tries; a fault that passes has passed by then
BACK_OFF: Final = timedelta(seconds=10)  # doubled with every try


class Status(StrEnum):
    """Where a video stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to a video."""

    CLAIM = "claim"
    HEARTBEAT = "heartbeat"
    COMPLETE = "complete"
    FAIL = "fail"
    HAND_BACK = "hand_back"
    RETRY = "retry"
    LOSE = "lose"
    FIND = "find"
    REDO = "redo"


NEXT: Final = {
    (Status.PENDING, Event.CLAIM): Status.PROCESSING,
    (Status.PROCESSING, Event.HEARTBEAT): Status.PROCESSING,
    (Status.PROCESSING, Event.COMPLETE): Status.COMPLETED,
    (Status.PROCESSING, Event.FAIL): Status.FAILED,
    (Status.PROCESSING, Event.HAND_BACK): Status.PENDING,
    (Status.FAILED, Event.RETRY): Status.PENDING,
    (Status.PENDING, Event.LOSE): Status.FAILED,
    (Status.COMPLETED, Event.LOSE): Status.FAILED,
    (Status.FAILED, Event.FIND): Status.COMPLETED,
    (Status.COMPLETED, Event.REDO): Status.PENDING,
}
