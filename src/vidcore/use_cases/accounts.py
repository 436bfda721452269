"""What somebody does about the own account: register, log in, prove who one is, change the password."""

from datetime import datetime

import attrs

from vidcore.config import Config
from vidcore.errors import AccountInactiveError, InvalidCredentialsError, InvitationInvalidError
from vidcore.invitations import hash_token
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource
from vidcore.ports.passwords import PasswordHasher
from vidcore.ports.store import Store
from vidcore.ports.tokens import AccessToken, AccessTokens
from vidcore.sessions import AccountCache
from vidcore.text import check_storable
from vidcore.use_cases.announcing import Outbox, announce_account
from vidcore.use_cases.recognizing import Recognize, own_account
from vidcore.use_cases.throttling import Throttle
from vidcore.users import EMAIL_MAX, Account, Role, User, check_password, check_username, name_key


@attrs.frozen(kw_only=True)
class Session:
    """A fresh token, and the account that it belongs to."""

    token: AccessToken
    account: Account


@attrs.frozen(kw_only=True)
class Register:
    """Make an account with an invitation; its e-mail is the invitation's."""

    store: Store
    passwords: PasswordHasher
    tokens: AccessTokens
    throttle: Throttle
    ids: IdSource
    clock: Clock
    outbox: Outbox | None = None

    async def __call__(self, *, token: str, username: str, password: str, address: str) -> Session:
        """Use the invitation up and open the first session.

        Raises InvalidValueError, InvitationInvalidError, InvitationExpiredError, UsernameTakenError,
        EmailTakenError, TooManyAttemptsError. Of two calls with one token, one succeeds.
        """
        check_username(username)
        check_password(password)
        token_hash = hash_token(token)
        await self.throttle.begin(name=token_hash, address=address)
        async with self.store.read() as uow:  # before the costly hash
            invitation = await uow.invitations.find(token_hash)
        if invitation is None:
            raise InvitationInvalidError
        await self.throttle.succeed(name=token_hash)
        invitation.check_open(self.clock.now())
        password_hash = await self.passwords.hash(password)
        now = self.clock.now()
        async with self.store.write() as uow:
            invitation = await uow.invitations.find(token_hash)
            if invitation is None:
                raise InvitationInvalidError
            await uow.invitations.save(invitation.accept(now))
            user = User.register(
                id=self.ids.new(),
                email=invitation.email,
                username=username,
                password_hash=password_hash,
                role=Role.USER,
                now=now,
            )
            await uow.users.add(user)
            session = _session(self.tokens, user, await uow.config.get(), now)
            await announce_account(self.outbox, uow, session.account)
            await uow.commit()
        return session


@attrs.frozen(kw_only=True)
class LogIn:
    """Open a session with a username or e-mail and a password."""

    store: Store
    passwords: PasswordHasher
    tokens: AccessTokens
    throttle: Throttle
    clock: Clock

    async def __call__(self, *, login: str, password: str, address: str) -> Session:
        """Give a session.

        Raises InvalidCredentialsError, AccountInactiveError, TooManyAttemptsError, and
        InvalidValueError for a `login` that no store can keep.
        """
        now = self.clock.now()
        check_storable("username", login)
        name = name_key(login)[:EMAIL_MAX]
        await self.throttle.begin(name=name, address=address)
        async with self.store.read() as uow:
            user = await uow.users.find(login)
            config = await uow.config.get()
        matches = await self.passwords.verify(password, user.password_hash if user else None)
        if user is None or not matches:
            raise InvalidCredentialsError
        await self.throttle.succeed(name=name)
        if not user.is_active:
            raise AccountInactiveError(user.username)
        return _session(self.tokens, user, config, now)


def _session(tokens: AccessTokens, user: User, config: Config, now: datetime) -> Session:
    limit = config.weekly_upload_limit_bytes
    return Session(
        token=tokens.issue(user, now),
        account=Account(user=user, weekly_upload_limit_bytes=limit, now=now),
    )


@attrs.frozen(kw_only=True)
class Authenticate:
    """Find out who carries a token. What is stored counts, never what the token says."""

    tokens: AccessTokens
    recognize: Recognize
    clock: Clock

    async def __call__(self, token: str) -> User:
        """Give the account. Raises NotAuthenticatedError, AccountInactiveError."""
        claims = self.tokens.read(token, self.clock.now())
        return await self.recognize(user_id=claims.user_id, epoch=claims.epoch)


@attrs.frozen(kw_only=True)
class ShowOwnAccount:
    """Show a member the own account."""

    store: Store
    clock: Clock

    async def __call__(self, *, actor: User) -> Account:
        """Give the account with its quota, as stored now. Raises NotAuthenticatedError if it is gone."""
        async with self.store.read() as uow:
            user = await own_account(uow, actor.id)
            config = await uow.config.get()
        return Account(
            user=user,
            weekly_upload_limit_bytes=config.weekly_upload_limit_bytes,
            now=self.clock.now(),
        )


@attrs.frozen(kw_only=True)
class ChangePassword:
    """Change the own password, which ends every earlier token."""

    store: Store
    passwords: PasswordHasher
    tokens: AccessTokens
    throttle: Throttle
    accounts: AccountCache
    clock: Clock

    async def __call__(self, *, actor: User, current: str, new: str, address: str) -> AccessToken:
        """Set the new password, and give a token with which whoever did it can go on.

        Raises InvalidValueError, TooManyAttemptsError; InvalidCredentialsError, also if another
        change came first.
        """
        check_password(new, field="new_password")
        name = name_key(actor.username)
        await self.throttle.begin(name=name, address=address)
        if not await self.passwords.verify(current, actor.password_hash):
            raise InvalidCredentialsError
        await self.throttle.succeed(name=name)
        password_hash = await self.passwords.hash(new)
        with self.accounts.changing(actor.id):
            async with self.store.write() as uow:
                user = await uow.users.get(actor.id)
                if user.password_hash != actor.password_hash:
                    raise InvalidCredentialsError
                user = user.with_password_hash(password_hash)
                await uow.users.save(user)
                await uow.commit()
        return self.tokens.issue(user, self.clock.now())
