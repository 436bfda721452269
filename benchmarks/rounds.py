"""Rounds in turn, A B A B: what the machine does beside them then meets all contenders alike."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Named(Protocol):
    """A contender."""

    @property
    def name(self) -> str:
        """What it is called in the tables."""
        ...


N = TypeVar("N", bound=Named)


async def in_turn(
    contenders: Sequence[N], run: Callable[[N], Awaitable[T]], *, rounds: int, warm: int = 1
) -> dict[str, list[T]]:
    """Give what each contender's `rounds` came to, by its name; `warm` rounds before do not count."""
    found: dict[str, list[T]] = {each.name: [] for each in contenders}
    for number in range(warm + rounds):
        for each in contenders:
            came_to = await run(each)
            if number >= warm:
                found[each.name].append(came_to)
    return found
