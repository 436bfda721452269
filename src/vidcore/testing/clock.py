"""A clock that stands still until it is told otherwise."""

from datetime import UTC, datetime, timedelta

from vidcore.ports.clock import Clock


class FixedClock(Clock):
    """Tells `now` (aware, any zone), until it is set or moved on.

    What it goes forward has elapsed; a step back takes nothing of that away.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._elapsed = timedelta()

    def now(self) -> datetime:
        """Give the moment that the clock stands at, in UTC."""
        return self._now

    def elapsed(self) -> timedelta:
        """Give all that the clock ever went forward."""
        return self._elapsed

    def set(self, now: datetime) -> None:
        """Let the clock stand at `now`, which may be earlier."""
        self.advance(now.astimezone(UTC) - self._now)

    def advance(self, by: timedelta) -> None:
        """Move the clock on, or with a negative span back."""
        self._now += by
        self._elapsed += max(by, timedelta())
