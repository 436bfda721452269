"""Many writers in several processes on one SQLite file: `python -m tests.chaos.writers URL SECONDS`."""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import click

from adapters_db.store import SqlStore
from tests.chaos.installation import TREE
from vidcore.errors import VidcoreError

WRITERS = 50


async def write(url: str, seconds: float) -> dict[str, Any]:
    """Have 50 tasks each count a byte for the one member, again and again; say how often it went."""
    store = SqlStore(url)
    errors: Counter[str] = Counter()
    done = 0
    slowest = 0.0
    until = time.monotonic() + seconds

    async def writer() -> None:
        nonlocal done, slowest
        while (began := time.monotonic()) < until:
            try:
                async with store.write() as uow:
                    (user_id,) = await uow.users.active_admin_ids()
                    user = await uow.users.get(user_id)
                    await uow.users.save(user.charged(1, datetime.fromtimestamp(time.time(), UTC)))
                    await uow.commit()
            except VidcoreError as error:
                errors[f"{error!r} from {error.__cause__!r}"] += 1
            else:
                done += 1
            slowest = max(slowest, time.monotonic() - began)

    try:
        await asyncio.gather(*(writer() for _ in range(WRITERS)))
    finally:
        await store.close()
    return {"done": done, "errors": dict(errors), "slowest": slowest}


async def write_by_processes(url: str, *, processes: int, seconds: float) -> list[dict[str, Any]]:
    """Write by several processes at once, and give what each says."""
    running = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.writers", url, str(seconds)),
            cwd=TREE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    said = await asyncio.gather(*(process.communicate() for process in running))
    assert [process.returncode for process in running] == [0] * processes
    return [json.loads(output) for output, _ in said]


if __name__ == "__main__":
    click.echo(json.dumps(asyncio.run(write(sys.argv[1], float(sys.argv[2])))))
