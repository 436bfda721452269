import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.unit.use_cases.memory_platform import HOME, MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import (
    AccountInactiveError,
    InvalidCredentialsError,
    InvalidValueError,
    TooManyAttemptsError,
)
from vidcore.testing.examples import NOW, example_user
from vidcore.testing.passwords import PlainPasswords
from vidcore.throttle import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW
from vidcore.use_cases.accounts import Authenticate, LogIn
from vidcore.users import User

PASSWORD = "correct horse"


class WatchedPasswords(PlainPasswords):
    """Keeps what was verified, and lets others run meanwhile, as a thread does."""

    def __init__(self) -> None:
        super().__init__()
        self.verified: list[tuple[str, str | None]] = []

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.verified.append((password, password_hash))
        await asyncio.sleep(0)
        return await super().verify(password, password_hash)


@pytest.fixture
async def member(platform: MemoryPlatform) -> User:
    member = example_user(1, password_hash=await platform.passwords.hash(PASSWORD))
    await platform.add(member)
    return member


@pytest.fixture
def log_in(platform: MemoryPlatform) -> LogIn:
    return platform.make(LogIn)


async def fail(log_in: LogIn, times: int, *, login: str = "member-1", address: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentialsError):
            await log_in(login=login, password="wrong horse", address=address)


@pytest.mark.parametrize("login", ["member-1", "MEMBER-1", "Member-1@Example.org"])
async def test_a_name_or_an_email_in_any_case_opens_a_session(
    platform: MemoryPlatform, member: User, log_in: LogIn, login: str
) -> None:
    session = await log_in(login=login, password=PASSWORD, address=HOME)

    assert session.account.user == member
    assert session.account.weekly_upload_limit_bytes == 5 << 30
    assert await platform.make(Authenticate)(session.token.value) == member


async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(
    platform: MemoryPlatform, member: User
) -> None:
    passwords = WatchedPasswords()
    log_in = platform.make(LogIn, passwords)

    for login in (member.username, "nobody"):
        with pytest.raises(InvalidCredentialsError) as refused:
            await log_in(login=login, password="wrong horse", address=HOME)
        assert str(refused.value) == str(InvalidCredentialsError())

    assert passwords.verified == [("wrong horse", member.password_hash), ("wrong horse", None)]


async def test_a_name_that_no_database_can_store_is_refused_and_not_counted(
    platform: MemoryPlatform, log_in: LogIn
) -> None:
    for login in ("a\x00da", "a\ud800da"):
        with platform.refuses(InvalidValueError):
            await log_in(login=login, password=PASSWORD, address=HOME)


async def test_an_account_that_is_switched_off_is_told_so_only_with_the_right_password(
    platform: MemoryPlatform, member: User, log_in: LogIn
) -> None:
    await platform.save(member.with_active(is_active=False, other_active_admins=1))

    await fail(log_in, 1)
    with pytest.raises(AccountInactiveError):
        await log_in(login=member.username, password=PASSWORD, address=HOME)

    assert platform.remembered().failures == []


async def test_after_ten_failures_even_the_right_password_must_wait(
    platform: MemoryPlatform, member: User, log_in: LogIn
) -> None:
    await fail(log_in, 1)
    platform.clock.advance(timedelta(minutes=1))
    await fail(log_in, FAILURES_PER_NAME - 1)

    with platform.refuses(TooManyAttemptsError) as refused:
        await log_in(login="MEMBER-1", password=PASSWORD, address="198.51.100.1")

    assert refused.value.retry_after == 14 * 60
    platform.clock.set(NOW + WINDOW)
    await log_in(login=member.username, password=PASSWORD, address=HOME)


async def test_fifty_failures_from_one_address_stop_it_for_every_name(
    platform: MemoryPlatform, member: User, log_in: LogIn
) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        await fail(log_in, 1, login=f"guess-{number}")

    with platform.refuses(TooManyAttemptsError):
        await log_in(login=member.username, password=PASSWORD, address=HOME)

    await log_in(login=member.username, password=PASSWORD, address="198.51.100.1")


async def test_a_right_login_forgets_the_failures_of_its_name_only(
    platform: MemoryPlatform, member: User, log_in: LogIn
) -> None:
    await fail(log_in, FAILURES_PER_NAME - 1)
    await fail(log_in, 1, login="nobody")

    await log_in(login=member.username, password=PASSWORD, address=HOME)

    assert [failure.name for failure in platform.remembered().failures] == ["nobody"]
    await fail(log_in, FAILURES_PER_NAME)


async def test_of_twenty_wrong_logins_at_once_ten_are_heard_and_counted(
    platform: MemoryPlatform, member: User
) -> None:
    passwords = WatchedPasswords()
    log_in = platform.make(LogIn, passwords, SteppedStore(platform.store, giving_way([2, 0, 1])))

    outcomes = await asyncio.gather(
        *(
            log_in(login=member.username, password=f"guess {number}", address=HOME)
            for number in range(20)
        ),
        return_exceptions=True,
    )

    assert Counter(map(type, outcomes)) == {InvalidCredentialsError: 10, TooManyAttemptsError: 10}
    assert len(passwords.verified) == 10
    assert len(platform.remembered().failures) == 10
