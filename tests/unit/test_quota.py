from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import QuotaExceededError
from vidcore.quota import WEEK, Quota, used, week_start
from vidcore.testing.examples import MICROSECOND, NOW, SUNDAY
from vidcore.testing.strategies import moments, sizes, zones

quotas = st.builds(Quota, limit=sizes(), used=sizes(), reserved=sizes(), now=moments())


@given(now=moments(), zone=zones())
def test_a_week_begins_on_the_last_sunday_midnight_in_utc_whatever_the_zone(
    now: datetime, zone: timezone
) -> None:
    start = week_start(now.astimezone(zone))

    assert f"{start:%A %H:%M:%S.%f %Z}" == "Sunday 00:00:00.000000 UTC"
    assert start <= now < start + timedelta(days=7)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC) - MICROSECOND, datetime(2026, 2, 22, tzinfo=UTC)),
        (datetime(2026, 3, 7, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 12, 28, tzinfo=UTC)),
        (
            datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 2, 22, tzinfo=UTC),
        ),
    ],
)
def test_weeks_begin_where_the_calendar_says(now: datetime, start: datetime) -> None:
    assert week_start(now) == start


@given(count=sizes(), reset=moments(), now=moments())
def test_a_count_of_an_earlier_week_counts_nothing_and_any_other_in_full(
    count: int, reset: datetime, now: datetime
) -> None:
    counted = used(count, reset, now=now)

    assert counted == (0 if week_start(reset) < week_start(now) else count)


def test_a_missed_reset_changes_nothing() -> None:
    assert used(500, SUNDAY - timedelta(days=700), now=NOW) == 0
    assert used(500, SUNDAY, now=SUNDAY) == 500
    assert used(500, SUNDAY, now=SUNDAY + WEEK - MICROSECOND) == 500
    assert used(500, SUNDAY, now=SUNDAY + WEEK) == 0


@given(quota=quotas, bounds=st.tuples(sizes(), sizes()).map(sorted))
def test_what_is_reserved_lies_within_the_bounds_and_never_goes_over(
    quota: Quota, bounds: list[int]
) -> None:
    at_least, at_most = bounds
    try:
        reserved = quota.reserve(at_least=at_least, at_most=at_most)
    except QuotaExceededError:
        assert at_least > 0
        assert quota.used + quota.reserved + at_least > quota.limit
    else:
        assert at_least <= reserved <= at_most
        assert reserved == 0 or quota.used + quota.reserved + reserved <= quota.limit


@given(limit=sizes(), requests=st.lists(sizes(), max_size=20))
def test_a_limit_holds_however_many_uploads_reserve(limit: int, requests: list[int]) -> None:
    held = 0
    for request in requests:
        quota = Quota(limit=limit, used=0, reserved=held, now=NOW)
        try:
            held += quota.reserve(at_least=request, at_most=request)
        except QuotaExceededError:
            assert held + request > limit

    assert held <= limit


def test_where_only_a_part_of_the_range_fits_all_that_is_left_is_reserved() -> None:
    quota = Quota(limit=100, used=30, reserved=50, now=NOW)

    assert quota.available == 20
    assert quota.reserve(at_least=5, at_most=90) == 20
    assert quota.reserve(at_least=20, at_most=20) == 20
    assert quota.reserve(at_least=0, at_most=7) == 7


def test_a_limit_that_was_lowered_below_what_is_used_leaves_nothing_rather_than_less() -> None:
    quota = Quota(limit=10, used=30, reserved=50, now=NOW)

    assert quota.available == 0
    assert quota.reserve(at_least=0, at_most=0) == 0


def test_a_refusal_tells_every_number_and_when_to_come_back() -> None:
    quota = Quota(limit=100, used=30, reserved=50, now=SUNDAY + WEEK - timedelta(seconds=1.5))

    with pytest.raises(QuotaExceededError) as refused:
        quota.reserve(at_least=21, at_most=21)

    assert refused.value.limit == 100
    assert refused.value.used == 30
    assert refused.value.reserved == 50
    assert refused.value.requested == 21
    assert refused.value.resets_at == SUNDAY + WEEK
    assert refused.value.retry_after == 2


@given(now=moments())
def test_who_comes_back_when_told_finds_a_new_week(now: datetime) -> None:
    quota = Quota(limit=0, used=0, reserved=0, now=now)

    retry_after = quota.exceeded_by(1).retry_after

    assert 1 <= retry_after <= 7 * 86_400
    assert week_start(now + timedelta(seconds=retry_after)) == quota.resets_at
    assert week_start(now + timedelta(seconds=retry_after - 1)) < quota.resets_at or now > (
        quota.resets_at - timedelta(seconds=1)
    )
