"""The machine itself: its clock, how many files may be open, and the SQLite that Python brings."""

import sqlite3
from datetime import datetime, timedelta

from adapters_db.soundings import SQLITE_SAFE
from vidcore.diagnosis import (
    FILES_LOW,
    Diagnosis,
    Verdict,
    judge_clock,
    judge_open_files,
    judge_skew,
    members_at_once,
)

_SET_IT = "Have the system keep its clock, for example with `timedatectl set-ntp true`."


def examine_clock(machine: datetime) -> Diagnosis:
    """Judge the machine's clock, which shows `machine`."""
    return Diagnosis.of(
        "clock",
        judge_clock(machine),
        seen=f"The clock of this machine shows {machine:%Y-%m-%d %H:%M:%S} UTC.",
        why="Log-ins, invitations, leases and the quota's week end by the clock.",
        mend=_SET_IT,
    )


def examine_skew(ahead: timedelta) -> Diagnosis:
    """Judge a database's clock that is `ahead` of the machine's."""
    seconds = ahead.total_seconds()
    direction = "ahead of" if seconds > 0 else "behind"
    return Diagnosis.of(
        "clock.database",
        judge_skew(ahead),
        seen=f"The clock of the database is {abs(seconds):.1f} s {direction} this machine's.",
        why="Everything is timed by the database, but files carry this machine's time:"
        " fsck and the tidying up tell by it what is left over.",
        mend=f"{_SET_IT} Do so on this machine and on the database's.",
    )


def examine_open_files(limit: int | None) -> Diagnosis:
    """Judge how many files a process may have open; None: as many as it likes."""
    why = "Every viewer takes a connection and a file; when none is left, nobody gets in."
    if limit is None:
        seen = "A process may have any number of files open."
        return Diagnosis(check="open-files", verdict=Verdict.OK, seen=seen, why=why)
    return Diagnosis.of(
        "open-files",
        judge_open_files(limit),
        seen=f"A process may have {limit} files open: enough for about"
        f" {members_at_once(limit)} viewers at once.",
        why=why,
        mend=f"Start it after `ulimit -n {4 * FILES_LOW}`,"
        f" or with `LimitNOFILE={4 * FILES_LOW}` in its systemd unit.",
    )


def examine_sqlite(version: tuple[int, int, int], *, used: bool) -> Diagnosis:
    """Judge the version of SQLite, which matters only if it is `used`."""
    safe = not used or version >= SQLITE_SAFE
    shown, wanted = (".".join(map(str, each)) for each in (version, SQLITE_SAFE))
    return Diagnosis.of(
        "sqlite",
        Verdict.OK if safe else Verdict.WARNING,
        seen=f"Python brings SQLite {shown}{'' if used else ', which is not used'}.",
        why=f"Before {wanted}, SQLite can, very rarely, corrupt a database that several processes"
        " write.",
        mend=f"Run vidcore with a Python that has SQLite {wanted} or newer, keep to one process"
        " meanwhile, or use PostgreSQL.",
    )


def sqlite_version() -> tuple[int, int, int]:
    """Give the version of the SQLite that is linked."""
    major, minor, patch = sqlite3.sqlite_version_info
    return major, minor, patch
