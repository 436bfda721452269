from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import (
    EmailTakenError,
    InvalidValueError,
    InvitationExpiredError,
    InvitationInvalidError,
    InvitationUsedError,
    NotAuthenticatedError,
    NotFoundError,
)
from vidcore.invitations import VALIDITY, InvitationStatus, hash_token
from vidcore.pages import PageRequest
from vidcore.ports.store import UnitOfWork
from vidcore.testing.examples import MICROSECOND, NOBODY, NOW, example_invitation, example_user
from vidcore.testing.memory_store import InMemoryStore
from vidcore.use_cases.inviting import (
    Invite,
    ListInvitations,
    OpenInvitation,
    RevokeInvitation,
    ValidateInvitation,
)

ADMIN = example_user(1)


async def test_an_invitation_is_kept_without_its_token(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)

    issued = await platform.make(Invite)(created_by=ADMIN.id, email=" guest@example.org ")

    assert list(platform.remembered().invitations.values()) == [issued.invitation]
    assert issued.invitation.token_hash == hash_token(issued.token)
    assert (issued.invitation.email, issued.invitation.created_by) == (
        "guest@example.org",
        ADMIN.id,
    )
    assert issued.invitation.expires_at == NOW + VALIDITY
    assert issued.token not in repr(platform.remembered()) + repr(issued)


async def test_nobody_is_invited_twice_or_to_no_address(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)

    with platform.refuses(EmailTakenError):
        await platform.make(Invite)(created_by=ADMIN.id, email="MEMBER-1@example.org")
    with platform.refuses(InvalidValueError):
        await platform.make(Invite)(created_by=ADMIN.id, email="nowhere")


async def test_who_runs_the_platform_invites_without_an_account(platform: MemoryPlatform) -> None:
    issued = await platform.make(Invite)(created_by=None, email="guest@example.org")

    assert issued.invitation.created_by is None
    assert list(platform.remembered().invitations.values()) == [issued.invitation]


async def test_an_admin_who_was_deleted_meanwhile_invites_nobody(platform: MemoryPlatform) -> None:
    with platform.refuses(NotAuthenticatedError):
        await platform.make(Invite)(created_by=NOBODY, email="guest@example.org")


async def test_admins_see_invitations_by_where_they_stand_now(platform: MemoryPlatform) -> None:
    used, old, new = (
        example_invitation(1, used_at=NOW),
        example_invitation(2),
        example_invitation(3, created_at=NOW + MICROSECOND, expires_at=NOW + VALIDITY * 2),
    )
    await platform.add(used, old, new)
    listing = platform.make(ListInvitations)
    platform.clock.set(NOW + VALIDITY)

    shown = {
        status: (await listing(status, PageRequest())).items for status in (None, *InvitationStatus)
    }

    assert shown == {
        None: (new, old, used),
        InvitationStatus.PENDING: (new,),
        InvitationStatus.USED: (used,),
        InvitationStatus.EXPIRED: (old,),
    }


async def test_a_guest_learns_whether_a_token_still_holds(platform: MemoryPlatform) -> None:
    await platform.add(example_invitation(1), example_invitation(2, used_at=NOW))
    validate = platform.make(ValidateInvitation)

    assert await validate("token-1") == OpenInvitation(
        invitation=example_invitation(1), invited_by=None
    )
    for token in ("token-2", "token-3"):
        with pytest.raises(InvitationInvalidError):
            await validate(token)
    platform.clock.set(NOW + VALIDITY)
    with pytest.raises(InvitationExpiredError):
        await validate("token-1")


async def test_a_guest_learns_who_invited(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN, example_invitation(1, created_by=ADMIN.id))

    found = await platform.make(ValidateInvitation)("token-1")

    assert found.invited_by == ADMIN.username


class StoreWhoseAccountsGo(InMemoryStore):
    """Finds invitations, but no account any more: as if they went between two looks."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        async with super().read() as uow, InMemoryStore().read() as empty:
            uow.users = empty.users
            yield uow


async def test_an_invitation_holds_even_if_who_invited_goes_meanwhile() -> None:
    platform = MemoryPlatform()
    platform.store = StoreWhoseAccountsGo()
    await platform.add(ADMIN, example_invitation(1, created_by=ADMIN.id))

    found = await platform.make(ValidateInvitation)("token-1")

    assert (found.invitation.created_by, found.invited_by) == (ADMIN.id, None)


async def test_an_invitation_can_be_revoked_until_it_is_used(platform: MemoryPlatform) -> None:
    pending, used = example_invitation(1), example_invitation(2, used_at=NOW)
    await platform.add(pending, used)
    revoke = platform.make(RevokeInvitation)

    with platform.refuses(InvitationUsedError):
        await revoke(used.id)
    with platform.refuses(NotFoundError):
        await revoke(NOBODY)
    await revoke(pending.id)

    with pytest.raises(InvitationInvalidError):
        await platform.make(ValidateInvitation)("token-1")
