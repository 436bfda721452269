from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import TooManyAttemptsError
from vidcore.testing.examples import MICROSECOND, NOW
from vidcore.throttle import WINDOW, check_throttle


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


def wait(by_name: Sequence[datetime], by_address: Sequence[datetime], now: datetime) -> int:
    """The seconds that one is told to wait, 0 if one is heard."""
    try:
        check_throttle(by_name=by_name, by_address=by_address, now=now)
    except TooManyAttemptsError as error:
        return error.retry_after
    return 0


@pytest.mark.parametrize(
    ("for_name", "from_address", "throttled"),
    [(9, 0, False), (10, 0, True), (0, 49, False), (0, 50, True), (9, 49, False), (60, 60, True)],
)
def test_ten_failures_for_a_name_or_fifty_from_an_address_are_too_many(
    for_name: int,
    from_address: int,
    throttled: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    assert (wait([NOW] * for_name, [NOW] * from_address, NOW) > 0) is throttled


def test_a_failure_counts_for_fifteen_minutes() -> None:
    failures = [NOW] * 10

    assert wait(failures, [], NOW + WINDOW - MICROSECOND) == 1
    assert wait(failures, [], NOW + WINDOW) == 0
    assert wait(failures, [NOW] * 50, NOW + 2 * WINDOW) == 0


def test_the_next_attempt_is_heard_when_the_oldest_failure_of_ten_leaves_the_window() -> None:
    assert wait(ago(899.5, 800, *range(9)), [], NOW) == 100


def test_the_longer_of_two_waits_counts() -> None:
    assert wait(ago(*[100] * 10), ago(*[50] * 50), NOW) == 850


seconds = st.integers(0, 1_000)


@given(name=st.lists(seconds, max_size=25), address=st.lists(seconds, max_size=120))
def test_who_waits_as_long_as_told_is_heard(name: list[int], address: list[int]) -> None:
    by_name, by_address = ago(*name), ago(*address)

    told = wait(by_name, by_address, NOW)

    assert told <= WINDOW.total_seconds()
    assert wait(by_name, by_address, NOW + timedelta(seconds=told)) == 0
    if told:
        assert wait(by_name, by_address, NOW + timedelta(seconds=told - 1)) == 1
    too_many = sum(each < 900 for each in name) >= 10 or sum(each < 900 for each in address) >= 50
    assert (told > 0) is too_many
