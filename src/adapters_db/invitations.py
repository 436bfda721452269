"""The invitations in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.paging import Source, Wanted, fetch_page
from adapters_db.session import Session
from adapters_db.tables import invitations
from vidcore.errors import NotFoundError
from vidcore.invitations import Invitation, InvitationStatus
from vidcore.orders import Order, by_age
from vidcore.pages import Ordering, Page, PageRequest, newest_first
from vidcore.ports.store import Invitations


def invitation_to_row(invitation: Invitation) -> dict[str, Any]:
    """Give the values of an invitation's row."""
    return {
        "id": invitation.id,
        "email": invitation.email,
        "token_hash": invitation.token_hash,
        "created_by": invitation.created_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "used_at": invitation.used_at,
    }


def invitation_from_row(row: RowMapping) -> Invitation:
    """Make the invitation of a row."""
    return Invitation(
        id=row[invitations.c.id],
        email=row[invitations.c.email],
        token_hash=row[invitations.c.token_hash],
        created_by=row[invitations.c.created_by],
        created_at=row[invitations.c.created_at],
        expires_at=row[invitations.c.expires_at],
        used_at=row[invitations.c.used_at],
    )


@attrs.frozen
class SqlInvitations(Invitations):
    """The invitations, in the table `invitations`."""

    _session: Session

    async def add(self, invitation: Invitation) -> None:
        """Remember a new invitation."""
        await self._session.change(invitations.insert().values(invitation_to_row(invitation)))

    async def get(self, invitation_id: UUID) -> Invitation:
        """Give an invitation."""
        found = await self._find(invitations.c.id == invitation_id)
        if found is None:
            raise NotFoundError("invitation", invitation_id)
        return found

    async def find(self, token_hash: str) -> Invitation | None:
        """Give the invitation of a token's hash."""
        return await self._find(invitations.c.token_hash == token_hash)

    async def save(self, invitation: Invitation) -> None:
        """Remember a changed invitation."""
        statement = invitations.update().where(invitations.c.id == invitation.id)
        if not await self._session.change(statement.values(invitation_to_row(invitation))):
            raise NotFoundError("invitation", invitation.id)

    async def remove(self, invitation_id: UUID) -> None:
        """Forget an invitation."""
        statement = invitations.delete().where(invitations.c.id == invitation_id)
        if not await self._session.change(statement):
            raise NotFoundError("invitation", invitation_id)

    async def page(
        self, status: InvitationStatus | None, now: datetime, request: PageRequest
    ) -> Page[Invitation]:
        """Give one page of invitations, newest first."""
        source = Source(
            entries=lambda wanted: sa.select(invitations).join_from(
                wanted, invitations, wanted.c.id == invitations.c.id
            ),
            key=invitations.c.created_at,
            parts=[_conditions(status, now)],
            merges=self._session.is_sqlite,
        )
        ordering: Ordering[Invitation] = newest_first(by_age)
        wanted = Wanted(
            ordering=ordering,
            make=invitation_from_row,
            listing=lambda behind: source.listing(Order.DESC, behind=behind),
        )
        return await fetch_page(self._session, wanted, request)

    async def _find(self, condition: sa.ColumnElement[bool]) -> Invitation | None:
        query = self._session.held(sa.select(invitations).where(condition))
        row = await self._session.first(query)
        return None if row is None else invitation_from_row(row)


def _conditions(
    status: InvitationStatus | None, now: datetime
) -> tuple[sa.ColumnElement[bool], ...]:
    """Say `Invitation.status(now)` as conditions."""
    if status is None:
        return ()
    unused = invitations.c.used_at.is_(None)
    return {
        InvitationStatus.USED: (invitations.c.used_at.is_not(None),),
        InvitationStatus.PENDING: (unused, invitations.c.expires_at > now),
        InvitationStatus.EXPIRED: (unused, invitations.c.expires_at <= now),
    }[status]
