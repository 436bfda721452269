"""Invitations, guests who register with them, and a clock that goes either way.

The oracle is a list of invitations as an admin would keep it on paper: sent when, used, torn up.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, multiple, rule

from tests.unit.machines.platform_machine import PlatformMachine
from vidcore.errors import (
    EmailTakenError,
    InvalidValueError,
    InvitationExpiredError,
    InvitationInvalidError,
    InvitationUsedError,
    NotFoundError,
    UsernameTakenError,
)
from vidcore.invitations import InvitationStatus
from vidcore.pages import PageRequest
from vidcore.testing.examples import MICROSECOND, NOBODY, NOW, example_config, example_user
from vidcore.testing.passwords import PlainPasswords
from vidcore.use_cases.accounts import Register, Session
from vidcore.use_cases.inviting import Invite, ListInvitations, RevokeInvitation, ValidateInvitation

ADMIN = example_user(1, username="ada", email="ada@example.org")
WEEK = timedelta(days=7)
ADDRESSES = st.sampled_from(
    [
        "ben@",
        "ben@example.org",
        "BEN@Example.org",
        "cleo@example.org",
        "dora@example.org",
        "Ada@example.org",
    ]
)
NAMES = st.sampled_from(["ben", "Ben", "cleo", "dora", "eve", "ADA", "ab"])
JUMPS = st.sampled_from(
    [MICROSECOND, -MICROSECOND, timedelta(hours=1), timedelta(days=3), -timedelta(days=3), WEEK]
)
LANDMARKS = st.sampled_from(
    [
        datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Pacific/Auckland")),
        datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),  # not on any clock there
        datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/New_York")),  # the second one
    ]
)


class SlowPasswords(PlainPasswords):
    """Lets others go first while it hashes."""

    async def hash(self, password: str) -> str:
        await asyncio.sleep(0)
        return await super().hash(password)


@attrs.define(eq=False)
class Slip:
    """An invitation on paper."""

    key: UUID
    token: str
    email: str
    ends: datetime
    used: bool = False
    torn_up: bool = False

    def status(self, now: datetime) -> str:
        if self.used:
            return "used"
        return "expired" if self.ends <= now else "pending"


NEVER_SENT = Slip(NOBODY, "", "", NOW, torn_up=True)


class InvitationMachine(PlatformMachine):
    slips = Bundle("slips")

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Slip] = []
        self.names = {"ada"}
        self.addresses = {"ada@example.org"}
        self.passwords = SlowPasswords()

    def closed(self, slip: Slip) -> set[type[Exception]]:
        if slip.torn_up or slip.used:
            return {InvitationInvalidError}
        return {InvitationExpiredError} if slip.ends <= self.now else set()

    def refusal(self, slip: Slip, name: str) -> set[type[Exception]]:
        if len(name) < 3:
            return {InvalidValueError}
        refused = self.closed(slip)
        if refused:
            return refused
        if name.lower() in self.names:
            refused.add(UsernameTakenError)
        if slip.email.lower() in self.addresses:
            refused.add(EmailTakenError)
        return refused

    def register(self, token: str, name: str) -> Coroutine[Any, Any, Session]:
        register = self.platform.make(Register, self.passwords)
        return register(
            token=token, username=name, password="long enough", address=f"address of {name}"
        )

    def note(self, slip: Slip, name: str, session: Session) -> None:
        assert (session.account.user.email, session.account.user.username) == (slip.email, name)
        assert not session.account.user.is_admin
        slip.used = True
        self.names.add(name.lower())
        self.addresses.add(slip.email.lower())

    @initialize(target=slips)
    def open(self) -> Any:
        self.run(self.platform.add(ADMIN, example_config()))
        return self.send("ben@example.org")

    @rule(target=slips, email=ADDRESSES)
    def invite(self, email: str) -> Any:
        return self.send(email)

    def send(self, email: str) -> Any:
        refused: set[type[Exception]] = set()
        if email.endswith("@"):
            refused = {InvalidValueError}
        elif email.lower() in self.addresses:
            refused = {EmailTakenError}
        invite = self.platform.make(Invite)
        issued = self.expect(refused, invite(created_by=ADMIN.id, email=f" {email}"))
        if issued is None:
            return multiple()
        slip = Slip(issued.invitation.id, issued.token, email, self.now + WEEK)
        self.kept.append(slip)
        return slip

    @rule(slip=slips, name=NAMES)
    def register_with(self, slip: Slip, name: str) -> None:
        refused = self.refusal(slip, name)
        session = self.expect(refused, self.register(slip.token, name))
        if session is not None:
            self.note(slip, name, session)

    @rule(slip=slips, names=st.lists(NAMES, min_size=2, max_size=3, unique_by=str.lower))
    def register_at_once(self, slip: Slip, names: list[str]) -> None:
        async def together() -> list[Session | BaseException]:
            attempts = (self.register(slip.token, name) for name in names)
            return await asyncio.gather(*attempts, return_exceptions=True)

        refusals = {name: self.refusal(slip, name) for name in names}
        answers = dict(zip(names, self.run(together()), strict=True))
        winners = [name for name, answer in answers.items() if isinstance(answer, Session)]
        assert len(winners) == min(1, sum(not refused for refused in refusals.values()))
        for name, answer in answers.items():
            if isinstance(answer, Session):
                assert not refusals[name]
                self.note(slip, name, answer)
            else:
                beaten = {InvitationInvalidError} if winners else set()
                assert type(answer) in refusals[name] | beaten

    @rule(slip=slips, token=st.sampled_from(["", "guessed", "secret-"]), upper=st.booleans())
    def guess(self, slip: Slip, token: str, upper: bool) -> None:  # noqa: FBT001 - drawn
        guessed = slip.token.upper() if upper else token + slip.token
        if guessed == slip.token:
            guessed += " "
        self.expect({InvitationInvalidError}, self.register(guessed, "eve"))
        self.expect({InvitationInvalidError}, self.platform.make(ValidateInvitation)(guessed))

    @rule(slip=slips | st.just(NEVER_SENT))
    def revoke(self, slip: Slip) -> None:
        refused: set[type[Exception]] = set()
        if slip.torn_up:
            refused = {NotFoundError}
        elif slip.used:
            refused = {InvitationUsedError}
        self.expect(refused, self.platform.make(RevokeInvitation)(slip.key))
        if not refused:
            slip.torn_up = True

    @rule(slip=slips, name=NAMES)
    def revoke_while_somebody_registers(self, slip: Slip, name: str) -> None:
        async def together() -> tuple[Session | BaseException, BaseException | None]:
            session, revoked = await asyncio.gather(
                self.register(slip.token, name),
                self.platform.make(RevokeInvitation)(slip.key),
                return_exceptions=True,
            )
            return session, revoked

        refused = self.refusal(slip, name)
        revocable = not (slip.used or slip.torn_up)
        session, revoked = self.run(together())
        if isinstance(session, Session):
            assert not refused
            assert isinstance(revoked, InvitationUsedError)
            self.note(slip, name, session)
        else:
            assert type(session) in refused | {InvitationInvalidError}
            assert (revoked is None) == revocable
            assert refused or revocable
            slip.torn_up = slip.torn_up or revocable

    @rule(by=JUMPS)
    def advance_clock(self, by: timedelta) -> None:
        self.platform.clock.advance(by)

    @rule(slip=slips, by=st.sampled_from([-MICROSECOND, timedelta(), MICROSECOND]))
    def go_to_an_end(self, slip: Slip, by: timedelta) -> None:
        self.platform.clock.set(slip.ends + by)

    @rule(moment=LANDMARKS)
    def go_to_a_landmark(self, moment: datetime) -> None:
        self.platform.clock.set(moment)

    @invariant()
    def every_account_but_the_first_has_one_used_invitation_of_its_own(self) -> None:
        accounts = self.platform.remembered().users.values()
        used = Counter(slip.email.lower() for slip in self.kept if slip.used)
        assert Counter(user.email.lower() for user in accounts if user != ADMIN) == used
        assert set(used.values()) <= {1}

    @invariant()
    def a_token_is_valid_exactly_when_somebody_could_register(self) -> None:
        validate = self.platform.make(ValidateInvitation)
        for slip in self.kept:
            found = self.expect(self.closed(slip), validate(slip.token))
            if found is not None:
                shown = found.invitation
                assert (shown.id, shown.email, shown.expires_at) == (
                    slip.key,
                    slip.email,
                    slip.ends,
                )

    @invariant()
    def the_list_says_of_each_what_the_paper_says(self) -> None:
        listing = self.platform.make(ListInvitations)
        for status in InvitationStatus:
            page = self.run(listing(status, PageRequest(page_size=100)))
            assert {each.id for each in page.items} == {
                slip.key
                for slip in self.kept
                if not slip.torn_up and slip.status(self.now) == status.value
            }


TestInvitationMachine = InvitationMachine.TestCase
TestInvitationMachine.settings = settings(max_examples=35, stateful_step_count=30)
