"""Bars for work of several parts: on a terminal, on standard error, and nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

_COLUMNS: Final = (
    TextColumn("{task.description}", markup=False),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(),
)


class Bars:
    """A bar for each part, in the order in which they are first shown."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, part: str, done: float, total: float) -> None:
        """Move the bar of a part."""
        if part not in self._tasks:
            self._tasks[part] = self._progress.add_task(part, total=total)
        self._progress.update(self._tasks[part], completed=done, total=total)


@contextmanager
def open_bars() -> Iterator[Bars]:
    """Give the bars, which go when the work has ended."""
    console = Console(stderr=True)
    with Progress(
        *_COLUMNS,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        yield Bars(progress)
