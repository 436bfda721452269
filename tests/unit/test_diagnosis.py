from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.diagnosis import (
    FILES_OF_A_MEMBER,
    FILES_OF_ITS_OWN,
    SKEW_MAX,
    SKEW_SEEN,
    Diagnosis,
    Verdict,
    everything_works,
    judge_clock,
    judge_open_files,
    judge_room,
    judge_skew,
    members_at_once,
)
from vidcore.errors import StorageFullError
from vidcore.testing.examples import MICROSECOND
from vidcore.uploads import check_room

sizes = st.integers(0, 1 << 50)
verdicts = st.sampled_from(Verdict)


def made(verdict: Verdict) -> Diagnosis:
    return Diagnosis.of("disk", verdict, seen="Seen.", why="Why.", mend="Mend.")


@given(verdicts)
def test_advice_is_given_where_something_is_wrong_and_nowhere_else(verdict: Verdict) -> None:
    assert (made(verdict).mend is None) == (verdict is Verdict.OK)


@pytest.mark.parametrize(
    ("verdict", "mend"), [(Verdict.OK, "Mend."), (Verdict.FAULT, None), (Verdict.WARNING, None)]
)
def test_a_diagnosis_that_contradicts_itself_cannot_be_made(
    verdict: Verdict, mend: str | None
) -> None:
    with pytest.raises(ValueError, match="disk: what is wrong"):
        Diagnosis(check="disk", verdict=verdict, seen="Seen.", why="Why.", mend=mend)


@given(st.lists(verdicts))
def test_warnings_do_not_keep_anything_from_working(given_verdicts: list[Verdict]) -> None:
    found = [made(verdict) for verdict in given_verdicts]

    assert everything_works(found) == (Verdict.FAULT not in given_verdicts)


@given(free=sizes, floor=sizes, largest=sizes)
def test_room_is_judged_as_uploads_are_admitted(free: int, floor: int, largest: int) -> None:
    def admitted(size: int) -> bool:
        try:
            check_room(size=size, free=free, reserved=0, floor=floor)
        except StorageFullError:
            return False
        return True

    verdict = judge_room(free=free, floor=floor, largest=largest)

    assert (verdict is Verdict.OK) == admitted(largest)
    assert (verdict is Verdict.FAULT) == (not admitted(0))


@pytest.mark.parametrize(
    ("free", "verdict"),
    [
        (9, Verdict.FAULT),
        (10, Verdict.WARNING),
        (49, Verdict.WARNING),
        (50, Verdict.OK),
    ],
)
def test_room_at_its_bounds(free: int, verdict: Verdict) -> None:
    assert judge_room(free=free, floor=10, largest=20) is verdict


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (0, Verdict.FAULT),
        (255, Verdict.FAULT),
        (256, Verdict.WARNING),
        (1023, Verdict.WARNING),
        (1024, Verdict.OK),
        (1 << 20, Verdict.OK),
    ],
)
def test_open_files_at_their_bounds(limit: int, verdict: Verdict) -> None:
    assert judge_open_files(limit) is verdict


@given(st.integers(0, 1 << 30))
def test_as_many_members_fit_as_files_are_left(limit: int) -> None:
    members = members_at_once(limit)

    needed = FILES_OF_ITS_OWN + FILES_OF_A_MEMBER * members
    assert members == 0 or needed <= limit
    assert needed + FILES_OF_A_MEMBER > limit


@pytest.mark.parametrize(
    ("limit", "members"), [(0, 0), (64, 0), (65, 0), (66, 1), (67, 1), (256, 96), (1024, 480)]
)
def test_a_process_needs_64_files_and_each_member_two(limit: int, members: int) -> None:
    assert members_at_once(limit) == members
    assert isinstance(members_at_once(limit), int)


@pytest.mark.parametrize(
    ("machine", "verdict"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), Verdict.FAULT),
        (datetime(2026, 1, 1, tzinfo=UTC) - MICROSECOND, Verdict.FAULT),
        (datetime(2026, 1, 1, tzinfo=UTC), Verdict.OK),
        (datetime(2100, 1, 1, tzinfo=UTC) - MICROSECOND, Verdict.OK),
        (datetime(2100, 1, 1, tzinfo=UTC), Verdict.FAULT),
        (datetime(2106, 2, 7, tzinfo=UTC), Verdict.FAULT),
    ],
)
def test_a_clock_at_its_bounds(machine: datetime, verdict: Verdict) -> None:
    assert judge_clock(machine) is verdict


@pytest.mark.parametrize(
    ("skew", "verdict"),
    [
        (timedelta(seconds=5), Verdict.OK),
        (timedelta(seconds=5) + MICROSECOND, Verdict.WARNING),
        (timedelta(minutes=5), Verdict.WARNING),
        (timedelta(minutes=5) + MICROSECOND, Verdict.FAULT),
    ],
)
def test_skew_at_its_bounds(skew: timedelta, verdict: Verdict) -> None:
    assert judge_skew(skew) is judge_skew(-skew) is verdict


@given(st.timedeltas(-2 * SKEW_MAX, 2 * SKEW_MAX))
def test_skew_is_judged_by_its_size_alone(skew: timedelta) -> None:
    verdict = judge_skew(skew)

    assert verdict is judge_skew(-skew)
    assert (verdict is Verdict.OK) == (-SKEW_SEEN <= skew <= SKEW_SEEN)
    assert (verdict is Verdict.FAULT) == (skew < -SKEW_MAX or skew > SKEW_MAX)
