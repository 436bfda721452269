import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import HOME, MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import (
    AccountInactiveError,
    EmailTakenError,
    InvalidCredentialsError,
    InvalidValueError,
    InvitationExpiredError,
    InvitationInvalidError,
    NotAuthenticatedError,
    NotFoundError,
    UsernameTakenError,
)
from vidcore.invitations import VALIDITY
from vidcore.ports.tokens import AccessToken
from vidcore.testing.examples import MICROSECOND, NOW, SUNDAY, example_invitation, example_user
from vidcore.testing.passwords import PlainPasswords
from vidcore.use_cases.accounts import Authenticate, ChangePassword, Register, ShowOwnAccount
from vidcore.use_cases.inviting import RevokeInvitation
from vidcore.users import Role, User

PASSWORD = "correct horse"


async def member_with_password(platform: MemoryPlatform) -> User:
    member = example_user(1, password_hash=await platform.passwords.hash(PASSWORD))
    await platform.add(member)
    return member


async def test_an_invitation_makes_a_member_of_its_email_with_an_open_session(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_invitation(1))

    session = await platform.make(Register)(
        token="token-1", username="Ada", password=PASSWORD, address=HOME
    )

    user = session.account.user
    assert (user.email, user.username, user.role) == ("guest-1@example.org", "Ada", Role.USER)
    assert await platform.user(user.id) == user
    assert await platform.passwords.verify(PASSWORD, user.password_hash)
    assert await platform.make(Authenticate)(session.token.value) == user
    assert session.account.weekly_upload_limit_bytes == 5 << 30
    assert platform.remembered().invitations[example_invitation(1).id].used_at == NOW


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [("a b", PASSWORD, "username"), ("ada", "short", "password")],
)
async def test_a_bad_name_or_password_costs_no_hash_and_leaves_the_invitation_open(
    platform: MemoryPlatform, username: str, password: str, field: str
) -> None:
    await platform.add(example_invitation(1))

    with platform.refuses(InvalidValueError) as refused:
        await platform.make(Register)(
            token="token-1", username=username, password=password, address=HOME
        )

    assert refused.value.field == field
    assert platform.remembered().failures == []
    assert (await platform.passwords.hash(PASSWORD)).startswith("plain$1$")


async def test_an_invitation_that_is_over_costs_no_hash(platform: MemoryPlatform) -> None:
    await platform.add(example_invitation(1, used_at=NOW))

    with platform.refuses(InvitationInvalidError):
        await platform.make(Register)(
            token="token-1", username="ada", password=PASSWORD, address=HOME
        )

    assert (await platform.passwords.hash(PASSWORD)).startswith("plain$1$")


async def test_an_unknown_or_used_token_registers_nobody(platform: MemoryPlatform) -> None:
    await platform.add(example_invitation(1, used_at=NOW))

    for token in ("token-1", "token-2", ""):
        with platform.refuses(InvitationInvalidError):
            await platform.make(Register)(
                token=token, username="ada", password=PASSWORD, address=HOME
            )


async def test_an_invitation_ends_at_its_very_moment(platform: MemoryPlatform) -> None:
    await platform.add(example_invitation(1))
    register = platform.make(Register)
    platform.clock.set(NOW + VALIDITY)

    with platform.refuses(InvitationExpiredError) as refused:
        await register(token="token-1", username="ada", password=PASSWORD, address=HOME)

    assert refused.value.expired_at == NOW + VALIDITY
    platform.clock.set(NOW + VALIDITY - MICROSECOND)
    await register(token="token-1", username="ada", password=PASSWORD, address=HOME)


async def test_a_taken_name_or_email_leaves_the_invitation_open(platform: MemoryPlatform) -> None:
    await platform.add(
        example_invitation(1),
        example_invitation(2, email="MEMBER-9@example.org"),
        example_user(9),
    )

    with platform.refuses(UsernameTakenError):
        await platform.make(Register)(
            token="token-1", username="MEMBER-9", password=PASSWORD, address=HOME
        )
    with platform.refuses(EmailTakenError):
        await platform.make(Register)(
            token="token-2", username="ada", password=PASSWORD, address=HOME
        )


async def test_of_two_registrations_with_one_invitation_exactly_one_succeeds(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_invitation(1))
    register = platform.make(Register, SteppedStore(platform.store, giving_way([3])))

    outcomes = await asyncio.gather(
        register(token="token-1", username="ada", password=PASSWORD, address=HOME),
        register(token="token-1", username="bob", password=PASSWORD, address=HOME),
        return_exceptions=True,
    )

    refused = [each for each in outcomes if isinstance(each, InvitationInvalidError)]
    assert len(refused) == 1
    assert len(platform.remembered().users) == 1


async def test_an_invitation_that_is_revoked_while_the_password_is_hashed_makes_nobody(
    platform: MemoryPlatform,
) -> None:
    invitation = example_invitation(1)
    await platform.add(invitation)

    class RevokingMeanwhile(PlainPasswords):
        async def hash(self, password: str) -> str:
            await platform.make(RevokeInvitation)(invitation.id)
            return await super().hash(password)

    register = platform.make(Register, RevokingMeanwhile())
    with pytest.raises(InvitationInvalidError):
        await register(token="token-1", username="ada", password=PASSWORD, address=HOME)

    assert platform.remembered().users == {}
    assert platform.remembered().invitations == {}


async def refused_token(attempt: Awaitable[object]) -> str:
    with pytest.raises(NotAuthenticatedError) as refused:
        await attempt
    return str(refused.value)


async def test_a_token_that_does_not_hold_is_refused(platform: MemoryPlatform) -> None:
    authenticate = platform.make(Authenticate)
    member = await member_with_password(platform)
    token = platform.access_tokens.issue(member, NOW).value
    stranger = platform.access_tokens.issue(example_user(2), NOW).value

    assert "forged" in await refused_token(authenticate("made up"))
    assert "gone" in await refused_token(authenticate(stranger))
    platform.clock.advance(timedelta(days=1))
    assert "expired" in await refused_token(authenticate(token))


async def test_the_stored_account_counts_and_not_what_it_was_when_the_token_was_made(
    platform: MemoryPlatform,
) -> None:
    member = await member_with_password(platform)
    token = platform.access_tokens.issue(member, NOW).value
    promoted = member.with_role(Role.ADMIN, other_active_admins=0)
    await platform.save(promoted)

    assert await platform.make(Authenticate)(token) == promoted


async def test_switching_off_ends_every_token_for_good(platform: MemoryPlatform) -> None:
    member = await member_with_password(platform)
    token = platform.access_tokens.issue(member, NOW).value
    off = member.with_active(is_active=False, other_active_admins=0)
    await platform.save(off)

    with pytest.raises(AccountInactiveError, match=member.username):
        await platform.make(Authenticate)(token)

    await platform.save(off.with_active(is_active=True, other_active_admins=0))
    assert "revoked" in await refused_token(platform.make(Authenticate)(token))


async def test_a_token_from_before_a_backup_was_restored_is_refused(
    platform: MemoryPlatform,
) -> None:
    member = await member_with_password(platform)
    token = platform.access_tokens.issue(attrs.evolve(member, token_epoch=1), NOW).value

    assert "revoked" in await refused_token(platform.make(Authenticate)(token))


async def test_a_new_password_ends_every_earlier_token(platform: MemoryPlatform) -> None:
    member = await member_with_password(platform)
    token = platform.access_tokens.issue(member, NOW).value

    await platform.make(ChangePassword)(
        actor=member, current=PASSWORD, new="battery staple", address=HOME
    )

    changed = await platform.user(member.id)
    assert await platform.passwords.verify("battery staple", changed.password_hash)
    assert not await platform.passwords.verify(PASSWORD, changed.password_hash)
    assert "revoked" in await refused_token(platform.make(Authenticate)(token))
    fresh = platform.access_tokens.issue(changed, NOW).value
    assert await platform.make(Authenticate)(fresh) == changed


async def test_a_password_is_changed_only_by_who_knows_it_and_only_to_a_good_one(
    platform: MemoryPlatform,
) -> None:
    member = await member_with_password(platform)
    change = platform.make(ChangePassword)

    with platform.refuses(InvalidCredentialsError):
        await change(actor=member, current="wrong horse", new="battery staple", address=HOME)
    with platform.refuses(InvalidValueError) as refused:
        await change(actor=member, current=PASSWORD, new="short", address=HOME)

    assert refused.value.field == "new_password"


async def test_of_two_changes_of_one_password_the_second_must_know_the_new_one(
    platform: MemoryPlatform,
) -> None:
    member = await member_with_password(platform)
    change = platform.make(ChangePassword, SteppedStore(platform.store, giving_way([3])))

    outcomes = await asyncio.gather(
        change(actor=member, current=PASSWORD, new="battery staple", address=HOME),
        change(actor=member, current=PASSWORD, new="stapled battery", address=HOME),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [AccessToken, InvalidCredentialsError]
    changed = await platform.user(member.id)
    assert (changed.token_epoch, member.token_epoch) == (1, 0)
    assert await platform.passwords.verify("battery staple", changed.password_hash)


@pytest.mark.parametrize("password_hash", ["before plain$", "quite another$"])
async def test_a_password_that_was_changed_meanwhile_must_be_known_anew(
    platform: MemoryPlatform, password_hash: str
) -> None:
    member = await member_with_password(platform)
    await platform.save(member.with_password_hash(password_hash))

    with platform.refuses(InvalidCredentialsError):
        await platform.make(ChangePassword)(
            actor=member, current=PASSWORD, new="battery staple", address=HOME
        )


async def test_a_deleted_member_changes_no_password(platform: MemoryPlatform) -> None:
    member = example_user(1, password_hash=await platform.passwords.hash(PASSWORD))

    with platform.refuses(NotFoundError):
        await platform.make(ChangePassword)(
            actor=member, current=PASSWORD, new="battery staple", address=HOME
        )


async def test_a_member_sees_what_counts_this_week_and_when_it_ends(
    platform: MemoryPlatform,
) -> None:
    member = example_user(1, weekly_upload_bytes=700)
    await platform.add(member)
    show = platform.make(ShowOwnAccount)

    account = await show(actor=member)
    platform.clock.set(SUNDAY + timedelta(days=7))
    next_week = await show(actor=member)

    assert (account.weekly_upload_bytes, account.weekly_upload_limit_bytes) == (700, 5 << 30)
    assert account.quota_resets_at == SUNDAY + timedelta(days=7)
    assert next_week.weekly_upload_bytes == 0
    assert next_week.quota_resets_at == SUNDAY + timedelta(days=14)
