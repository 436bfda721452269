"""Registration, log-in and the own account."""

from http import HTTPStatus
from typing import Final

import attrs

from adapters_http import cookies
from adapters_http.presenting import SessionAnswer, UserAnswer
from adapters_http.routing import BY_COOKIE, Access, Answer, Call, Nothing, route
from adapters_http.schemas import STORABLE, bounded
from vidcore import errors
from vidcore.use_cases.accounts import Session
from vidcore.users import PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN

_PASSWORD: Final = bounded(
    minLength=PASSWORD_MIN,
    maxLength=PASSWORD_MAX,
    pattern=STORABLE,
    examples=["correct horse battery"],
)
_COOKIE: Final = bounded(
    description="Whether to set a cookie, too; for the service's own page alone.", examples=[False]
)


@attrs.frozen(kw_only=True)
class RegisterBody:
    """An invitation's token, and the account that is wanted."""

    token: str = attrs.field(metadata=bounded(examples=["the-token-of-the-invitation"]))
    username: str = attrs.field(metadata=bounded(pattern=f"^{USERNAME_PATTERN}$", examples=["ann"]))
    password: str = attrs.field(metadata=_PASSWORD)
    cookie: bool = attrs.field(default=False, metadata=_COOKIE)


@attrs.frozen(kw_only=True)
class LoginBody:
    """A username or e-mail, and the password."""

    username: str = attrs.field(metadata=bounded(pattern=STORABLE, examples=["ann"]))
    password: str = attrs.field(metadata=bounded(examples=["correct horse battery"]))
    cookie: bool = attrs.field(default=False, metadata=_COOKIE)


@attrs.frozen(kw_only=True)
class PasswordBody:
    """The present password and the one that is wanted."""

    current_password: str = attrs.field(metadata=bounded(examples=["the old one"]))
    new_password: str = attrs.field(metadata=_PASSWORD)


async def register(call: Call[RegisterBody, Nothing]) -> Answer:
    """Register with an invitation."""
    _check_cookie(call)
    session = await call.use_cases.register(
        token=call.body.token,
        username=call.body.username,
        password=call.body.password,
        address=call.client_address,
    )
    return _opened(call, session)


async def log_in(call: Call[LoginBody, Nothing]) -> Answer:
    """Open a session."""
    _check_cookie(call)
    session = await call.use_cases.log_in(
        login=call.body.username,
        password=call.body.password,
        address=call.client_address,
    )
    return _opened(call, session)


async def log_out(call: Call[Nothing, Nothing]) -> Answer:
    """End a browser's session: its cookie goes, its token ends by itself."""
    cookies.check_no_other_page(call.request)
    return Answer(body=None, headers=cookies.forget(call.request))


async def show_me(call: Call[Nothing, Nothing]) -> UserAnswer:
    """Show the own account."""
    return UserAnswer.of(await call.use_cases.show_own_account(actor=call.actor))


async def change_password(call: Call[PasswordBody, Nothing]) -> Answer:
    """Change the own password."""
    token = await call.use_cases.change_password(
        actor=call.actor,
        current=call.body.current_password,
        new=call.body.new_password,
        address=call.client_address,
    )
    goes_on = call.request.get(BY_COOKIE, False)
    return Answer(body=None, headers=cookies.keep(call.request, token) if goes_on else {})


def _check_cookie(call: Call[RegisterBody, Nothing] | Call[LoginBody, Nothing]) -> None:
    """Let no other page sign a browser in, and say it before the password is looked at."""
    if call.body.cookie:
        cookies.check_own_page(call.request)


def _opened(
    call: Call[RegisterBody, Nothing] | Call[LoginBody, Nothing], session: Session
) -> Answer:
    kept = cookies.keep(call.request, session.token) if call.body.cookie else {}
    return Answer(body=SessionAnswer.of(session), headers=kept)


ROUTES = (
    route(
        "POST",
        "/api/auth/register",
        Access.ANYONE,
        register,
        "Register with an invitation",
        body=RegisterBody,
        answer=SessionAnswer,
        status=HTTPStatus.CREATED,
        errors=(
            errors.InvitationInvalidError,
            errors.InvitationExpiredError,
            errors.UsernameTakenError,
            errors.EmailTakenError,
            errors.TooManyAttemptsError,
            errors.PermissionDeniedError,
        ),
        headers=("Set-Cookie",),
    ),
    route(
        "POST",
        "/api/auth/login",
        Access.ANYONE,
        log_in,
        "Log in with a username or e-mail",
        body=LoginBody,
        answer=SessionAnswer,
        errors=(
            errors.InvalidCredentialsError,
            errors.AccountInactiveError,
            errors.TooManyAttemptsError,
            errors.PermissionDeniedError,
        ),
        headers=("Set-Cookie",),
    ),
    route(
        "POST",
        "/api/auth/logout",
        Access.ANYONE,
        log_out,
        "End a browser's session; bearers just forget their token",
        status=HTTPStatus.NO_CONTENT,
        headers=("Set-Cookie",),
        errors=(errors.PermissionDeniedError,),
    ),
    route("GET", "/api/auth/me", Access.MEMBER, show_me, "Show the own account", answer=UserAnswer),
    route(
        "POST",
        "/api/auth/password",
        Access.MEMBER,
        change_password,
        "Change the own password; every earlier token stops working",
        body=PasswordBody,
        status=HTTPStatus.NO_CONTENT,
        headers=("Set-Cookie",),
        errors=(errors.InvalidCredentialsError, errors.TooManyAttemptsError),
    ),
)
