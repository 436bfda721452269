"""Accounts and invitations in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs

from vidcore.errors import EmailTakenError, NotFoundError, UsernameTakenError
from vidcore.invitations import Invitation, InvitationStatus
from vidcore.orders import by_age
from vidcore.pages import Page, PageRequest, newest_first
from vidcore.ports.store import Invitations, UserQuery, Users
from vidcore.testing.memory_paging import contains, cut
from vidcore.testing.memory_tables import (
    Session,
    StoreMisuseError,
    Tables,
    check_known,
    check_new,
    walk,
)
from vidcore.users import User, name_key


def _check_names(tables: Tables, user: User) -> None:
    for other in tables.users.values():
        if other.id == user.id:
            continue
        if name_key(other.username) == name_key(user.username):
            raise UsernameTakenError(user.username)
        if name_key(other.email) == name_key(user.email):
            raise EmailTakenError(user.email)


class InMemoryUsers(Users):
    """The accounts of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, user: User) -> None:
        """Remember a new account. Raises UsernameTakenError or EmailTakenError."""
        tables = self._session.changing
        check_new(tables.users, user.id)
        _check_names(tables, user)
        tables.users[user.id] = user

    async def get(self, user_id: UUID) -> User:
        """Give an account. Raises NotFoundError."""
        try:
            return self._session.tables.users[user_id]
        except KeyError:
            raise NotFoundError("user", user_id) from None

    async def find(self, login: str) -> User | None:
        """Give the account of a username or an e-mail address, in any case."""
        key = name_key(login)
        return next(
            (
                user
                for user in self._session.tables.users.values()
                if key in (name_key(user.username), name_key(user.email))
            ),
            None,
        )

    async def save(self, user: User) -> None:
        """Remember a changed account. Raises NotFoundError if it is gone."""
        tables = self._session.changing
        await self.get(user.id)
        _check_names(tables, user)
        tables.users[user.id] = user

    async def remove(self, user_id: UUID) -> None:
        """Forget an account, its uploads, and that it made what stays. Raises NotFoundError.

        Raises StoreMisuseError while it has videos.
        """
        tables = self._session.changing
        await self.get(user_id)
        if any(video.uploaded_by == user_id for video in tables.videos.values()):
            raise StoreMisuseError(f"The account {user_id} has videos; remove them first.")
        del tables.users[user_id]
        tables.uploads = {
            key: upload for key, upload in tables.uploads.items() if upload.user_id != user_id
        }
        for invitation in tables.invitations.values():
            if invitation.created_by == user_id:
                tables.invitations[invitation.id] = attrs.evolve(invitation, created_by=None)
        for category in tables.categories.values():
            if category.created_by == user_id:
                tables.categories[category.id] = attrs.evolve(category, created_by=None)
        if tables.config is not None and tables.config.updated_by == user_id:
            tables.config = attrs.evolve(tables.config, updated_by=None)

    async def page(self, query: UserQuery, request: PageRequest) -> Page[User]:
        """Give one page of accounts, newest first."""
        wanted = (
            user
            for user in self._session.tables.users.values()
            if contains(query.q, user.username, user.email)
            and query.role in (None, user.role)
            and query.is_active in (None, user.is_active)
        )
        return cut(wanted, newest_first(by_age), request)

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[User]:
        """Give the first accounts, at most `limit`, whose ids come after `last`."""
        return walk(self._session.tables.users, last, limit)

    async def active_admin_ids(self) -> frozenset[UUID]:
        """Give the ids of all active admins."""
        users = self._session.tables.users.values()
        return frozenset(user.id for user in users if user.is_active and user.is_admin)


def _check_token(tables: Tables, invitation: Invitation) -> None:
    if any(
        other.token_hash == invitation.token_hash and other.id != invitation.id
        for other in tables.invitations.values()
    ):
        raise StoreMisuseError("Another invitation has this token.")


class InMemoryInvitations(Invitations):
    """The invitations of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, invitation: Invitation) -> None:
        """Remember a new invitation."""
        tables = self._session.changing
        check_new(tables.invitations, invitation.id)
        check_known(tables, invitation.created_by)
        _check_token(tables, invitation)
        tables.invitations[invitation.id] = invitation

    async def get(self, invitation_id: UUID) -> Invitation:
        """Give an invitation. Raises NotFoundError."""
        try:
            return self._session.tables.invitations[invitation_id]
        except KeyError:
            raise NotFoundError("invitation", invitation_id) from None

    async def find(self, token_hash: str) -> Invitation | None:
        """Give the invitation of a token's hash."""
        known = self._session.tables.invitations.values()
        return next((each for each in known if each.token_hash == token_hash), None)

    async def save(self, invitation: Invitation) -> None:
        """Remember a changed invitation. Raises NotFoundError if it is gone."""
        tables = self._session.changing
        await self.get(invitation.id)
        check_known(tables, invitation.created_by)
        _check_token(tables, invitation)
        tables.invitations[invitation.id] = invitation

    async def remove(self, invitation_id: UUID) -> None:
        """Forget an invitation. Raises NotFoundError."""
        tables = self._session.changing
        await self.get(invitation_id)
        del tables.invitations[invitation_id]

    async def page(
        self, status: InvitationStatus | None, now: datetime, request: PageRequest
    ) -> Page[Invitation]:
        """Give one page of invitations that have `status` at `now`, newest first."""
        wanted = (
            invitation
            for invitation in self._session.tables.invitations.values()
            if status in (None, invitation.status(now))
        )
        return cut(wanted, newest_first(by_age), request)
