from datetime import UTC, datetime, timedelta

import pytest

from adapters_db.soundings import SQLITE_SAFE
from vidcore_app.doctor.machine import (
    examine_clock,
    examine_open_files,
    examine_skew,
    examine_sqlite,
    sqlite_version,
)


def test_a_clock_that_was_never_set_is_named() -> None:
    found = examine_clock(datetime(1970, 1, 1, 0, 3, tzinfo=UTC))

    assert found.verdict == "fault"
    assert found.seen == "The clock of this machine shows 1970-01-01 00:03:00 UTC."
    assert "timedatectl set-ntp true" in str(found.mend)


@pytest.mark.parametrize(
    ("ahead", "verdict", "told"),
    [
        (timedelta(seconds=-0.2), "ok", "0.2 s behind"),
        (timedelta(seconds=30), "warning", "30.0 s ahead of"),
        (timedelta(hours=-1), "fault", "3600.0 s behind"),
    ],
)
def test_clocks_that_differ_are_named(ahead: timedelta, verdict: str, told: str) -> None:
    found = examine_skew(ahead)

    assert found.verdict == verdict
    assert found.seen == f"The clock of the database is {told} this machine's."


@pytest.mark.parametrize(
    ("limit", "verdict", "told"),
    [
        (None, "ok", "any number"),
        (65_536, "ok", "about 32736 viewers"),
        (512, "warning", "about 224 viewers"),
        (64, "fault", "about 0 viewers"),
    ],
)
def test_a_limit_of_open_files_is_told_in_viewers(
    limit: int | None, verdict: str, told: str
) -> None:
    found = examine_open_files(limit)

    assert found.verdict == verdict
    assert told in found.seen
    assert (found.mend is None) == (verdict == "ok")


@pytest.mark.parametrize(
    ("version", "used", "verdict"),
    [
        (SQLITE_SAFE, True, "ok"),
        ((3, 51, 2), True, "warning"),
        ((3, 51, 2), False, "ok"),
        ((4, 0, 0), True, "ok"),
    ],
)
def test_an_old_sqlite_is_warned_of_where_it_is_used(
    version: tuple[int, int, int], *, used: bool, verdict: str
) -> None:
    found = examine_sqlite(version, used=used)

    assert found.verdict == verdict
    assert ".".join(map(str, version)) in found.seen
    assert ("which is not used" in found.seen) == (not used)


def test_the_version_of_sqlite_has_three_numbers() -> None:
    assert sqlite_version() > (3, 0, 0)
