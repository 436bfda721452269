"""Crontab lines fire when a crontab's reader expects it: the oracle counts days by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters_jobs.schedule import crontab

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - `timezones` makes it aware
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def cron_weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7


def next_time(expression: str, now: datetime) -> datetime:
    fires = crontab(expression, UTC).get_next_fire_time(None, now)
    assert isinstance(fires, datetime)
    return fires


def next_day(days: set[int], now: datetime) -> datetime:
    """Give the first midnight that is not before `now` on one of the days: one by one."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight < now or cron_weekday(midnight) not in days:
        midnight += timedelta(days=1)
    return midnight


@given(now=moments)
@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN", "0,7"])
def test_sunday_is_sunday(sunday: str, now: datetime) -> None:
    fires = next_time(f"0 0 * * {sunday}", now)

    assert fires.strftime("%A %H:%M:%S.%f") == "Sunday 00:00:00.000000"
    assert now <= fires < now + timedelta(days=7)


@given(now=moments, days=st.lists(st.integers(0, 7), min_size=1, max_size=4), named=st.booleans())
def test_a_list_of_weekdays_means_each_of_them(
    now: datetime, days: list[int], *, named: bool
) -> None:
    field = ",".join(DAYS[day % 7] if named else str(day) for day in days)

    assert next_time(f"0 0 * * {field}", now) == next_day({day % 7 for day in days}, now)


@given(now=moments, first=st.integers(0, 7), last=st.integers(0, 7), step=st.integers(1, 7))
def test_a_range_of_weekdays_means_all_between_with_its_step(
    now: datetime, first: int, last: int, step: int
) -> None:
    expression = f"0 0 * * {first}-{last}/{step}"

    if first <= last:
        days = {day % 7 for day in range(first, last + 1, step)}
        assert next_time(expression, now) == next_day(days, now)
    else:
        with pytest.raises(ValueError, match="ends before it begins"):
            crontab(expression, UTC)


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("*", {0, 1, 2, 3, 4, 5, 6}),
        ("*/2", {0, 2, 4, 6}),
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("fri-sun", {5, 6, 0}),
        ("sun-tue", {0, 1, 2}),
        ("1-5/2", {1, 3, 5}),
        ("2/2", {2, 4, 6}),
        ("mon,3,5-7", {1, 3, 5, 6, 0}),
    ],
)
def test_weekdays_can_be_written_in_all_ways_of_a_crontab(field: str, days: set[int]) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)

    for day in range(8):
        now = begin + timedelta(days=day)
        assert next_time(f"0 0 * * {field}", now) == next_day(days, now)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", datetime(2026, 3, 4, 5, 7, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 3, 4, 5, 15, tzinfo=UTC)),
        ("0 3,4 * * *", datetime(2026, 3, 5, 3, tzinfo=UTC)),
        ("30 6-8 * * *", datetime(2026, 3, 4, 6, 30, tzinfo=UTC)),
        ("0 0 1 * *", datetime(2026, 4, 1, tzinfo=UTC)),
        ("0 0 1 JAN *", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0 0 1 jan-jun,12 *", datetime(2026, 4, 1, tzinfo=UTC)),
        ("0 0 */2 * 1", datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_the_other_fields_mean_what_they_say(expression: str, expected: datetime) -> None:
    assert next_time(expression, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)) == expected


def test_times_are_those_of_the_time_zone() -> None:
    trigger = crontab("0 0 * * 0", ZoneInfo("Asia/Tokyo"))

    fires = trigger.get_next_fire_time(None, datetime(2026, 3, 4, tzinfo=UTC))

    assert fires == datetime(2026, 3, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "0 0 * *",
        "0 0 * * 0 0",
        "@weekly",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * 0 *",
        "* * * * 8",
        "* * * * son",
        "* * * * monday",
        "* * * * 1-",
        "* * * * 1-son",
        "* * * * ",
        "* * * * 1,,2",
        "* * * * */0",
        "* * * * ?",
        "-1 * * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "1.5 * * * *",
        "x * * * *",
        "² * * * *",
        "0 0 last * *",
        "0 0 1 janx *",
        "0 0 1 jan* *",
        "0 0 1 * 1",
    ],
)
def test_what_is_no_crontab_line_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"is no crontab line: .") as refused:
        crontab(expression, UTC)

    assert repr(expression) in str(refused.value)
