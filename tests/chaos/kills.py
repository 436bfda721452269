"""Kill any process at any moment, again and again: whatever was accepted is there in the end."""

import asyncio
import os
import random
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

import attrs
import structlog

from tests.chaos.books import Books, age, compare
from tests.chaos.installation import Installation, until
from tests.chaos.members import Member, Sent, Way
from tests.chaos.processes import strays

SPAN: Final = 3.0  # seconds, in which a clip is sent and processed
SETTLING: Final = (
    150.0  # seconds; two leases, if a video is struck twice, and the waiting for a turn
)
STRIKES: Final = (1, 1, 1, 2)  # three broken tries end a video as failed, by design
AGAIN_MAX: Final = 45.0  # seconds: the lease, and the time until somebody looks
AGAIN_EMBEDDED_MAX: Final = 2.0  # seconds from a restart
WAYS: Final[tuple[Way, Way]] = ("form", "tus")

_log = structlog.get_logger("chaos")


@attrs.define(kw_only=True)
class Kill:
    """One kill: which process, when, and when the service listened (again)."""

    victim: str
    at: float
    ready: float = 0.0


@attrs.define(kw_only=True)
class Report:
    """What came of a run; times in seconds."""

    name: str
    seed: int
    kills: list[Kill] = attrs.Factory(list)
    sent: list[Sent] = attrs.Factory(list)
    unanswered: int = 0
    accepted_unanswered: int = 0
    again: list[float] = attrs.Factory(list)
    again_from_ready: list[float] = attrs.Factory(list)
    swept: int = 0
    faults: list[str] = attrs.Factory(list)

    def check_times(self, *, embedded: bool) -> None:
        """Add a fault if videos waited for too long; embedded workers come back with their service."""
        bounds = [(self.again, AGAIN_MAX)]
        if embedded:
            bounds.append((self.again_from_ready, AGAIN_EMBEDDED_MAX))
        self.faults += [
            f"videos were taken up again after {statistics.median(times):.2f} s, not {bound:.0f}"
            for times, bound in bounds
            if times and statistics.median(times) > bound
        ]

    def row(self) -> str:
        """Give a row of the table whose head is HEAD."""
        by = {kill.victim: 0 for kill in self.kills}
        for kill in self.kills:
            by[kill.victim] += 1
        accepted = sum(sent.video is not None for sent in self.sent)
        cells = (
            self.name,
            str(self.seed),
            str(len(self.kills)),
            ", ".join(f"{victim} {count}" for victim, count in sorted(by.items())),
            f"{len(self.sent)} / {self.unanswered} / {self.accepted_unanswered} / {accepted}",
            str(len(self.faults)),
            _summary(self.again),
            _summary(self.again_from_ready),
            str(self.swept),
        )
        return "| " + " | ".join(cells) + " |"


COLUMNS: Final = (
    "database and processes",
    "seed",
    "kills",
    "of which",
    "sent / unanswered / of these accepted / accepted",
    "lost or wrong",
    "kill to taken up again: n, median, max (s)",
    "the same from ready",
    "files swept",
)
HEAD: Final = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def _summary(times: Sequence[float]) -> str:
    if not times:
        return "none"
    return f"{len(times)}, {statistics.median(times):.2f}, {max(times):.2f}"


class KillAnywhere:
    """Sends clips to `installation` and kills its processes, by the chance of `seed`.

    There are as many clips at once as workers, and a kill within `span` seconds from the beginning of
    their way; one time in four another such kill follows. The next clips wait until these are done, and
    all is as it should be.
    """

    def __init__(
        self,
        name: str,
        installation: Installation,
        clips: Sequence[Path],
        *,
        seed: int,
        span: float = SPAN,
    ) -> None:
        self.report = Report(name=name, seed=seed)
        self._installation = installation
        self._clips = clips
        self._chance = random.Random(seed)
        self._span = span
        self._member = Member(installation)
        self._books = Books(installation.database_url)
        self._at_once = max(1, len(installation.names) - 1)
        self._numbers = count()

    async def run(self, kills: int, *, within: float | None = None) -> Report:
        """Kill so many times, or until so many seconds are over, and give the report."""
        began = time.monotonic()
        await self._member.log_in()
        while (left := kills - len(self.report.kills)) > 0:
            seconds = round(time.monotonic() - began)
            if within is not None and seconds > within:
                break
            await self._round(min(left, self._chance.choice(STRIKES)))
            _log.info("killed", times=len(self.report.kills), seconds=seconds)
        self._measure()
        self._check_books()
        await self._sweep()
        return self.report

    async def _round(self, strikes: int) -> None:
        sending = [asyncio.create_task(self._send()) for _ in range(self._at_once)]
        for _ in range(strikes):
            await asyncio.sleep(self._chance.uniform(0.0, self._span))
            await self._kill()
        for sent in await asyncio.gather(*sending):
            if sent.video is None:
                self.report.unanswered += 1
                await self._member.find(sent)
                self.report.accepted_unanswered += sent.video is not None
            if sent.video is not None:
                await self._member.until_status(sent.video, "completed", seconds=SETTLING)
            self.report.sent.append(sent)
        await self._check_quota()
        await self._check_by_command()

    async def _send(self) -> Sent:
        number = next(self._numbers)
        clip = self._clips[number % len(self._clips)]
        # Each kind goes both ways: the ways change twice as often as the kinds come round.
        way = WAYS[(number + number // len(self._clips)) % 2]
        return await self._member.send(clip, f"clip-{number}-", way)

    async def _kill(self) -> None:
        here = self._installation
        children = here.children()
        victims = [*here.names, *(f"child {index + 1}" for index in range(len(children)))]
        victim = self._chance.choice(victims)
        kill = Kill(victim=victim, at=time.time())
        self.report.kills.append(kill)
        if victim.startswith("child"):
            pid = children[int(victim.split()[1]) - 1].pid
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await until(
                lambda: pid not in {child.pid for child in here.children()}, seconds=5, why="lives"
            )
        else:
            await here.end(victim, signal.SIGKILL)
        await until(lambda: not strays(here.folder), seconds=5, why=f"{strays(here.folder)}")
        if not victim.startswith("child"):
            await here.start(victim)
        kill.ready = time.time()

    async def _check_quota(self) -> None:
        me = await self._member.json("/api/auth/me")
        accepted = sum(sent.size for sent in self.report.sent if sent.video is not None)
        assert me["weekly_upload_bytes"] == accepted, (me, accepted)

    async def _check_by_command(self) -> None:
        code, said = await self._installation.check()
        if code != 0:
            kills = len(self.report.kills)
            self.report.faults.append(
                f"after {kills} kills, vidcore fsck --json ends with {code}: {said}"
            )

    def _measure(self) -> None:
        """Read in the log how long each video that lost its worker waited for the next one."""
        claims: dict[str, list[float]] = {}
        for event in self._installation.events("processing"):
            moment = datetime.fromisoformat(event["timestamp"]).timestamp()
            claims.setdefault(event["video"], []).append(moment)
        for moments in claims.values():
            for before, after in zip(sorted(moments), sorted(moments)[1:], strict=False):
                # Perhaps of a process that had nothing to do with it: then it was even quicker.
                kill = next((kill for kill in self.report.kills if before < kill.at < after), None)
                if kill is not None:
                    self.report.again.append(after - kill.at)
                    self.report.again_from_ready.append(max(0.0, after - kill.ready))

    def _check_books(self) -> None:
        found = compare(self._books, self._installation)
        self.report.faults += found.faults
        held = self._books.reserved_bytes()
        self.report.swept = len(found.young) + self._books.expire_forms()
        age(list((self._installation.data / "uploads").iterdir()))
        if held and not self.report.unanswered:
            self.report.faults.append(f"{held} bytes are held for nobody")

    async def _sweep(self) -> None:
        """After their time, a start clears what broken uploads have left, and nothing is held."""
        for name in reversed(self._installation.names):
            await self._installation.end(name, signal.SIGTERM)
        for name in self._installation.names:
            await self._installation.start(name)
        # Of several processes, the one that leads begins with it; its address is printed before.
        uploads = self._installation.data / "uploads"
        await until(lambda: not list(uploads.iterdir()), seconds=20, why="uploads are left")
        if held := self._books.reserved_bytes():
            self.report.faults.append(f"{held} bytes are held for nobody")
        await self._check_quota()
        await self._installation.stop()
        await self._check_by_command()
        self.report.faults += [str(stray) for stray in strays(self._installation.folder)]
