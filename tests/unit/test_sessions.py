from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.errors import AccountInactiveError, NotAuthenticatedError
from vidcore.sessions import BELIEVED_FOR, AccountCache, AccountReading, check_session
from vidcore.testing.examples import MICROSECOND, NOBODY, example_user
from vidcore.users import User

ZERO: Final = timedelta()
START: Final = timedelta(hours=1)
ADA, BOB = example_user(1), example_user(2)


def is_known(cache: AccountCache, user: User, elapsed: timedelta) -> bool:
    return cache.recall(user.id, epoch=user.token_epoch, elapsed=elapsed) == user


def test_a_session_holds_while_its_account_is_active_and_of_its_epoch() -> None:
    off = attrs.evolve(ADA, is_active=False)

    assert check_session(ADA, 0) is ADA
    with pytest.raises(NotAuthenticatedError, match="revoked"):
        check_session(ADA, 1)
    for epoch in (0, 1):
        with pytest.raises(AccountInactiveError, match=ADA.username):
            check_session(off, epoch)


@pytest.mark.parametrize(
    ("later", "believed"),
    [
        (ZERO, True),
        (BELIEVED_FOR - MICROSECOND, True),
        (BELIEVED_FOR, False),
        (timedelta(days=9), False),
        (-MICROSECOND, False),  # no clock may say so: then nothing it says counts
    ],
)
def test_what_was_read_is_believed_for_a_second_from_before_it_was_read(
    later: timedelta,
    believed: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    cache = AccountCache()

    cache.remember(cache.begin(START), ADA)

    assert is_known(cache, ADA, START + later) is believed


def test_nothing_is_believed_for_no_time() -> None:
    cache = AccountCache(believed_for=ZERO)

    cache.remember(cache.begin(START), ADA)

    assert not is_known(cache, ADA, START)


def test_a_session_of_another_epoch_or_account_is_not_recalled() -> None:
    cache = AccountCache()
    cache.remember(cache.begin(START), ADA)

    assert cache.recall(ADA.id, epoch=1, elapsed=START) is None
    assert cache.recall(NOBODY, epoch=0, elapsed=START) is None


def test_what_was_being_read_during_a_change_is_not_remembered() -> None:
    cache = AccountCache()
    before = cache.begin(START)
    cache.forget(ADA.id)
    after = cache.begin(START)

    cache.remember(before, ADA)
    assert not is_known(cache, ADA, START)
    cache.remember(after, ADA)
    assert is_known(cache, ADA, START)


def test_a_change_that_ends_badly_is_forgotten_too_and_others_stay() -> None:
    cache = AccountCache()
    for user in (ADA, BOB):
        cache.remember(cache.begin(START), user)

    def fail_to_change() -> None:
        with cache.changing(ADA.id):
            cache.remember(cache.begin(START), ADA)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_to_change()

    assert not is_known(cache, ADA, START)
    assert is_known(cache, BOB, START)


def test_what_is_remembered_again_is_no_longer_the_oldest() -> None:
    cache = AccountCache(capacity=2)
    for user in (ADA, BOB, ADA, example_user(3)):
        cache.remember(cache.begin(START), user)

    assert [is_known(cache, user, START) for user in (ADA, BOB)] == [True, False]


@given(capacity=st.integers(1, 5), remembered=st.lists(st.integers(1, 8), max_size=30))
def test_of_many_accounts_those_remembered_last_are_kept(
    capacity: int, remembered: list[int]
) -> None:
    cache = AccountCache(capacity=capacity)
    for number in remembered:
        cache.remember(cache.begin(START), example_user(number))

    latest = list(dict.fromkeys(reversed(remembered)))[:capacity]
    known = {number for number in range(1, 9) if is_known(cache, example_user(number), START)}
    assert known == set(latest)
    assert len(cache._known) == len(latest)


def test_ten_thousand_accounts_are_believed_and_no_more() -> None:
    cache = AccountCache()
    users = [attrs.evolve(ADA, id=UUID(int=number)) for number in range(10_001)]

    for user in users:
        cache.remember(cache.begin(START), user)

    assert [is_known(cache, user, START) for user in users[:2]] == [False, True]


@attrs.frozen
class Look:
    """A reading, and the step of the game in which it began."""

    step: int
    reading: AccountReading
    user: User


steps = st.sampled_from(["begin", "remember", "forget", "pass"])
accounts = st.builds(
    lambda number, epoch: attrs.evolve(example_user(number), token_epoch=epoch),
    st.integers(1, 2),
    st.integers(0, 1),
)
spans = st.sampled_from([MICROSECOND, timedelta(seconds=0.4), BELIEVED_FOR - MICROSECOND])


@given(
    game=st.lists(st.tuples(steps, accounts, st.integers(0, 3), spans), max_size=40),
    asked=accounts,
)
def test_what_is_recalled_was_read_within_a_second_and_after_the_last_change(
    game: list[tuple[str, User, int, timedelta]], asked: User
) -> None:
    cache, elapsed, numbers = AccountCache(), START, count()
    looks: list[Look] = []
    kept: list[Look] = []
    changed = dict.fromkeys((ADA.id, BOB.id), -1)
    for what, user, index, span in game:
        step = next(numbers)
        if what == "begin":
            looks.append(Look(step, cache.begin(elapsed), user))
        elif what == "remember" and looks:
            look = looks[index % len(looks)]
            cache.remember(look.reading, look.user)
            kept.append(look)
        elif what == "forget":
            cache.forget(user.id)
            changed[user.id] = step
        else:
            elapsed += span

    def supporting() -> Iterator[Look]:
        for look in kept:
            fresh = look.step > changed[asked.id]
            if look.user == asked and fresh and elapsed - look.reading.began < BELIEVED_FOR:
                yield look

    found = cache.recall(asked.id, epoch=asked.token_epoch, elapsed=elapsed)
    assert found is None or (found == asked and any(supporting()))
