"""Stores side by side: each gets the same calls, and all have to say the same."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self, TypeVar, cast

import attrs
from sqlalchemy.exc import IntegrityError

from adapters_db.store import SqlStore
from adapters_db.tables import metadata
from vidcore.errors import (
    EmailTakenError,
    NotFoundError,
    UnknownReferenceError,
    UsernameTakenError,
    VidcoreError,
)
from vidcore.ports.store import Store, UnitOfWork
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.memory_tables import StoreMisuseError

T = TypeVar("T")
REFERENCE = "memory"
# The port does not say which of these goes first where both are due.
EITHER = (
    {NotFoundError, UnknownReferenceError},
    {UsernameTakenError, EmailTakenError},
)


class Call:
    """A method of a unit of work, `users.add` say, and what it is called with."""

    def __init__(self, path: str, *args: object, **named: object) -> None:
        self.path = path
        self.args = args
        self.named = named

    def __repr__(self) -> str:
        named = [f"{name}={value!r}" for name, value in self.named.items()]
        return f"Call({', '.join([repr(self.path), *map(repr, self.args), *named])})"

    async def __call__(self, unit: UnitOfWork) -> object:
        part, _, method = self.path.partition(".")
        asked = getattr(getattr(unit, part), method)(*self.args, **self.named)
        return comparable(self.path, await asked)


def comparable(path: str, answer: object) -> object:
    """Give an answer without what the port leaves open: kinds of sequences, orders of moments."""
    if path == "login_failures.moments":
        by_name, by_address = cast("tuple[Sequence[Any], Sequence[Any]]", answer)
        return sorted(by_name), sorted(by_address)
    return tuple(answer) if isinstance(answer, list) else answer


@attrs.frozen
class Refusal:
    """By which error a call was refused, with which data."""

    error: type[Exception]
    data: tuple[object, ...] = ()
    sentence: str = ""

    @classmethod
    def of(cls, error: VidcoreError) -> Self:
        kind: type[Any] = type(error)
        names = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else []
        return cls(kind, tuple(getattr(error, name) for name in names), str(error))


MISUSE = Refusal(StoreMisuseError)


def is_either(given: object, expected: object) -> bool:
    """Say whether these are two refusals of which either is right, since both were due."""
    return (
        isinstance(given, Refusal)
        and isinstance(expected, Refusal)
        and {given.error, expected.error} in EITHER
    )


async def outcome(call: Call, unit: UnitOfWork) -> object:
    """Give what `call` answers, or how it is refused."""
    try:
        return await call(unit)
    except VidcoreError as error:
        return Refusal.of(error)
    except (StoreMisuseError, IntegrityError):
        return MISUSE


class SideBySide:
    """The in-memory store and others, with one unit of work open in each."""

    def __init__(self, runner: asyncio.Runner, others: dict[str, SqlStore]) -> None:
        self._runner = runner
        self._others = others
        self._stores: dict[str, Store] = {REFERENCE: InMemoryStore(), **others}
        self._units: dict[str, UnitOfWork] = {}
        self._open = AsyncExitStack()

    def clear(self) -> None:
        """Delete all rows of those that have rows."""

        async def delete() -> None:
            for store in self._others.values():
                async with store.engines.write.begin() as connection:
                    for table in reversed(metadata.sorted_tables):
                        await connection.execute(table.delete())

        self._runner.run(delete())

    def begin(self, *, write: bool) -> None:
        """Open a unit of work in each."""

        async def enter() -> None:
            for name, store in self._stores.items():
                opened = store.write() if write else store.read()
                self._units[name] = await self._open.enter_async_context(opened)

        self._runner.run(enter())

    def end(self, *, commit: bool) -> None:
        """Close the unit of work in each, committed or not."""

        async def leave() -> None:
            if commit:
                for unit in self._units.values():
                    await unit.commit()
            await self._open.aclose()

        self._runner.run(leave())

    def ask(self, call: Call) -> object:
        """Call the same in each and give what they agree on.

        What the in-memory store holds for misuse, the others may refuse in any way.
        """
        outcomes = self._runner.run(self._ask(lambda unit: outcome(call, unit)))
        expected = outcomes[REFERENCE]
        for name, given in outcomes.items():
            if expected is MISUSE:
                assert isinstance(given, Refusal), (name, given)
            elif given != expected:
                assert is_either(given, expected), (name, given, expected)
        return expected

    async def _ask(self, call: Callable[[UnitOfWork], Awaitable[T]]) -> dict[str, T]:
        return {name: await call(unit) for name, unit in self._units.items()}
