"""The accounts in the database."""

from collections.abc import Sequence
from itertools import product
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from adapters_db.failures import violated_constraint
from adapters_db.paging import Source, Wanted, fetch_after, fetch_page
from adapters_db.session import Session
from adapters_db.tables import users
from vidcore.errors import EmailTakenError, NotFoundError, UsernameTakenError
from vidcore.orders import Order, by_age
from vidcore.pages import Ordering, Page, PageRequest, newest_first
from vidcore.ports.store import UserQuery, Users
from vidcore.users import Role, User, name_key


def user_to_row(user: User) -> dict[str, Any]:
    """Give the values of an account's row."""
    return {
        "id": user.id,
        "email": user.email,
        "email_key": name_key(user.email),
        "username": user.username,
        "username_key": name_key(user.username),
        "password_hash": user.password_hash,
        "role": user.role.value,
        "is_active": user.is_active,
        "created_at": user.created_at,
        "token_epoch": user.token_epoch,
        "weekly_upload_bytes": user.weekly_upload_bytes,
        "last_upload_reset": user.last_upload_reset,
    }


def user_from_row(row: RowMapping) -> User:
    """Make the account of a row."""
    return User(
        id=row[users.c.id],
        email=row[users.c.email],
        username=row[users.c.username],
        password_hash=row[users.c.password_hash],
        role=Role(row[users.c.role]),
        is_active=row[users.c.is_active],
        created_at=row[users.c.created_at],
        token_epoch=row[users.c.token_epoch],
        weekly_upload_bytes=row[users.c.weekly_upload_bytes],
        last_upload_reset=row[users.c.last_upload_reset],
    )


@attrs.frozen
class SqlUsers(Users):
    """The accounts, in the table `users`."""

    _session: Session

    async def add(self, user: User) -> None:
        """Remember a new account."""
        await self._change(users.insert().values(user_to_row(user)), user)

    async def get(self, user_id: UUID) -> User:
        """Give an account."""
        query = sa.select(users).where(users.c.id == user_id)
        row = await self._session.first(self._session.held(query))
        if row is None:
            raise NotFoundError("user", user_id)
        return user_from_row(row)

    async def find(self, login: str) -> User | None:
        """Give the account of a username or an e-mail address.

        Only one of them has an `@`, so no login can be the name of one and the address of another.
        """
        key = name_key(login)
        query = sa.select(users).where(
            sa.or_(users.c.username_key == key, users.c.email_key == key)
        )
        row = await self._session.first(self._session.held(query))
        return None if row is None else user_from_row(row)

    async def save(self, user: User) -> None:
        """Remember a changed account."""
        statement = users.update().where(users.c.id == user.id).values(user_to_row(user))
        if not await self._change(statement, user):
            raise NotFoundError("user", user.id)

    async def remove(self, user_id: UUID) -> None:
        """Forget an account; the database forgets its uploads with it."""
        if not await self._session.change(users.delete().where(users.c.id == user_id)):
            raise NotFoundError("user", user_id)

    async def page(self, query: UserQuery, request: PageRequest) -> Page[User]:
        """Give one page of accounts, newest first."""
        parts = [
            [users.c.role == role.value, users.c.is_active == is_active, *_conditions(query)]
            for role, is_active in product(
                Role if query.role is None else (query.role,),
                (True, False) if query.is_active is None else (query.is_active,),
            )
        ]
        source = Source(
            entries=lambda wanted: sa.select(users).join_from(
                wanted, users, wanted.c.id == users.c.id
            ),
            key=users.c.created_at,
            parts=parts,
            merges=self._session.is_sqlite,
        )
        ordering: Ordering[User] = newest_first(by_age)
        wanted = Wanted(
            ordering=ordering,
            make=user_from_row,
            listing=lambda behind: source.listing(Order.DESC, behind=behind),
        )
        return await fetch_page(self._session, wanted, request)

    async def after(self, last: UUID | None, *, limit: int) -> Sequence[User]:
        """Give the first accounts behind `last`, held in the order of their ids."""
        rows = await fetch_after(self._session, users, last, limit=limit)
        return [user_from_row(row) for row in rows]

    async def active_admin_ids(self) -> frozenset[UUID]:
        """Give the ids of all active admins, held in the order of their ids: nobody can deadlock."""
        query = (
            sa.select(users.c.id)
            .where(users.c.role == Role.ADMIN.value, users.c.is_active)
            .order_by(users.c.id)
        )
        rows = await self._session.all(self._session.held(query))
        return frozenset(row[users.c.id] for row in rows)

    async def _change(self, statement: sa.Insert | sa.Update, user: User) -> int:
        try:
            return await self._session.try_change(statement)
        except IntegrityError as error:
            match violated_constraint(error):
                case "uq_users_username_key":
                    raise UsernameTakenError(user.username) from error
                case "uq_users_email_key":
                    raise EmailTakenError(user.email) from error
            raise


def _conditions(query: UserQuery) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if query.q is not None:
        part = name_key(query.q)
        conditions.append(
            sa.or_(
                users.c.username_key.contains(part, autoescape=True),
                users.c.email_key.contains(part, autoescape=True),
            )
        )
    return conditions
