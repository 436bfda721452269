"""Where a new video joins the line: among all by fair queueing, among its member's by length.

>>> from datetime import UTC, datetime, timedelta
>>> from vidcore import join_line
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> join_line(now, work=timedelta(minutes=1), own=[], first=None).due_at == now + timedelta(minutes=1)
True
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final
from uuid import UUID

import attrs

from vidcore.lifecycle import Status
from vidcore.turns import due_at, planned_work
from vidcore.videos import Video

OVERTAKEN_MAX: Final = timedelta(hours=1)  # one that has waited for so long is overtaken no more
OVERTAKEN_AT_ONCE: Final = 100  # so many rows more may one upload change
LAST_TURNS: Final = OVERTAKEN_AT_ONCE + 1  # and the one behind which it comes then


@attrs.frozen(kw_only=True)
class Joining:
    """The due time of a video that joins, and the new ones, by id, of those that let it go first."""

    due_at: datetime
    later: Mapping[UUID, datetime]


def join_line(
    now: datetime, *, work: timedelta, own: Sequence[Video], first: datetime | None
) -> Joining:
    """Give a new video its turn.

    `own` are its member's videos in their first turn (`Video.is_first_turn`), by due time and id, the
    last LAST_TURNS of them at least; `first` is the earliest due time of all that wait. It goes before
    those own ones that take longer, unless they have waited for OVERTAKEN_MAX, and these are due later
    by its work: so the member as a whole gains nothing by it.
    """
    waiting = [video for video in own if video.status is Status.PENDING][-OVERTAKEN_AT_ONCE:]

    def is_overtaken(video: Video) -> bool:
        waits = now - video.created_at
        return planned_work(video.plan) > work and waits < OVERTAKEN_MAX

    overtaken = list(takewhile(is_overtaken, reversed(waiting)))
    later = {video.id: video.due_at + work for video in overtaken}
    before = [video.due_at for video in own if video.id not in later]
    if overtaken:
        next_behind = overtaken[-1]
        begins = next_behind.due_at - planned_work(next_behind.plan)
        first = begins if first is None else min(first, begins)
    due = due_at(now, work=work, behind=max(before, default=None), first=first)
    return Joining(due_at=due, later=later)
