"""What admins do about invitations, and how a guest learns whether one still holds.

>>> import asyncio
>>> from vidcore.testing.clock import FixedClock
>>> from vidcore.testing.examples import NOW
>>> from vidcore.testing.memory_store import InMemoryStore
>>> from vidcore.use_cases.inviting import ValidateInvitation
>>> asyncio.run(ValidateInvitation(store=InMemoryStore(), clock=FixedClock(NOW))("a guess"))
Traceback (most recent call last):
vidcore.errors.InvitationInvalidError: This invitation is not known, was revoked, or has been used; ask for a new one.
"""

from uuid import UUID

import attrs

from vidcore.errors import EmailTakenError, InvitationInvalidError, NotFoundError
from vidcore.invitations import Invitation, InvitationStatus, hash_token
from vidcore.pages import Page, PageRequest
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource, SecretSource
from vidcore.ports.store import Store, UnitOfWork
from vidcore.use_cases.recognizing import own_account


@attrs.frozen(kw_only=True)
class IssuedInvitation:
    """A new invitation with its token, which can be seen only now."""

    invitation: Invitation
    token: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Invite:
    """Issue an invitation."""

    store: Store
    ids: IdSource
    secrets: SecretSource
    clock: Clock

    async def __call__(self, *, created_by: UUID | None, email: str) -> IssuedInvitation:
        """Give the invitation and its token; by nobody, it is of whoever runs the platform.

        Raises InvalidValueError, EmailTakenError; NotAuthenticatedError if who invites is gone.
        """
        token = self.secrets.token()
        invitation = Invitation.issue(
            id=self.ids.new(),
            email=email,
            token=token,
            created_by=created_by,
            now=self.clock.now(),
        )
        async with self.store.write() as uow:
            if created_by is not None:
                await own_account(uow, created_by)
            if await uow.users.find(invitation.email) is not None:
                raise EmailTakenError(invitation.email)
            await uow.invitations.add(invitation)
            await uow.commit()
        return IssuedInvitation(invitation=invitation, token=token)


@attrs.frozen(kw_only=True)
class ListInvitations:
    """Show admins the invitations."""

    store: Store
    clock: Clock

    async def __call__(
        self, status: InvitationStatus | None, request: PageRequest
    ) -> Page[Invitation]:
        """Give one page, newest first."""
        async with self.store.read() as uow:
            return await uow.invitations.page(status, self.clock.now(), request)


@attrs.frozen(kw_only=True)
class OpenInvitation:
    """An invitation that holds; `invited_by` is the username of who issued it, None without an account."""

    invitation: Invitation
    invited_by: str | None


@attrs.frozen(kw_only=True)
class ValidateInvitation:
    """Tell a guest whether a token can be registered with."""

    store: Store
    clock: Clock

    async def __call__(self, token: str) -> OpenInvitation:
        """Give the invitation and who issued it. Raises InvitationInvalidError, InvitationExpiredError."""
        async with self.store.read() as uow:
            invitation = await uow.invitations.find(hash_token(token))
            if invitation is None:
                raise InvitationInvalidError
            invitation.check_open(self.clock.now())
            return OpenInvitation(
                invitation=invitation, invited_by=await _username(uow, invitation.created_by)
            )


@attrs.frozen(kw_only=True)
class RevokeInvitation:
    """Take an invitation back."""

    store: Store

    async def __call__(self, invitation_id: UUID) -> None:
        """Forget the invitation. Raises NotFoundError, InvitationUsedError."""
        async with self.store.write() as uow:
            invitation = await uow.invitations.get(invitation_id)
            invitation.check_revocable()
            await uow.invitations.remove(invitation_id)
            await uow.commit()


async def _username(uow: UnitOfWork, user_id: UUID | None) -> str | None:
    """Give the name of an account, or None if there is none: it may have gone while this was asked."""
    if user_id is None:
        return None
    try:
        user = await uow.users.get(user_id)
    except NotFoundError:
        return None
    return user.username
