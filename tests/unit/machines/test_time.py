"""The week, held against a count of days, in zones that change their clocks and across calendars' edges."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import QuotaExceededError
from vidcore.quota import WEEK, Quota, week_start
from vidcore.testing.examples import MICROSECOND, example_user
from vidcore.testing.strategies import FIRST, LAST
from vidcore.users import Account, User

LIMIT = 1_000
A_SUNDAY = datetime(1970, 1, 4, tzinfo=UTC)
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",  # half an hour off, and summer time
        "Australia/Lord_Howe",  # summer time of half an hour
        "Asia/Kathmandu",  # three quarters of an hour off
        "Pacific/Apia",  # has had no 30 December 2011
        "Pacific/Kiritimati",  # 14 hours ahead
    ]
).map(ZoneInfo)
ANYWHERE = st.datetimes(FIRST, LAST, timezones=ZONES)  # times that a clock skips or shows twice too
EDGES = st.builds(
    lambda week, by, zone: (A_SUNDAY + week * WEEK + by).astimezone(zone),
    st.integers(1_600, 6_700),
    st.sampled_from([-MICROSECOND, timedelta(), MICROSECOND]),
    ZONES,
)
MOMENTS = ANYWHERE | EDGES
JUMPS = st.sampled_from(
    [timedelta(), MICROSECOND, -MICROSECOND, timedelta(hours=5), WEEK, -WEEK, -3 * WEEK]
) | st.timedeltas(timedelta(days=-30), timedelta(days=30))


def week_number(moment: datetime) -> int:
    return (moment - A_SUNDAY) // timedelta(days=7)


def sunday(number: int) -> datetime:
    return A_SUNDAY + number * timedelta(days=7)


@given(moment=MOMENTS)
def test_a_week_begins_where_counting_by_seven_says(moment: datetime) -> None:
    start = week_start(moment)

    assert start == sunday(week_number(moment))
    assert start.utcoffset() == timedelta()


@given(moment=MOMENTS, zone=ZONES)
def test_a_moment_has_one_week_whatever_zone_it_is_told_in(
    moment: datetime, zone: ZoneInfo
) -> None:
    assert week_start(moment.astimezone(zone)) == week_start(moment.astimezone(UTC))


@given(moments=st.tuples(MOMENTS, MOMENTS))
def test_a_later_moment_never_has_an_earlier_week(moments: tuple[datetime, datetime]) -> None:
    earlier, later = sorted(moment.astimezone(UTC) for moment in moments)

    assert week_start(earlier) <= week_start(later)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2000-02-29T12:00+00:00", "2000-02-27"),  # a leap year, though it ends a century
        ("2028-02-29T23:59:59.999999+00:00", "2028-02-27"),
        ("2032-02-29T00:00+00:00", "2032-02-29"),  # a leap day that is a Sunday
        ("2032-02-28T23:59:59.999999+00:00", "2032-02-22"),
        ("2100-03-01T00:00+00:00", "2100-02-28"),  # no leap year
        ("2026-12-31T23:59:59.999999+00:00", "2026-12-27"),
        ("2027-01-01T00:00+00:00", "2026-12-27"),
        ("2033-01-01T23:59:59.999999+00:00", "2032-12-26"),
        ("2034-01-01T00:00+00:00", "2034-01-01"),  # a year that begins on a Sunday
        ("2034-01-01T00:00+00:01", "2033-12-25"),  # a minute early in Greenwich
        ("2033-12-31T23:00-01:00", "2034-01-01"),
    ],
)
def test_weeks_go_on_over_leap_days_and_new_years(moment: str, expected: str) -> None:
    assert week_start(datetime.fromisoformat(moment)) == datetime.fromisoformat(f"{expected}T00Z")


@given(moment=MOMENTS)
def test_the_next_week_begins_after_now_and_within_seven_days(moment: datetime) -> None:
    quota = Quota(limit=0, used=0, reserved=0, now=moment)
    account = Account(user=example_user(1), weekly_upload_limit_bytes=0, now=moment)
    next_sunday = sunday(week_number(moment) + 1)
    retry_after = quota.exceeded_by(1).retry_after

    assert quota.resets_at == account.quota_resets_at == next_sunday
    assert timedelta() < next_sunday - moment <= WEEK
    assert timedelta() <= timedelta(seconds=retry_after) - (next_sunday - moment)
    assert timedelta(seconds=retry_after - 1) < next_sunday - moment


def quota_of(user: User, now: datetime) -> Quota:
    return Quota(limit=LIMIT, used=user.used_bytes(now), reserved=0, now=now)


@given(
    start=MOMENTS,
    steps=st.lists(
        st.tuples(JUMPS, ZONES, st.integers(0, LIMIT + 1) | st.sampled_from([400, 600, LIMIT])),
        max_size=12,
    ),
)
def test_no_jump_of_the_clock_gets_a_member_over_the_limit_of_the_latest_week(
    start: datetime, steps: list[tuple[timedelta, ZoneInfo, int]]
) -> None:
    moment = start.astimezone(UTC)
    user = example_user(1, last_upload_reset=week_start(moment))
    latest = week_number(moment)  # of those in which something was accepted
    accepted = {latest: 0}  # bytes, by the latest week that was known when they came
    for jump, zone, size in steps:
        moment += jump
        now = moment.astimezone(zone)
        counted = max(latest, week_number(now))
        held = accepted.get(counted, 0)
        account = Account(user=user, weekly_upload_limit_bytes=LIMIT, now=now)
        assert account.weekly_upload_bytes == held
        assert account.last_upload_reset == sunday(counted)
        try:
            quota_of(user, now).reserve(at_least=size, at_most=size)
        except QuotaExceededError:
            assert held + size > LIMIT
            continue
        user, latest = user.charged(size, now), counted
        accepted[counted] = held + size
        assert accepted[counted] <= LIMIT


@given(start=MOMENTS, back=st.timedeltas(timedelta(), timedelta(days=400)), size=st.integers(1))
def test_a_clock_that_steps_back_gives_no_bytes_back(
    start: datetime, back: timedelta, size: int
) -> None:
    moment = start.astimezone(UTC)
    user = example_user(1, last_upload_reset=week_start(moment)).charged(size, moment)

    assert user.used_bytes(moment - back) == size
    assert user.charged(1, moment - back).used_bytes(moment) == size + 1
    assert user.used_bytes(sunday(week_number(moment) + 1)) == 0
