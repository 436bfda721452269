"""In which order waiting videos are processed: short ones first, and nobody behind another's hundred.

This is fair queueing by virtual finish times (Demers, Keshav and Shenker, 1989). A video that begins
to wait gets a due time: as if its member had the worker alone, and the member's videos came one after
the other. The earliest due goes first. So the second of two members waits for about one video of the
first, however many those are; of two that come at once, the shorter goes first; and since whatever comes
adds its work to its member's due times, and members are not without number, none waits for ever.

Where workers are behind, time stands at the earliest due that waits (self-clocked fair queueing: Golestani,
1994): by the clock, all that is overdue would go before whoever comes anew, be it another's hundred.

>>> from datetime import UTC, datetime, timedelta
>>> from vidcore import due_at
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> minute = timedelta(minutes=1)
>>> tenth_of_one = due_at(now, work=minute, behind=now + 9 * minute)
>>> first_of_another = due_at(now, work=2 * minute, behind=None)
>>> first_of_another < tenth_of_one
True
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from vidcore.media import MediaInfo, Plan

FULL_HD: Final = 1920 * 1080  # pixels; the most that is published
WORK_UNKNOWN: Final = timedelta(minutes=10)  # for a header that tells no duration
WORK_MIN: Final = timedelta(seconds=1)  # to start ffmpeg, look at the result and publish it
COPYING: Final = 0.02  # of an encode; measured: 1/40 with the sound encoded, less without
RETRY_DELAY: Final = timedelta(hours=1)  # behind whatever waits already, but never for ever


def work_of(info: MediaInfo, made: Plan) -> timedelta:
    """Give about how long processing takes, if a second of 1080p takes a second.

    Only the relation counts: it puts short videos before long ones.
    """
    return planned_work(attrs.evolve(made, duration=info.credible_duration))


def planned_work(made: Plan | None) -> timedelta:
    """Give the work of a plan, by the duration that stands in it; without one, WORK_UNKNOWN."""
    if made is None or made.duration is None:
        return WORK_UNKNOWN
    share = COPYING if made.copy_video else made.width * made.height / FULL_HD
    return WORK_MIN + timedelta(seconds=made.duration * share)


def due_at(
    now: datetime, *, work: timedelta, behind: datetime | None, first: datetime | None = None
) -> datetime:
    """Give the due time of a video that begins to wait.

    `behind` is the last one of its member's, `first` the earliest of all that wait.
    """
    begins = now if first is None else min(now, first)
    return (begins if behind is None else max(begins, behind)) + work
