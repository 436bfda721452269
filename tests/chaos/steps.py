"""Kill a service before and after each of its steps to disk and database, one after the other."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import attrs

from tests.chaos.books import Books, age, compare
from tests.chaos.installation import SERVE, Installation, until
from tests.chaos.members import Member, Sent, Way

MODULE: Final = "tests.chaos.counted"
ENDING: Final = 60.0  # seconds
NEVER: Final = -1


@attrs.define(kw_only=True)
class Outcomes:
    """What came of one way of sending: `reached` of the `points` were, by name of the step."""

    way: Way
    steps: Counter[str]
    points: int = 0
    reached: int = 0
    completed: int = 0
    gone: int = 0

    def __str__(self) -> str:
        named = ", ".join(f"{count} {name}" for name, count in sorted(self.steps.items()))
        return (
            f"{self.way}: {self.steps.total()} steps ({named}); killed at {self.reached} of "
            f"{self.points} points; {self.completed} completed, {self.gone} gone, 0 lost"
        )


class StepByStep:
    """Kills the service of `folder` at each point of the way of a `clip`."""

    def __init__(self, folder: Path, database_url: str, clip: Path) -> None:
        self._order = folder / "order"
        self._trace = folder / "trace"
        self.installation = Installation(
            folder,
            database_url,
            module=MODULE,
            CHAOS_ORDER=str(self._order),
            CHAOS_TRACE=str(self._trace),
        )
        self._clip = clip
        self._member = Member(self.installation, seconds=0.0)
        self._books = Books(database_url)
        self._accepted = 0
        self._number = 0
        self._aged: Sequence[Path] = ()

    async def __aenter__(self) -> Self:
        await self.installation.start(SERVE)
        await self._member.log_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.installation.__aexit__()

    async def steps(self, way: Way) -> list[str]:
        """Send a clip in peace and give the names of the steps that it took."""
        self._trace.write_text("")
        await self._send_and_die(way, NEVER)
        return self._trace.read_text().split()

    async def run(self, way: Way, names: Sequence[str], points: Iterable[int]) -> Outcomes:
        """Die at each of the points, 2 for each of the steps, and come back."""
        outcomes = Outcomes(way=way, steps=Counter(names))
        for point in points:
            sent, died = await self._send_and_die(way, point)
            outcomes.points += 1
            outcomes.reached += died
            outcomes.completed += sent.video is not None
            outcomes.gone += sent.video is None
        return outcomes

    async def sweep(self) -> None:
        """Start once more; then nothing is left but what was accepted."""
        await self.installation.end(SERVE, signal.SIGTERM)
        await self.installation.start(SERVE)
        assert list((self.installation.data / "uploads").iterdir()) == []
        await self.installation.stop()
        assert (await self.installation.check())[0] == 0

    async def _send_and_die(self, way: Way, point: int) -> tuple[Sent, bool]:
        """Send a clip to a service that has counted nothing yet, and leave behind such a one."""
        here = self.installation
        self._order.write_text(str(point))
        self._number += 1
        title = f"step-{self._number}-"
        sending = asyncio.create_task(self._member.send(self._clip, title, way))
        await until(
            lambda: self._has_died or (sending.done() and self._is_over),
            seconds=ENDING,
            why=f"{title} is neither processed nor killed",
        )
        died = self._has_died
        self._order.unlink()
        if not died:
            await here.end(SERVE, signal.SIGTERM)
        await here.start(SERVE)
        left = [file for file in self._aged if file.exists()]
        assert left == [], f"not cleared by a start: {left}"
        sent = await sending
        if sent.video is None:
            await self._member.find(sent)
        if sent.video is not None:
            self._accepted += sent.size
        await self._settle(sent)
        return sent, died

    @property
    def _has_died(self) -> bool:
        return self.installation.running[SERVE].returncode is not None

    @property
    def _is_over(self) -> bool:
        """Say whether everything is done, to the last step: the source goes when all is said."""
        uploads = self.installation.data / "uploads"
        is_done = all(video["status"] == "completed" for video in self._books.videos())
        return is_done and not list(uploads.iterdir())

    async def _settle(self, sent: Sent) -> None:
        """Wait until the clip is completed, and compare all that is kept of it and those before."""
        if sent.video is not None:
            path = f"/api/videos/{sent.video}"
            async with asyncio.timeout(ENDING):
                while (await self._member.json(path))["processing_status"] != "completed":
                    await asyncio.sleep(0.05)
        me = await self._member.json("/api/auth/me")
        assert me["weekly_upload_bytes"] == self._accepted
        found = compare(self._books, self.installation)
        assert found.faults == ()
        # What a broken form holds, it holds for minutes; what nobody refers to stays for an hour.
        self._books.expire_forms()
        assert self._books.reserved_bytes() == 0
        self._aged = list((self.installation.data / "uploads").iterdir())
        age(self._aged)
