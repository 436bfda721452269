"""The throttle on failed log-ins: after so many within the window, the next must wait.

10 failures for one name, or 50 from one address, within 15 minutes. The window slides: an attempt
is heard again as soon as the oldest failure that fills the bound has left it.

>>> from datetime import UTC, datetime, timedelta
>>> from vidcore import check_throttle
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> failures = [now - timedelta(minutes=minute) for minute in range(10)]
>>> check_throttle(by_name=failures, by_address=failures, now=now)
Traceback (most recent call last):
vidcore.errors.TooManyAttemptsError: Too many failed attempts; try again in 360 seconds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from vidcore.errors import TooManyAttemptsError

WINDOW: Final = timedelta(minutes=15)  # promised to clients
FAILURES_PER_NAME: Final = 10  # failures; promised to clients
FAILURES_PER_ADDRESS: Final = 50  # failures; promised to clients: a household shares an address


def check_throttle(
    *, by_name: Sequence[datetime], by_address: Sequence[datetime], now: datetime
) -> None:
    """Raise TooManyAttemptsError if the failures at these moments fill a bound at `now`.

    They come in any order. The seconds to wait are rounded up.
    """
    wait = max(_wait(by_name, FAILURES_PER_NAME, now), _wait(by_address, FAILURES_PER_ADDRESS, now))
    if wait > timedelta():
        raise TooManyAttemptsError(ceil(wait.total_seconds()))


def _wait(failures: Sequence[datetime], bound: int, now: datetime) -> timedelta:
    ordered = sorted(failures)
    return ordered[-bound] + WINDOW - now if len(ordered) >= bound else timedelta()
