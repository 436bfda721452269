"""`vidcore`, in a process that names its steps to disk and database, and ends itself at one of them.

Nothing counts before there is a file named in CHAOS_ORDER. It holds the point at which to die, as
`Point` writes it, or nothing. The names of the steps are written to the file named in CHAOS_TRACE,
a line each.
"""

import asyncio
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import attrs

from adapters_db.unit_of_work import SqlUnitOfWork

FILE_STEPS: Final = (
    *("write", "writev", "ftruncate", "fsync"),
    *("mkdir", "replace", "rename", "link", "unlink"),
)
CALLERS: Final = 2
OFTEN: Final = (
    0.05  # seconds between two looks at the progress: also of clips that take less than one
)
SOURCES: Final = str(Path(__file__).parents[2] / "src")


@attrs.frozen
class Point:
    """The moment just before, or just after, a step of a name that is taken for the nth time."""

    name: str
    nth: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.name}, {self.nth}"


class Steps:
    """Counts what all threads do, once `order` is there, and dies where it says."""

    def __init__(self, order: Path, trace: Path) -> None:
        self._order = order
        self._trace = trace
        self._die_at: str | None = None
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, what: str, *, of: str) -> Point | None:
        """Give the point behind the step that begins now, or None if it does not count.

        It is named by the functions that take it, which have to be in a module below `of`.
        """
        with self._lock:
            if self._die_at is None:
                if not self._order.exists():
                    return None
                self._die_at = self._order.read_text()
            name = f"{what} by {_callers(of)}"
            self._taken[name] += 1
            nth = self._taken[name]
            with self._trace.open("a") as trace:
                trace.write(f"{name}\n")
        self._perhaps_die(Point(name, nth, after=False))
        return Point(name, nth, after=True)

    def end(self, point: Point | None) -> None:
        """Say that a step is done."""
        if point is not None:
            self._perhaps_die(point)

    def _perhaps_die(self, here: Point) -> None:
        if str(here) == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _callers(of: str) -> str:
    """Name the two innermost functions, of those that run on this thread, of modules below `of`."""
    names: list[str] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None and len(names) < CALLERS:
        if frame.f_code.co_filename.startswith(f"{SOURCES}/{of}"):
            names.append(frame.f_code.co_qualname)
        frame = frame.f_back
    return " of ".join(names)


def count_calls(steps: Steps, owner: Any, name: str, *, what: str, of: str) -> None:
    """Have a function of a module count its calls."""
    call: Callable[..., Any] = getattr(owner, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        point = steps.begin(what, of=of)
        try:
            return call(*arguments, **named)
        finally:
            steps.end(point)

    setattr(owner, name, counted)


def count_awaits(steps: Steps, owner: Any, name: str, *, what: str, of: str) -> None:
    """Have a coroutine function, of a module or a class, count its calls."""
    call: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def counted(*arguments: Any, **named: Any) -> Any:
        point = steps.begin(what, of=of)
        try:
            return await call(*arguments, **named)
        finally:
            steps.end(point)

    setattr(owner, name, counted)


def main() -> None:
    """Count, and be `vidcore`."""
    steps = Steps(Path(os.environ["CHAOS_ORDER"]), Path(os.environ["CHAOS_TRACE"]))
    for name in FILE_STEPS:
        count_calls(steps, os, name, what=name, of="adapters_")
    count_awaits(steps, SqlUnitOfWork, "commit", what="commit", of="vidcore/")
    count_awaits(steps, asyncio, "create_subprocess_exec", what="program", of="adapters_ffmpeg")
    from adapters_jobs import worker  # noqa: PLC0415 - when all is counted

    vars(worker)["GLANCE"] = OFTEN
    from vidcore_app.__main__ import main as vidcore  # noqa: PLC0415 - as above

    vidcore()


if __name__ == "__main__":
    main()
