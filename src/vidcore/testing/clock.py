"""A clock that stands still until it is told otherwise."""

from datetime import UTC, datetime, timedelta

from vidcore.ports.clock import Clock


class FixedClock(Clock):
    """Tells `now` (aware, any zone), until it is set or moved on."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def now(self) -> datetime:
        """Give the moment that the clock stands at, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Let the clock stand at `now`, which may be earlier."""
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._now += by
