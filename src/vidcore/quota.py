"""The week's upload quota: what counts, what is held, and what is left.

A week begins on Sunday 00:00 UTC. What counts follows from the clock alone, so a reset that was
missed changes nothing. Of every limit, `used` bytes belong to files accepted this week and
`reserved` bytes to uploads under way; the rest is available.

>>> from datetime import UTC, datetime
>>> from vidcore import Quota
>>> quota = Quota(limit=10_000, used=7_000, reserved=2_000, now=datetime(2026, 11, 20, tzinfo=UTC))
>>> quota.reserve(at_least=400, at_most=5_000)
1000
>>> quota.exceeded_by(1_001).retry_after // 3600
48
"""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

import attrs

from vidcore.errors import QuotaExceededError

WEEK: Final = timedelta(days=7)  # from Sunday 00:00 UTC, as promised to clients


def week_start(now: datetime) -> datetime:
    """Give the Sunday 00:00 UTC that is not after `now` (aware, any zone)."""
    utc = now.astimezone(UTC)
    days_since_sunday = (utc.weekday() + 1) % 7  # Monday is 0 in datetime
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days_since_sunday)


def used(weekly_upload_bytes: int, last_upload_reset: datetime, *, now: datetime) -> int:
    """Give the bytes that count at `now`, of a count that began at `last_upload_reset`.

    A count from an earlier week counts nothing. One from a later week, which only a clock that
    stepped back can show, counts in full: the limit holds all the same.
    """
    return weekly_upload_bytes if last_upload_reset >= week_start(now) else 0


@attrs.frozen(kw_only=True)
class Quota:
    """A member's bytes in the week of `now` (aware, any zone): `limit`, `used` and `reserved`."""

    limit: int
    used: int
    reserved: int
    now: datetime

    @property
    def available(self) -> int:
        """Give the bytes that a new upload may take; never negative."""
        return max(0, self.limit - self.used - self.reserved)

    @property
    def resets_at(self) -> datetime:
        """Give the start of the next week, in UTC."""
        return week_start(self.now) + WEEK

    def reserve(self, *, at_least: int, at_most: int) -> int:
        """Give the bytes to hold for an upload whose size lies between the two bounds.

        That is `at_most`, or all that is left where only a part of the range fits.
        Raises QuotaExceededError if not even `at_least` bytes are available.
        """
        if at_least > self.available:
            raise self.exceeded_by(at_least)
        return min(at_most, self.available)

    def exceeded_by(self, requested: int) -> QuotaExceededError:
        """Make the error for an upload of `requested` bytes; its seconds to wait are rounded up."""
        return QuotaExceededError(
            self.limit,
            self.used,
            self.reserved,
            requested,
            self.resets_at,
            ceil((self.resets_at - self.now).total_seconds()),
        )
