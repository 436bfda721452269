"""Kill a service before and after each of its steps to disk and database, one after the other."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import attrs

from tests.chaos.books import Books, age, compare
from tests.chaos.clips import raw_clip, short_clips
from tests.chaos.counted import Point
from tests.chaos.installation import SERVE, Installation, until
from tests.chaos.members import Member, Sent, Way
from tests.chaos.processes import strays

MODULE: Final = "tests.chaos.counted"
ENDING: Final = 60.0  # seconds
TRIES: Final = 3


@attrs.define(kw_only=True)
class Outcomes:
    """What came of kills at the `points` of one way of sending: a row for each step's name."""

    way: Way
    points: Sequence[Point]
    reached: Counter[Point] = attrs.Factory(Counter)
    completed: int = 0
    gone: int = 0

    def not_reached(self) -> Sequence[str]:
        """Give the steps before or after which no kill came, though there is such a point."""
        sides = {(point.name, point.after) for point in self.points}
        sides -= {(point.name, point.after) for point in self.reached}
        return [f"{'after' if after else 'before'} {name}" for name, after in sorted(sides)]

    def __str__(self) -> str:
        lines = [f"| {self.way}: step | kills before | kills after |", "| --- | --- | --- |"]
        for name in dict.fromkeys(point.name for point in self.points):
            of_it = [point for point in self.reached.elements() if point.name == name]
            after = sum(point.after for point in of_it)
            lines.append(f"| {name} | {len(of_it) - after} | {after} |")
        lines.append(
            f"{self.reached.total()} kills at {len(self.points)} points; {self.completed} completed, "
            f"{self.gone} gone, 0 lost"
        )
        return "\n".join(lines)


def points_of(names: Iterable[str]) -> list[Point]:
    """Give the points before and after each of the steps."""
    taken: Counter[str] = Counter()
    points = []
    for name in names:
        taken[name] += 1
        points += [Point(name, taken[name], after) for after in (False, True)]
    return points


class StepByStep:
    """Kills the service of `folder` at each point of the way of a clip: one way copied, one encoded."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._order = folder / "order"
        self._trace = folder / "trace"
        self.installation = Installation(
            folder,
            database_url,
            module=MODULE,
            CHAOS_ORDER=str(self._order),
            CHAOS_TRACE=str(self._trace),
        )
        clips = folder / "clips"
        self._clips: dict[Way, Path] = {"form": short_clips(clips)[0], "tus": raw_clip(clips)}
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

    async def points(self, way: Way) -> list[Point]:
        """Send a clip in peace and give the points before and after the steps that it took."""
        self._trace.write_text("")
        await self._send_and_die(way, None)
        return points_of(self._trace.read_text().splitlines())

    async def run(self, way: Way, points: Sequence[Point]) -> Outcomes:
        """Die at each of the points, and come back."""
        outcomes = Outcomes(way=way, points=points)
        for point in points:
            for _ in range(TRIES):  # how often progress is told differs from time to time
                sent, died = await self._send_and_die(way, point)
                outcomes.completed += sent.video is not None
                outcomes.gone += sent.video is None
                if died:
                    outcomes.reached[point] += 1
                    break
        return outcomes

    async def sweep(self) -> None:
        """Start once more; then nothing is left but what was accepted."""
        await self.installation.end(SERVE, signal.SIGTERM)
        await self.installation.start(SERVE)
        assert list((self.installation.data / "uploads").iterdir()) == []
        await self.installation.stop()
        assert (await self.installation.check())[0] == 0

    async def _send_and_die(self, way: Way, point: Point | None) -> tuple[Sent, bool]:
        """Send a clip to a service that has counted nothing yet, and leave behind such a one."""
        here = self.installation
        self._order.write_text("" if point is None else str(point))
        self._number += 1
        title = f"step-{self._number}-"
        sending = asyncio.create_task(self._member.send(self._clips[way], title, way))
        await until(
            lambda: self._has_died or (sending.done() and self._is_over),
            seconds=ENDING,
            why=f"{title} is neither processed nor killed",
        )
        died = self._has_died
        await until(lambda: not strays(here.folder), seconds=5, why=f"{strays(here.folder)}")
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
        code, said = await self.installation.check()
        assert code == 0, said
        # What a broken form holds, it holds for minutes; what nobody refers to stays for an hour.
        self._books.expire_forms()
        assert self._books.reserved_bytes() == 0
        self._aged = list((self.installation.data / "uploads").iterdir())
        age(self._aged)
