import pytest

from tests.unit.use_cases.memory_platform import HOME, MemoryPlatform
from vidcore.errors import (
    InvalidCredentialsError,
    InvitationInvalidError,
    TooManyAttemptsError,
    UsernameTakenError,
)
from vidcore.testing.examples import (
    NOW,
    example_config,
    example_invitation,
    example_user,
)
from vidcore.throttle import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW
from vidcore.use_cases.accounts import ChangePassword, LogIn, Register
from vidcore.users import User

PASSWORD = "correct horse"


async def member_with_password(platform: MemoryPlatform) -> User:
    member = example_user(1, password_hash=await platform.passwords.hash(PASSWORD))
    await platform.add(member, example_config())
    return member


async def test_who_guesses_tokens_is_held_up_by_address(platform: MemoryPlatform) -> None:
    await platform.add(example_config(), example_invitation(1))
    register = platform.make(Register)
    for number in range(FAILURES_PER_ADDRESS):
        with pytest.raises(InvitationInvalidError):
            await register(token=f"guess {number}", username="eve", password=PASSWORD, address=HOME)

    with platform.refuses(TooManyAttemptsError):
        await register(token="token-1", username="eve", password=PASSWORD, address=HOME)

    await register(token="token-1", username="ada", password=PASSWORD, address="198.51.100.1")
    platform.clock.set(NOW + WINDOW)
    with pytest.raises(InvitationInvalidError):
        await register(token="another", username="eve", password=PASSWORD, address=HOME)


async def test_a_guest_with_a_right_token_may_try_as_many_names_as_it_takes(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_config(), example_invitation(1), example_user(9))
    register = platform.make(Register)

    for _ in range(FAILURES_PER_NAME + 1):
        with pytest.raises(UsernameTakenError):
            await register(token="token-1", username="member-9", password=PASSWORD, address=HOME)


async def test_who_has_a_token_cannot_guess_its_password_faster_than_who_has_none(
    platform: MemoryPlatform,
) -> None:
    member = await member_with_password(platform)
    change = platform.make(ChangePassword)
    for _ in range(FAILURES_PER_NAME):
        with pytest.raises(InvalidCredentialsError):
            await change(actor=member, current="guess", new="battery staple", address=HOME)

    with platform.refuses(TooManyAttemptsError):
        await change(actor=member, current=PASSWORD, new="battery staple", address=HOME)
    with platform.refuses(TooManyAttemptsError):
        await platform.make(LogIn)(login=member.username, password=PASSWORD, address="198.51.100.1")


async def test_a_changed_password_forgets_the_wrong_ones(platform: MemoryPlatform) -> None:
    member = await member_with_password(platform)
    change = platform.make(ChangePassword)
    for _ in range(FAILURES_PER_NAME - 1):
        with pytest.raises(InvalidCredentialsError):
            await change(actor=member, current="guess", new="battery staple", address=HOME)

    await change(actor=member, current=PASSWORD, new="battery staple", address=HOME)

    assert platform.remembered().failures == []
