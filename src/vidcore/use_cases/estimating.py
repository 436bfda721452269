"""Saying of videos under way when they will be done, and which turn they have."""

from collections.abc import Sequence

import attrs

from vidcore.catalogue import VideoEntry
from vidcore.estimates import CostsCache, forecast
from vidcore.following import is_final
from vidcore.ports.clock import Clock
from vidcore.ports.store import UnitOfWork


@attrs.frozen(kw_only=True)
class EstimateRemaining:
    """Put forecasts beside videos; of what is done, nothing is asked and nothing said."""

    clock: Clock
    costs: CostsCache = attrs.field(factory=CostsCache, eq=False, repr=False)

    async def __call__(
        self, uow: UnitOfWork, entries: Sequence[VideoEntry]
    ) -> tuple[VideoEntry, ...]:
        """Give the entries with their forecasts, as the unit of work sees the line."""
        under_way = [entry.video.id for entry in entries if not is_final(entry.video)]
        if not under_way:
            return tuple(entries)
        now = self.clock.now()
        line = await uow.videos.line(under_way, now)
        elapsed = self.clock.elapsed()
        costs = self.costs.find(elapsed)
        if costs is None:
            costs = self.costs.keep(await uow.tallies.listing(), elapsed)
        found = forecast(line, costs, now)
        return tuple(attrs.evolve(entry, forecast=found.get(entry.video.id)) for entry in entries)
