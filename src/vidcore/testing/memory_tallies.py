"""The tallies of attempts, in memory."""

from collections.abc import Sequence

from vidcore.media import Mode
from vidcore.paces import Tally
from vidcore.ports.store import Tallies
from vidcore.testing.memory_tables import Session


class InMemoryTallies(Tallies):
    """The tallies of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def listing(self) -> Sequence[Tally]:
        """Give all tallies that were ever saved."""
        return list(self._session.tables.tallies.values())

    async def get(self, mode: Mode | None) -> Tally:
        """Give the tally of a mode, one of zeros if there is none."""
        return self._session.tables.tallies.get(mode, Tally(mode=mode))

    async def save(self, tally: Tally) -> None:
        """Remember a tally."""
        self._session.changing.tallies[tally.mode] = tally
