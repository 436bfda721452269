"""Two processes on one store: of what one changes, the other may not have heard for a second.

The oracle keeps what every person was, and until when, in time that no clock can set back. Looks and
changes are stopped half way, commits lose their answer, and the clock jumps.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, multiple, rule

from tests.unit.machines.platform_machine import PlatformMachine
from tests.unit.use_cases.memory_platform import HOME
from tests.unit.use_cases.stepping import SteppedStore
from vidcore.errors import AccountInactiveError, NotAuthenticatedError
from vidcore.ports.store import Store, UnitOfWork
from vidcore.sessions import AccountCache
from vidcore.testing.examples import MICROSECOND, example_config, example_user
from vidcore.use_cases.accounts import Authenticate, ChangePassword
from vidcore.use_cases.membership import ChangeActive, ChangeRole, RemoveMember
from vidcore.use_cases.recognizing import Recognize
from vidcore.use_cases.throttling import Throttle
from vidcore.users import Role

SECOND = timedelta(seconds=1)
SPANS = st.sampled_from([SECOND, SECOND - MICROSECOND, SECOND * 0.6, SECOND * 0.4, MICROSECOND])
PROCESSES = st.sampled_from([0, 1])
DEEDS = st.sampled_from(["promote", "demote", "off", "on", "password", "remove"])
WAYS = st.sampled_from(["whole", "whole", "answer lost", "half way"])


class AnswerLostError(Exception):
    """A commit arrived, and nobody was told."""


@attrs.frozen
class Version:
    """What somebody was until `ended`, which was the change of that number in all the game."""

    admin: bool = False
    active: bool = True
    deaths: int = 0  # how often all tokens died
    gone: bool = False
    ended: timedelta = timedelta.max
    number: int = -1

    def answer(self, born: int) -> str:
        """Say what somebody hears with a token that was given after `born` deaths."""
        if not self.gone and not self.active:
            return "inactive"
        if self.gone or born != self.deaths:
            return "not authenticated"
        return "admin" if self.admin else "user"


@attrs.define(eq=False)
class Person:
    """Somebody; `heard` is, for each process, the number of the last change that it ended itself."""

    key: UUID
    password: str
    now: Version = Version()
    past: list[Version] = attrs.Factory(list)
    heard: list[int] = attrs.Factory(lambda: [-1, -1])


@attrs.frozen(eq=False)
class Pass:
    """A token."""

    person: Person
    token: str
    born: int
    until: datetime


class Halt:
    """A place in a store where a task waits until it is let on."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._reached, self._gate = asyncio.Event(), asyncio.Event()

    async def step(self, place: str) -> None:
        if place == self._place:
            self._reached.set()
            await self._gate.wait()

    async def run_up_to(self, work: Awaitable[object]) -> "asyncio.Task[object]":
        """Let `work` run until it waits here, or ends because it never comes here."""
        task = asyncio.ensure_future(work)
        reached = asyncio.ensure_future(self._reached.wait())
        await asyncio.wait([task, reached], return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()
        return task

    async def let_on(self, task: "asyncio.Task[object]") -> object:
        self._gate.set()
        return await task


class HaltingStore(SteppedStore):
    """Steps also after it has read."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        async with super().read() as work:
            yield work
        await self._step("looked")


@attrs.frozen(eq=False)
class Look:
    """Somebody whose token is being looked at, and what may come of it."""

    halt: Halt
    task: "asyncio.Task[object]"
    process: int
    expected: set[str]


@attrs.frozen(eq=False)
class Change:
    """A change that has reached the store, in a process that does not know that yet."""

    halt: Halt
    task: "asyncio.Task[object]"
    person: Person
    process: int


class SessionMachine(PlatformMachine):
    looks = Bundle("looks")
    changes = Bundle("changes")

    def __init__(self) -> None:
        super().__init__()
        self.caches = [AccountCache(), AccountCache()]
        self.numbers = count(1)
        self.elapsed = timedelta()
        self.given: list[Pass] = []

    @initialize()
    def open(self) -> None:
        self.run(self.platform.add(example_config(), example_user(0, role=Role.ADMIN)))
        self.join()

    def join(self) -> None:
        number = next(self.numbers)
        password = f"first password {number}"
        hashed = self.run(self.platform.passwords.hash(password))
        user = example_user(number, password_hash=hashed)
        self.run(self.platform.add(user))
        self.person = Person(user.id, password)
        self.give()

    @rule()
    def give(self) -> None:
        user = self.run(self.platform.user(self.person.key))
        value = self.platform.access_tokens.issue(user, self.now).value
        until = self.now + timedelta(days=1)
        self.given.append(Pass(self.person, value, self.person.now.deaths, until))

    def allowed(self, process: int, each: Pass) -> set[str]:
        """Give the answers that a token may get in a process at this moment."""
        if each.until <= self.now:
            return {"not authenticated"}
        person = each.person
        stale = {
            version.answer(each.born)
            for version in person.past
            if self.elapsed - version.ended < SECOND and version.number > person.heard[process]
        }
        return {person.now.answer(each.born)} | stale & {"admin", "user"}

    async def answer(self, process: int, each: Pass, store: Store) -> str:
        recognize = Recognize(store=store, accounts=self.caches[process], clock=self.platform.clock)
        authenticate = Authenticate(
            tokens=self.platform.access_tokens, recognize=recognize, clock=self.platform.clock
        )
        try:
            user = await authenticate(each.token)
        except AccountInactiveError:
            return "inactive"
        except NotAuthenticatedError:
            return "not authenticated"
        assert user.id == each.person.key
        return str(user.role)

    @rule(process=PROCESSES)
    def look_at_all(self, process: int) -> None:
        for each in self.given:
            allowed = self.allowed(process, each)
            assert self.run(self.answer(process, each, self.platform.store)) in allowed

    @rule(target=looks, process=PROCESSES)
    def begin_look(self, process: int) -> Look:
        halt, latest = Halt("looked"), self.given[-1]
        expected = self.allowed(process, latest)
        store = HaltingStore(self.platform.store, halt.step)
        task = self.run(halt.run_up_to(self.answer(process, latest, store)))
        return Look(halt, task, process, expected)

    @rule(look=consumes(looks))
    def end_look(self, look: Look) -> None:
        assert self.run(look.halt.let_on(look.task)) in look.expected
        self.look_at_all(look.process)

    @rule(target=changes, process=PROCESSES, deed=DEEDS, way=WAYS)
    def change(self, process: int, deed: str, way: str) -> Any:
        person = self.person
        halt = Halt("written" if way == "half way" else "nowhere")

        async def step(place: str) -> None:
            await halt.step(place)
            if way == "answer lost" and place == "committed":
                raise AnswerLostError

        self.platform.forget_attempts()
        store = SteppedStore(self.platform.store, step)
        task = self.run(halt.run_up_to(self.carry_out(deed, person, process, store)))
        self.note(deed, person)
        if person.now.gone:
            self.join()
        if way == "half way":
            return Change(halt, task, person, process)
        person.heard[process] = next(self.numbers)
        assert isinstance(task.exception(), AnswerLostError if way == "answer lost" else type(None))
        return multiple()

    @rule(change=consumes(changes))
    def end_change(self, change: Change) -> None:
        self.run(change.halt.let_on(change.task))
        change.person.heard[change.process] = next(self.numbers)
        self.look_at_all(change.process)

    async def carry_out(self, deed: str, person: Person, process: int, store: Store) -> None:
        cache, clock = self.caches[process], self.platform.clock
        match deed:
            case "promote" | "demote":
                role = Role.ADMIN if deed == "promote" else Role.USER
                change_role = ChangeRole(store=store, accounts=cache, clock=clock)
                await change_role(user_id=person.key, role=role)
            case "on" | "off":
                switch = ChangeActive(store=store, accounts=cache, clock=clock)
                await switch(user_id=person.key, is_active=deed == "on")
            case "password":
                change_password = ChangePassword(
                    store=store,
                    passwords=self.platform.passwords,
                    tokens=self.platform.access_tokens,
                    throttle=self.platform.make(Throttle),
                    accounts=cache,
                    clock=clock,
                )
                actor = await self.platform.user(person.key)
                current, person.password = person.password, f"{person.password} and more"[-100:]
                await change_password(
                    actor=actor, current=current, new=person.password, address=HOME
                )
            case _:
                remove = self.platform.make(RemoveMember, store, cache)
                await remove(user_id=person.key, transfer_to=None)

    def note(self, deed: str, person: Person) -> None:
        """Write down what somebody has become by a deed."""
        was = person.now
        person.past.append(attrs.evolve(was, ended=self.elapsed, number=next(self.numbers)))
        died = deed == "password" or (deed == "off" and was.active)
        person.now = attrs.evolve(
            was,
            admin={"promote": True, "demote": False}.get(deed, was.admin),
            active={"on": True, "off": False}.get(deed, was.active),
            deaths=was.deaths + died,
            gone=deed == "remove",
        )

    @rule(process=PROCESSES, by=SPANS, back=st.booleans())
    def let_time_pass(self, process: int, by: timedelta, back: bool) -> None:  # noqa: FBT001 - drawn
        self.platform.clock.advance(by)
        self.elapsed += by
        if back:
            self.platform.clock.advance(-by)
        self.look_at_all(process)


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=60, stateful_step_count=40)
