"""How fast processing goes on this machine: what is kept of the attempts that came to an end.

Each kind of plan has a tally. Its pace is a straight line through the attempts of late, seconds over
work (see `vidcore.turns`): a start that every video costs, and what each second of work adds. The line
is that of least squares, with every error taken in proportion to the work (weights 1/work), so that
one long film does not drown ten short clips.

>>> from datetime import timedelta
>>> from vidcore import Pace
>>> measured = Pace()
>>> for minutes in (1, 2, 3, 4):
...     work = timedelta(minutes=minutes)
...     measured = measured.noted(work=work, seconds=5 + work.total_seconds() / 2)
>>> round(measured.cost.of(timedelta(minutes=10)))
305
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Self

import attrs

from vidcore.media import Mode, Plan
from vidcore.turns import planned_work

KEPT: Final = 0.9  # of its weight; so that all before the last ten count a third
SPREAD_MIN: Final = 0.25  # variance, relative; what is nearer together shows a ratio and no line


@attrs.frozen(kw_only=True)
class Cost:
    """What a video costs, in seconds: `start`, and `each` for a second of its work. Neither is negative."""

    start: float
    each: float

    def of(self, work: timedelta, videos: int = 1) -> float:
        """Give the seconds that `videos` of together `work` take, one after the other."""
        return self.start * videos + self.each * work.total_seconds()


@attrs.frozen(kw_only=True)
class Pace:
    """Weighted sums over attempts: of 1, of work, of 1/work, of seconds, and of seconds/work."""

    weight: float = 0.0
    work: float = 0.0
    inverse_work: float = 0.0
    seconds: float = 0.0
    ratio: float = 0.0

    def noted(self, *, work: timedelta, seconds: float) -> Self:
        """Add an attempt that took `seconds`; all before it weigh less from now on."""
        amount = work.total_seconds()
        return attrs.evolve(
            self,
            weight=KEPT * self.weight + 1,
            work=KEPT * self.work + amount,
            inverse_work=KEPT * self.inverse_work + 1 / amount,
            seconds=KEPT * self.seconds + seconds,
            ratio=KEPT * self.ratio + seconds / amount,
        )

    def beside(self, other: Self) -> Self:
        """Give the sums over both."""
        return attrs.evolve(
            self,
            weight=self.weight + other.weight,
            work=self.work + other.work,
            inverse_work=self.inverse_work + other.inverse_work,
            seconds=self.seconds + other.seconds,
            ratio=self.ratio + other.ratio,
        )

    @property
    def cost(self) -> Cost | None:
        """Give the line, or None while nothing was measured.

        It goes through the origin if the works are too much alike to tell the start from the rest,
        or if it would else begin below; and it is level if it would else fall.
        """
        if self.weight == 0:
            return None
        spread = self.work * self.inverse_work - self.weight**2
        if spread < SPREAD_MIN * self.weight**2:
            return Cost(start=0.0, each=self.seconds / self.work)
        start = (self.ratio * self.work - self.seconds * self.weight) / spread
        each = (self.seconds * self.inverse_work - self.ratio * self.weight) / spread
        if start < 0:
            return Cost(start=0.0, each=self.seconds / self.work)
        if each < 0:
            return Cost(start=self.seconds / self.weight, each=0.0)
        return Cost(start=start, each=each)


@attrs.frozen(kw_only=True)
class Tally:
    """What came of all attempts with plans of one `mode`; None is for those that ended before a plan.

    `stumbled` counts those that are tried again. The seconds are of completed ones: how long the
    videos last, and how long their processing took.
    """

    mode: Mode | None
    completed: int = 0
    failed: int = 0
    stumbled: int = 0
    media_seconds: float = 0.0
    busy_seconds: float = 0.0
    pace: Pace = Pace()

    def with_completed(
        self, made: Plan, *, media_seconds: float, busy: timedelta, typical: bool = True
    ) -> Self:
        """Count a completed attempt, which was `busy` for so long.

        The pace is left as it is by one that is not `typical`, or whose work nobody knows.
        """
        seconds = busy.total_seconds()
        known = typical and made.duration is not None
        return attrs.evolve(
            self,
            completed=self.completed + 1,
            media_seconds=self.media_seconds + media_seconds,
            busy_seconds=self.busy_seconds + seconds,
            pace=self.pace.noted(work=planned_work(made), seconds=seconds) if known else self.pace,
        )

    def with_failed(self) -> Self:
        """Count an attempt that failed for good."""
        return attrs.evolve(self, failed=self.failed + 1)

    def with_stumbled(self) -> Self:
        """Count an attempt that is going to be repeated."""
        return attrs.evolve(self, stumbled=self.stumbled + 1)


@attrs.frozen(kw_only=True)
class Costs:
    """What videos cost by the mode of their plan; `otherwise` holds where none was measured."""

    by_mode: dict[Mode | None, Cost]
    otherwise: Cost | None

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Self:
        """Read the costs off all tallies: a mode of which nothing is known costs as the others do."""
        everything = Pace()
        by_mode = {}
        for tally in tallies:
            everything = everything.beside(tally.pace)
            if tally.pace.cost is not None:
                by_mode[tally.mode] = tally.pace.cost
        return cls(by_mode=by_mode, otherwise=everything.cost)

    def of_mode(self, mode: Mode | None) -> Cost | None:
        """Give what a video costs, or None while nothing at all was measured."""
        return self.by_mode.get(mode, self.otherwise)
