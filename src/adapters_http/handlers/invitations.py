"""Invitations."""

from http import HTTPStatus
from typing import Final

import attrs

from adapters_http.handlers.queries import PageQuery
from adapters_http.presenting import (
    InvitationAnswer,
    IssuedInvitationAnswer,
    PageAnswer,
    ValidInvitationAnswer,
)
from adapters_http.routing import PUBLIC_URL, Access, Call, Nothing, route
from adapters_http.schemas import bounded
from vidcore import errors
from vidcore.invitations import InvitationStatus
from vidcore.users import EMAIL_MAX

_NO_SPACE: Final = r"[^@\s\x00-\x1f\x7f-\x9f]+"
_EMAIL: Final = rf"^\s*{_NO_SPACE}@{_NO_SPACE}\s*$"


@attrs.frozen(kw_only=True)
class InvitationBody:
    """Whom to invite."""

    email: str = attrs.field(
        metadata=bounded(
            minLength=3, maxLength=EMAIL_MAX, pattern=_EMAIL, examples=["ann@example.org"]
        )
    )


@attrs.frozen(kw_only=True)
class InvitationsQuery(PageQuery):
    """Which invitations."""

    status: InvitationStatus | None = None


async def invite(call: Call[InvitationBody, Nothing]) -> IssuedInvitationAnswer:
    """Issue an invitation."""
    issued = await call.use_cases.invite(created_by=call.actor.id, email=call.body.email)
    shown = InvitationAnswer.of(issued.invitation, call.use_cases.clock.now())
    return IssuedInvitationAnswer(
        **attrs.asdict(shown, recurse=False),
        token=issued.token,
        link=f"{call.request.app[PUBLIC_URL]}/register?token={issued.token}",
    )


async def list_invitations(call: Call[Nothing, InvitationsQuery]) -> PageAnswer[InvitationAnswer]:
    """List the invitations."""
    page = await call.use_cases.list_invitations(call.query.status, call.query.request())
    now = call.use_cases.clock.now()
    return PageAnswer.of(page, lambda invitation: InvitationAnswer.of(invitation, now))


async def validate(call: Call[Nothing, Nothing]) -> ValidInvitationAnswer:
    """Tell whether a token can be registered with."""
    found = await call.use_cases.validate_invitation(call.request.match_info["token"])
    return ValidInvitationAnswer.of(found)


async def revoke(call: Call[Nothing, Nothing]) -> None:
    """Take an invitation back."""
    await call.use_cases.revoke_invitation(call.ids["id"])


ROUTES = (
    route(
        "POST",
        "/api/invitations",
        Access.ADMIN,
        invite,
        "Issue an invitation; token and link can be seen only in this answer",
        body=InvitationBody,
        answer=IssuedInvitationAnswer,
        status=HTTPStatus.CREATED,
        errors=(errors.EmailTakenError,),
    ),
    route(
        "GET",
        "/api/invitations",
        Access.ADMIN,
        list_invitations,
        "List the invitations, newest first",
        query=InvitationsQuery,
        answer=PageAnswer[InvitationAnswer],
    ),
    route(
        "GET",
        "/api/invitations/validate/{token}",
        Access.ANYONE,
        validate,
        "Tell whether an invitation's token can be registered with, and who invited",
        answer=ValidInvitationAnswer,
        errors=(errors.InvitationInvalidError, errors.InvitationExpiredError),
    ),
    route(
        "DELETE",
        "/api/invitations/{id}",
        Access.ADMIN,
        revoke,
        "Revoke an invitation",
        status=HTTPStatus.NO_CONTENT,
        errors=(errors.NotFoundError, errors.InvitationUsedError),
    ),
)
