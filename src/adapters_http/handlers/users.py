"""Members: as admins manage them, and as they see each other."""

from http import HTTPStatus
from uuid import UUID

import attrs

from adapters_http.handlers.queries import PageQuery
from adapters_http.presenting import PageAnswer, ProfileAnswer, UserAnswer
from adapters_http.presenting_videos import VideoAnswer
from adapters_http.routing import Access, Call, Nothing, route
from adapters_http.schemas import STORABLE, bounded
from vidcore import errors
from vidcore.ports.store import UserQuery
from vidcore.users import Account, Role


@attrs.frozen(kw_only=True)
class UsersQuery(PageQuery):
    """Which accounts; `q` is looked for in name and e-mail."""

    q: str | None = attrs.field(default=None, metadata=bounded(pattern=STORABLE))
    role: Role | None = None
    is_active: bool | None = None


@attrs.frozen(kw_only=True)
class RoleBody:
    """The role that is wanted."""

    role: Role = attrs.field(metadata=bounded(examples=[Role.ADMIN.value]))


@attrs.frozen(kw_only=True)
class ActiveBody:
    """Whether the account shall be on."""

    is_active: bool = attrs.field(metadata=bounded(examples=[False]))


@attrs.frozen(kw_only=True)
class RemovalQuery:
    """Who gets the videos; without it they are deleted."""

    transfer_to: UUID | None = None


async def list_users(call: Call[Nothing, UsersQuery]) -> PageAnswer[UserAnswer]:
    """List the accounts."""
    query = UserQuery(q=call.query.q, role=call.query.role, is_active=call.query.is_active)
    page = await call.use_cases.list_members(query, call.query.request())
    return PageAnswer.of(page, UserAnswer.of)


async def show_user(call: Call[Nothing, Nothing]) -> UserAnswer | ProfileAnswer:
    """Show a member."""
    shown = await call.use_cases.show_member(actor=call.actor, user_id=call.ids["id"])
    return UserAnswer.of(shown) if isinstance(shown, Account) else ProfileAnswer.of(shown)


async def list_users_videos(call: Call[Nothing, PageQuery]) -> PageAnswer[VideoAnswer]:
    """List a member's videos."""
    page = await call.use_cases.list_videos_of_member(
        actor=call.actor, user_id=call.ids["id"], request=call.query.request()
    )
    return PageAnswer.of(page, call.present_video)


async def change_role(call: Call[RoleBody, Nothing]) -> UserAnswer:
    """Change a role."""
    account = await call.use_cases.change_role(user_id=call.ids["id"], role=call.body.role)
    return UserAnswer.of(account)


async def change_active(call: Call[ActiveBody, Nothing]) -> UserAnswer:
    """Switch an account on or off."""
    account = await call.use_cases.change_active(
        user_id=call.ids["id"], is_active=call.body.is_active
    )
    return UserAnswer.of(account)


async def remove_user(call: Call[Nothing, RemovalQuery]) -> None:
    """Delete an account."""
    await call.use_cases.remove_member(user_id=call.ids["id"], transfer_to=call.query.transfer_to)


ROUTES = (
    route(
        "GET",
        "/api/users",
        Access.ADMIN,
        list_users,
        "List the accounts, newest first",
        query=UsersQuery,
        answer=PageAnswer[UserAnswer],
    ),
    route(
        "GET",
        "/api/users/{id}",
        Access.MEMBER,
        show_user,
        "Show a member: in full to that member and to admins, else the profile",
        answer=UserAnswer | ProfileAnswer,
        errors=(errors.NotFoundError,),
    ),
    route(
        "GET",
        "/api/users/{id}/videos",
        Access.MEMBER,
        list_users_videos,
        "List a member's videos, newest first",
        query=PageQuery,
        answer=PageAnswer[VideoAnswer],
        errors=(errors.NotFoundError,),
    ),
    route(
        "PATCH",
        "/api/users/{id}/role",
        Access.ADMIN,
        change_role,
        "Change a member's role",
        body=RoleBody,
        answer=UserAnswer,
        errors=(errors.NotFoundError, errors.LastAdminError),
    ),
    route(
        "PATCH",
        "/api/users/{id}/active",
        Access.ADMIN,
        change_active,
        "Switch an account on or off; off ends its tokens and signed addresses at once",
        body=ActiveBody,
        answer=UserAnswer,
        errors=(errors.NotFoundError, errors.LastAdminError),
    ),
    route(
        "DELETE",
        "/api/users/{id}",
        Access.ADMIN,
        remove_user,
        "Delete an account, with its videos unless they are handed over",
        query=RemovalQuery,
        status=HTTPStatus.NO_CONTENT,
        errors=(errors.NotFoundError, errors.LastAdminError),
    ),
)
