"""Processes that all begin the week in the books: `python -m tests.chaos.weekly URL`.

Each moment that comes in on a line is answered by the number of members whose count was reset.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime

import click

from adapters_db.store import SqlStore
from tests.chaos.installation import TREE
from vidcore.testing.clock import FixedClock
from vidcore.use_cases.housekeeping import ResetWeek


async def answer_moments(url: str) -> None:
    """Answer until there are no more."""
    store = SqlStore(url)
    await store.open()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            clock = FixedClock(datetime.fromisoformat(line.strip()))
            click.echo(await ResetWeek(store=store, clock=clock)())
    finally:
        await store.close()


async def reset_by_processes(
    url: str, moments: Sequence[datetime], *, processes: int
) -> list[list[int]]:
    """Have all processes reset at each moment, at once, and give how many members each has reset."""
    running = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.weekly", url),
            cwd=TREE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]

    async def ask(process: asyncio.subprocess.Process, moment: datetime) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{moment.isoformat()}\n".encode())
        await process.stdin.drain()
        return int(await process.stdout.readline())

    counts = [
        await asyncio.gather(*(ask(process, moment) for process in running)) for moment in moments
    ]
    await asyncio.gather(*(process.communicate(b"") for process in running))
    assert [process.returncode for process in running] == [0] * processes
    return counts


if __name__ == "__main__":
    asyncio.run(answer_moments(sys.argv[1]))
