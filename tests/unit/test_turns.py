from datetime import UTC, datetime, timedelta
from itertools import count

import attrs
from hypothesis import given
from hypothesis import strategies as st

from vidcore.media import plan
from vidcore.testing.strategies import moments
from vidcore.testing.transcoding import SOURCE
from vidcore.turns import RETRY_DELAY, WORK_MIN, WORK_UNKNOWN, due_at, work_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)
works = st.timedeltas(WORK_MIN, timedelta(hours=12))


@given(now=moments(), work=works, behind=st.none() | moments())
def test_a_due_time_comes_after_the_work_and_after_the_members_last(
    now: datetime, work: timedelta, behind: datetime | None
) -> None:
    due = due_at(now, work=work, behind=behind)

    assert due == max(now, behind or now) + work


@given(many=st.lists(works, min_size=1, max_size=50), one=works)
def test_who_sends_one_waits_for_no_more_of_anothers_work_than_the_own_takes(
    many: list[timedelta], one: timedelta
) -> None:
    due: datetime | None = None
    before = timedelta()
    mine = due_at(NOW, work=one, behind=None)
    for work in many:
        due = due_at(NOW, work=work, behind=due)
        if due < mine:
            before += work

    assert before < one


@given(long=works, short=st.lists(works, min_size=1, max_size=30))
def test_a_long_video_is_passed_only_by_what_comes_before_it_is_due(
    long: timedelta, short: list[timedelta]
) -> None:
    mine = due_at(NOW, work=long, behind=None)
    arrivals = count()

    later = [
        due_at(NOW + long + next(arrivals) * WORK_MIN, work=work, behind=None) for work in short
    ]

    assert all(due > mine for due in later)


@given(first=works, second=works)
def test_of_two_that_come_at_once_the_shorter_goes_first(
    first: timedelta, second: timedelta
) -> None:
    earlier = due_at(NOW, work=first, behind=None) < due_at(NOW, work=second, behind=None)

    assert earlier == (first < second)


def test_work_goes_with_the_seconds_the_pixels_and_what_is_copied() -> None:
    made = plan(SOURCE, copying=False)
    full = attrs.evolve(made, width=1920, height=1080)

    assert work_of(SOURCE, full) == WORK_MIN + timedelta(seconds=10)
    assert work_of(SOURCE, made) == WORK_MIN + timedelta(seconds=10) * 4 / 9
    assert work_of(SOURCE, attrs.evolve(full, copy_video=True)) == WORK_MIN + timedelta(seconds=0.2)
    assert work_of(attrs.evolve(SOURCE, duration=None), full) == WORK_UNKNOWN


def test_a_start_counts_a_second_an_unknown_duration_ten_minutes_and_a_retry_an_hour() -> None:
    assert timedelta(seconds=1) == WORK_MIN
    assert timedelta(minutes=10) == WORK_UNKNOWN
    assert timedelta(hours=1) == RETRY_DELAY
