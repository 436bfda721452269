"""How long to wait before a request is tried again, and when to stop trying.

The pauses double and are drawn at random (full jitter), so that the clients of a service that comes back
do not all come at once: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from collections.abc import Callable
from typing import Final

from vidcore_app.client.failures import GaveUpError

FIRST: Final = 0.5  # seconds; the longest pause after the first failure
LONGEST: Final = 30.0  # seconds; a service that is back is noticed within this


class Patience:
    """Counts from the last progress: after `give_up` seconds without any, it is over.

    `clock` gives seconds that only grow, `draw` a number from 0.0 to 1.0.
    """

    def __init__(
        self, *, give_up: float, clock: Callable[[], float], draw: Callable[[], float]
    ) -> None:
        self._give_up = give_up
        self._clock = clock
        self._draw = draw
        self._since = clock()
        self._failures = 0

    def progressed(self) -> None:
        """Begin to count anew."""
        self._since = self._clock()
        self._failures = 0

    def pause(self, reason: str, *, retry_after: float | None = None) -> float:
        """Give the seconds to wait after a failure, at least those that the service asked for.

        Raises GaveUpError, with the reason, if the time would then be over.
        """
        longest = min(LONGEST, FIRST * 2.0 ** min(self._failures, 16))
        self._failures += 1
        seconds = max(self._draw() * longest, retry_after or 0.0)
        if self._clock() + seconds - self._since > self._give_up:
            raise GaveUpError(self._give_up, reason)
        return seconds
