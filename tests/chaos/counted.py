"""`vidcore`, in a process that counts its steps to disk and database, and ends itself at one of them.

Nothing is counted before there is a file named in CHAOS_ORDER. It holds the step at which to die, as
`counted.point` gives it, or -1. The names of the steps are written to the file named in CHAOS_TRACE.
"""

import os
import signal
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg

T = TypeVar("T")

COUNTED: Final = ("write", "writev", "fsync", "replace", "rename", "unlink", "ftruncate")
SIDES: Final = 2  # before and after


def point(step: int, *, after: bool) -> int:
    """Give the number by which the moment just before or after a step is ordered."""
    return SIDES * step + after


class Steps:
    """Counts what all threads do, once `order` is there, and dies where it says."""

    def __init__(self, order: Path, trace: Path) -> None:
        self._order = order
        self._trace = trace
        self._die_at: int | None = None
        self._count = 0
        self._lock = threading.Lock()

    def begin(self, name: str) -> int | None:
        """Give the number of the step that begins now, or None if it does not count."""
        with self._lock:
            if self._die_at is None:
                if not self._order.exists():
                    return None
                self._die_at = int(self._order.read_text())
            step = self._count
            self._count += 1
            with self._trace.open("a") as trace:
                trace.write(f"{name}\n")
        self._perhaps_die(point(step, after=False))
        return step

    def end(self, step: int | None) -> None:
        """Say that a step is done."""
        if step is not None:
            self._perhaps_die(point(step, after=True))

    def _perhaps_die(self, here: int) -> None:
        if here == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def count_calls(steps: Steps, module: Any, name: str) -> None:
    """Have a module's function count its calls."""
    call: Callable[..., Any] = getattr(module, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        step = steps.begin(name)
        result = call(*arguments, **named)
        steps.end(step)
        return result

    setattr(module, name, counted)


def count_commits(steps: Steps) -> None:
    """Have both databases' drivers count the commits that change something."""
    connect = sqlite3.connect

    class Counted(sqlite3.Connection):
        def commit(self) -> None:
            step = steps.begin("commit") if self.in_transaction else None
            super().commit()
            steps.end(step)

    def connect_counted(*arguments: Any, **named: Any) -> sqlite3.Connection:
        return connect(*arguments, factory=Counted, **named)

    commit: Callable[[Any], Awaitable[None]] = psycopg.AsyncConnection.commit

    async def commit_counted(self: psycopg.AsyncConnection[Any]) -> None:
        step = steps.begin("commit")
        await commit(self)
        steps.end(step)

    vars(sqlite3)["connect"] = connect_counted
    setattr(psycopg.AsyncConnection, "commit", commit_counted)  # noqa: B010 - mypy: a method


def main() -> None:
    """Count, and be `vidcore`."""
    steps = Steps(Path(os.environ["CHAOS_ORDER"]), Path(os.environ["CHAOS_TRACE"]))
    for name in COUNTED:
        count_calls(steps, os, name)
    count_commits(steps)
    from vidcore_app.__main__ import main as vidcore  # noqa: PLC0415 - when all is counted

    vidcore()


if __name__ == "__main__":
    main()
