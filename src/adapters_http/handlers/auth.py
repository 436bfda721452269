"""Registration, log-in and the own account."""

from http import HTTPStatus
from typing import Final

import attrs

from adapters_http.presenting import SessionAnswer, UserAnswer
from adapters_http.routing import Access, Call, Nothing, route
from adapters_http.schemas import STORABLE, bounded
from vidcore import errors
from vidcore.users import PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN

_PASSWORD: Final = bounded(
    minLength=PASSWORD_MIN,
    maxLength=PASSWORD_MAX,
    pattern=STORABLE,
    examples=["correct horse battery"],
)


@attrs.frozen(kw_only=True)
class RegisterBody:
    """An invitation's token, and the account that is wanted."""

    token: str = attrs.field(metadata=bounded(examples=["the-token-of-the-invitation"]))
    username: str = attrs.field(metadata=bounded(pattern=f"^{USERNAME_PATTERN}$", examples=["ann"]))
    password: str = attrs.field(metadata=_PASSWORD)


@attrs.frozen(kw_only=True)
class LoginBody:
    """A username or e-mail, and the password."""

    username: str = attrs.field(metadata=bounded(pattern=STORABLE, examples=["ann"]))
    password: str = attrs.field(metadata=bounded(examples=["correct horse battery"]))


@attrs.frozen(kw_only=True)
class PasswordBody:
    """The present password and the one that is wanted."""

    current_password: str = attrs.field(metadata=bounded(examples=["the old one"]))
    new_password: str = attrs.field(metadata=_PASSWORD)


async def register(call: Call[RegisterBody, Nothing]) -> SessionAnswer:
    """Register with an invitation."""
    session = await call.use_cases.register(
        token=call.body.token,
        username=call.body.username,
        password=call.body.password,
        address=call.client_address,
    )
    return SessionAnswer.of(session)


async def log_in(call: Call[LoginBody, Nothing]) -> SessionAnswer:
    """Open a session."""
    session = await call.use_cases.log_in(
        login=call.body.username,
        password=call.body.password,
        address=call.client_address,
    )
    return SessionAnswer.of(session)


async def show_me(call: Call[Nothing, Nothing]) -> UserAnswer:
    """Show the own account."""
    return UserAnswer.of(await call.use_cases.show_own_account(actor=call.actor))


async def change_password(call: Call[PasswordBody, Nothing]) -> None:
    """Change the own password."""
    await call.use_cases.change_password(
        actor=call.actor,
        current=call.body.current_password,
        new=call.body.new_password,
        address=call.client_address,
    )


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
        ),
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
        ),
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
        errors=(errors.InvalidCredentialsError, errors.TooManyAttemptsError),
    ),
)
