"""Whether what a platform stands on will do: how a look at one thing is judged, and where the limits are.

Looking is for those who know the machine; everything here decides on the numbers that were seen.

>>> from vidcore.diagnosis import judge_room
>>> judge_room(free=5 << 30, floor=1 << 30, largest=2 << 30)
<Verdict.OK: 'ok'>
>>> judge_room(free=4 << 30, floor=1 << 30, largest=2 << 30)
<Verdict.WARNING: 'warning'>
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self

import attrs

from vidcore.errors import StorageFullError
from vidcore.uploads import check_room

EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)  # no token is meant to last so long
SKEW_SEEN: Final = timedelta(seconds=5)  # more than a slow answer explains
SKEW_MAX: Final = timedelta(minutes=5)  # what RFC 4120 1.3 takes for clocks that are kept right

FILES_OF_ITS_OWN: Final = 64  # both engines' connections with their logs, locks, pipes of ffmpeg
FILES_OF_A_MEMBER: Final = 2  # a connection, and the file that goes through it
FILES_LOW: Final = 1024  # what a login shell gives
FILES_MIN: Final = 256  # browsers hold 6 connections to a server each: this is for 16 of them


class Verdict(StrEnum):
    """Whether something works: wholly, so that one should know something, or not."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@attrs.frozen(kw_only=True)
class Diagnosis:
    """What a look at one thing gave, in sentences for who runs the platform.

    `check` is the lasting name of the look. `seen` is what was looked at and found, `why` what depends
    on it, and `mend` the command or the setting that helps: None if, and only if, all is well.
    """

    check: str
    verdict: Verdict
    seen: str
    why: str
    mend: str | None = None

    def __attrs_post_init__(self) -> None:
        """Raise ValueError for advice where nothing is wrong, and for none where something is."""
        if (self.mend is None) != (self.verdict is Verdict.OK):
            raise ValueError(f"{self.check}: what is wrong, and nothing else, is to be mended")

    @classmethod
    def of(cls, check: str, verdict: Verdict, *, seen: str, why: str, mend: str) -> Self:
        """Make one of which `mend` is told if there is something to mend."""
        told = None if verdict is Verdict.OK else mend
        return cls(check=check, verdict=verdict, seen=seen, why=why, mend=told)


def everything_works(diagnoses: Iterable[Diagnosis]) -> bool:
    """Say whether nothing is at fault; what is only warned of works."""
    return all(each.verdict is not Verdict.FAULT for each in diagnoses)


def judge_room(*, free: int, floor: int, largest: int) -> Verdict:
    """Judge the free bytes of a disk that has to keep `floor` free; all in bytes.

    A disk that would refuse an empty upload does not work; one that would refuse an upload of the
    `largest` size that is allowed soon will not.
    """
    if not _has_room(size=0, free=free, floor=floor):
        return Verdict.FAULT
    return Verdict.OK if _has_room(size=largest, free=free, floor=floor) else Verdict.WARNING


def _has_room(*, size: int, free: int, floor: int) -> bool:
    try:
        check_room(size=size, free=free, reserved=0, floor=floor)
    except StorageFullError:
        return False
    return True


def judge_open_files(limit: int) -> Verdict:
    """Judge how many files a process may have open at once."""
    if limit < FILES_MIN:
        return Verdict.FAULT
    return Verdict.OK if limit >= FILES_LOW else Verdict.WARNING


def members_at_once(limit: int) -> int:
    """Say how many connections that fetch a file fit under a limit of open files."""
    return max(0, limit - FILES_OF_ITS_OWN) // FILES_OF_A_MEMBER


def judge_clock(machine: datetime) -> Verdict:
    """Judge the time that a machine tells: a clock that was never set begins at 1970."""
    return Verdict.OK if EARLIEST <= machine < LATEST else Verdict.FAULT


def judge_skew(skew: timedelta) -> Verdict:
    """Judge by how much two clocks differ, whichever is ahead."""
    if abs(skew) > SKEW_MAX:
        return Verdict.FAULT
    return Verdict.OK if abs(skew) <= SKEW_SEEN else Verdict.WARNING
