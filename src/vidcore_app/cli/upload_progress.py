"""The progress of uploads: bars on a terminal, lines elsewhere, both on standard error."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from vidcore_app.cli.client import printable
from vidcore_app.client.watching import Outcome, Watcher

STEP: Final = 0.1  # of a whole, between two lines
QUIET: Final = 5.0  # seconds between two lines about failures that pass


@contextmanager
def open_progress(keep: Callable[[Outcome], None]) -> Iterator[Watcher]:
    """Give what shows the progress, and what `keep` is told of every outcome."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(keep, lambda line: click.echo(line, err=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        Remaining(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False) as bars:
        yield Bars(keep, bars)


class Lines(Watcher):
    """Says a line for each tenth of a file, and of its processing."""

    def __init__(
        self,
        keep: Callable[[Outcome], None],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keep = keep
        self._say = say
        self._clock = clock
        self._said: dict[Path, tuple[str, int]] = {}
        self._failed: dict[Path, float] = {}

    def sending(self, file: Path, *, offset: int, size: int) -> None:
        """Say how much has arrived."""
        self._step(file, f"sending {decimal(size)}", offset / size)

    def waiting(self, file: Path, *, reason: str, seconds: float) -> None:
        """Say why nothing moves, now and then."""
        now = self._clock()
        if now - self._failed.get(file, -QUIET) >= QUIET:
            self._failed[file] = now
            self._say(printable(f"{file}: {reason} Trying again in {seconds:.0f} s."))

    def processing(self, file: Path, *, status: str, share: float) -> None:
        """Say how far it is."""
        self._step(file, status, share)

    def ended(self, outcome: Outcome) -> None:
        """Leave the word to what prints the outcomes."""
        self._keep(outcome)

    def _step(self, file: Path, what: str, share: float) -> None:
        step = (what, int(share / STEP + 1e-9))
        if self._said.get(file) != step:
            self._said[file] = step
            self._say(printable(f"{file}: {what}, {share:.0%}"))


class Bars(Watcher):
    """Has a bar for each file, which fills once while it is sent and once while it is processed."""

    def __init__(self, keep: Callable[[Outcome], None], bars: Progress) -> None:
        self._keep = keep
        self._bars = bars
        self._tasks: dict[Path, tuple[str, TaskID]] = {}

    def sending(self, file: Path, *, offset: int, size: int) -> None:
        """Move the bar of what has arrived."""
        task = self._task(file, "sending", size)
        self._bars.update(task, completed=offset)
        speed = next((each.speed for each in self._bars.tasks if each.id == task), None)
        note = f"{decimal(offset)} of {decimal(size)}"
        if speed:
            note += f", {decimal(int(speed))}/s"
        self._bars.update(task, note=note)

    def waiting(self, file: Path, *, reason: str, seconds: float) -> None:
        """Say why nothing moves."""
        _, task = self._tasks.get(file) or ("", self._task(file, "waiting", None))
        self._bars.update(task, note=printable(f"{reason} Trying again in {seconds:.0f} s."))

    def processing(self, file: Path, *, status: str, share: float) -> None:
        """Move the bar of the processing."""
        self._bars.update(self._task(file, "processing", 1.0), completed=share, note=status)

    def ended(self, outcome: Outcome) -> None:
        """Take the bar away."""
        self._keep(outcome)
        if outcome.file in self._tasks:
            self._bars.remove_task(self._tasks.pop(outcome.file)[1])

    def _task(self, file: Path, what: str, total: float | None) -> TaskID:
        """Give the bar for what happens to a file now."""
        found = self._tasks.get(file)
        if found is not None and found[0] == what:
            return found[1]
        if found is not None:
            self._bars.remove_task(found[1])
        label = printable(f"{file.name}: {what}")
        task = self._bars.add_task(label, total=total, note="")
        self._tasks[file] = (what, task)
        return task
