"""The tallies of attempts in the database: a row for each mode of plan, made when it is first needed."""

from collections.abc import Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from adapters_db.tables import tallies
from adapters_db.upserts import insert_tolerant
from vidcore.media import Mode
from vidcore.paces import Pace, Tally
from vidcore.ports.store import Tallies

UNPLANNED: Final = "unplanned"  # a key cannot be null


@attrs.frozen
class SqlTallies(Tallies):
    """The tallies, in the table `tallies`."""

    _session: Session

    async def listing(self) -> Sequence[Tally]:
        """Give all tallies, by mode."""
        rows = await self._session.all(sa.select(tallies).order_by(tallies.c.mode))
        return [tally_from_row(row) for row in rows]

    async def get(self, mode: Mode | None) -> Tally:
        """Give the tally of a mode; where there is no row, it is made, so that it can be held."""
        query = sa.select(tallies).where(tallies.c.mode == mode_to_text(mode))
        row = await self._session.first(self._session.held(query))
        if row is None:
            first = insert_tolerant(self._session, tallies).values(tally_to_row(Tally(mode=mode)))
            await self._session.change(first.on_conflict_do_nothing())
            row = await self._session.first(self._session.held(query))
        return Tally(mode=mode) if row is None else tally_from_row(row)

    async def save(self, tally: Tally) -> None:
        """Remember a tally that was got before."""
        row = tally_to_row(tally)
        await self._session.change(
            tallies.update().where(tallies.c.mode == row.pop("mode")).values(row)
        )


def mode_to_text(mode: Mode | None) -> str:
    """Give the key of a mode."""
    return UNPLANNED if mode is None else mode.value


def mode_from_text(text: str) -> Mode | None:
    """Give the mode of a key."""
    return None if text == UNPLANNED else Mode(text)


def tally_to_row(tally: Tally) -> dict[str, Any]:
    """Give the values of a tally's row."""
    return {
        "mode": mode_to_text(tally.mode),
        "completed": tally.completed,
        "failed": tally.failed,
        "stumbled": tally.stumbled,
        "media_seconds": tally.media_seconds,
        "busy_seconds": tally.busy_seconds,
        **{f"pace_{name}": value for name, value in attrs.asdict(tally.pace).items()},
    }


def tally_from_row(row: RowMapping) -> Tally:
    """Make the tally of a row."""
    return Tally(
        mode=mode_from_text(row["mode"]),
        completed=row["completed"],
        failed=row["failed"],
        stumbled=row["stumbled"],
        media_seconds=row["media_seconds"],
        busy_seconds=row["busy_seconds"],
        pace=Pace(
            weight=row["pace_weight"],
            work=row["pace_work"],
            inverse_work=row["pace_inverse_work"],
            seconds=row["pace_seconds"],
            ratio=row["pace_ratio"],
        ),
    )
