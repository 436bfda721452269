"""When a video will be done, honestly: from measured paces, the line, and what runs at this moment.

A running attempt is believed more the further it is: what its kind is known to cost counts as if half
an attempt had already gone at that speed. Waiting videos are handed out, in their turns,
to the workers that are seen at work, each as soon as it is free. What nobody can know is None.

>>> from datetime import timedelta
>>> from vidcore import free_after
>>> free_after([10.0, 600.0], 5.0), free_after([10.0, 20.0], 30.0)
(15.0, 30.0)
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from vidcore.media import Mode
from vidcore.paces import Cost, Costs, Tally
from vidcore.turns import planned_work
from vidcore.videos import Video

TRUST: Final = 0.5  # of an attempt; with a quarter, progress that is told late tripled estimates
ETA_MAX: Final = timedelta(days=30)  # nobody knows so much about a month
COSTS_KEPT: Final = timedelta(seconds=5)  # a pace changes with attempts, which take longer
NEWS_SHARE: Final = 0.2  # of what is left; estimates are hardly nearer to the truth
NEWS_MIN: Final = timedelta(seconds=5)  # nobody plans by less


@attrs.frozen(kw_only=True)
class Load:
    """How many videos of one mode wait, and how much work they are together."""

    mode: Mode | None
    videos: int
    work: timedelta


@attrs.frozen(kw_only=True)
class Turn:
    """A video that waits, its position in the line (1 is next), and what goes before it."""

    video: Video
    position: int
    ahead: tuple[Load, ...] = ()


@attrs.frozen(kw_only=True)
class Line:
    """The videos that workers hold by live leases, and the turns that were asked for."""

    running: tuple[Video, ...] = ()
    turns: tuple[Turn, ...] = ()


@attrs.frozen(kw_only=True)
class Forecast:
    """What can be said of a video under way; None is what does not apply, or nobody knows."""

    position: int | None = None
    remaining: timedelta | None = None


def forecast(line: Line, costs: Costs, now: datetime) -> dict[UUID, Forecast]:
    """Give the forecasts of all videos of the line, by id."""
    left = {video.id: _left(video, costs, now) for video in line.running}
    told = {key: Forecast(remaining=_told(seconds)) for key, seconds in left.items()}
    free = [seconds for seconds in left.values() if seconds is not None]
    if not line.running:
        free = [0.0]  # a worker takes the next at any moment
    for turn in line.turns:
        seconds = _until(turn, free, costs, now)
        told[turn.video.id] = Forecast(position=turn.position, remaining=_told(seconds))
    return told


def _left(video: Video, costs: Costs, now: datetime) -> float | None:
    """Give the seconds until a running attempt is done.

    Half of the start comes before the first progress, half after the last: pictures, publishing.
    """
    if video.claimed_at is None:
        return None
    elapsed = max(0.0, (now - video.claimed_at).total_seconds())
    cost = _cost(video, costs)
    if cost is None:
        return elapsed * (1 - video.progress) / video.progress if video.progress > 0 else None
    start = cost.of(timedelta()) / 2
    expected = cost.of(_work(video), videos=0)
    whole = (TRUST * expected + max(0.0, elapsed - start)) / (TRUST + video.progress)
    return max(0.0, start - elapsed) + (1 - video.progress) * whole + start


def _until(turn: Turn, free: Sequence[float], costs: Costs, now: datetime) -> float | None:
    """Give the seconds until a waiting video is done."""
    own = _cost(turn.video, costs)
    if own is None or not free:
        return None
    ahead = 0.0
    for load in turn.ahead:
        cost = costs.of_mode(load.mode) or own
        ahead += cost.of(load.work, load.videos)
    begins = max(free_after(free, ahead), (turn.video.ready_at - now).total_seconds())
    return begins + own.of(_work(turn.video))


def free_after(free: Iterable[float], ahead: float) -> float:
    """Give the seconds until a worker is free for the next, if workers are in `free` seconds.

    They share what is `ahead`, in seconds of one worker. `free` is not empty.
    """
    level, sooner = 0.0, 0.0
    for number, at in enumerate(sorted(free)):
        if number and level <= at:
            return level
        sooner += at
        level = (sooner + ahead) / (number + 1)
    return level


def _cost(video: Video, costs: Costs) -> Cost | None:
    """Give what a video costs, or None if how long it lasts, or what that costs, is not known."""
    if video.plan is None or video.plan.duration is None:
        return None
    return costs.of_mode(video.plan.mode)


def _work(video: Video) -> timedelta:
    return planned_work(video.plan)


def _told(seconds: float | None) -> timedelta | None:
    if seconds is None or seconds > ETA_MAX.total_seconds():
        return None
    return timedelta(seconds=seconds)


def is_new_forecast(told: Forecast | None, now: Forecast | None, passed: timedelta) -> bool:
    """Say whether a forecast says more than that time has `passed` since the one that was told."""
    if told is None or now is None:
        return told is not now
    if told.position != now.position or (told.remaining is None) != (now.remaining is None):
        return True
    if told.remaining is None or now.remaining is None:
        return False
    wrong_by = abs(now.remaining - max(timedelta(), told.remaining - passed))
    return wrong_by > max(NEWS_MIN, NEWS_SHARE * now.remaining)


@attrs.define(kw_only=True)
class CostsCache:
    """Remembers the costs for COSTS_KEPT, so that not every look asks the store for them.

    What is `elapsed` comes from a clock that never steps back.
    """

    _costs: Costs | None = None
    _at: timedelta = timedelta()

    def find(self, elapsed: timedelta) -> Costs | None:
        """Give what is remembered, unless it is too old."""
        return self._costs if elapsed - self._at < COSTS_KEPT else None

    def keep(self, tallies: Iterable[Tally], elapsed: timedelta) -> Costs:
        """Remember, and give, the costs of what was just read."""
        self._costs, self._at = Costs.of(tallies), elapsed
        return self._costs
