"""The list that a doorman keeps: people, what they were given to get in, and whose film is whose."""

from datetime import datetime
from uuid import UUID

import attrs

from vidcore.errors import AccountInactiveError, NotAuthenticatedError


@attrs.define(eq=False)
class Person:
    """Somebody, as a doorman knows them."""

    key: UUID
    name: str
    password: str
    admin: bool = True
    active: bool = True
    gone: bool = False


@attrs.define(eq=False)
class Pass:
    """A token that somebody was given; with a `video`, it is good for playing that one only."""

    person: Person
    token: str
    until: datetime
    video: UUID | None = None
    dead: bool = False

    def refusal(self, now: datetime) -> set[type[Exception]]:
        if self.until <= now or self.person.gone:
            return {NotAuthenticatedError}
        if not self.person.active:
            return {AccountInactiveError}
        return {NotAuthenticatedError} if self.dead else set()


@attrs.define(eq=False)
class Film:
    """A video and who owns it."""

    key: UUID
    owner: Person
    done: bool = False
    gone: bool = False
