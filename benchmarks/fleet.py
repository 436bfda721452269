"""How many videos one, two and four workers process, on PostgreSQL.

    python -m benchmarks.fleet [--videos N] [--rounds N] [--json FILE]

A service without a worker takes clips of 10 seconds that are copied, and have a thumbnail and a storyboard
made; then so many processes of `vidcore worker` begin at once, each for one video at a time, until all are
done. The time counts from the first claim to the last publication, so that no start of Python is in it.
More workers than cores gain nothing but that they wait for the disk at different times.
"""

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import psycopg
from tests.integration.running import PASSWORD, Client, RunningService

from benchmarks.account_cache import postgres
from benchmarks.clips import make_clip
from benchmarks.report import Report, parser

WORKERS: Final = (1, 2, 4)
CLIP_SECONDS: Final = 10
PATIENCE: Final = 300.0  # seconds


async def process(
    folder: Path, database_url: str, clip: Path, *, workers: int, videos: int
) -> float:
    """Give the videos that so many workers process in a minute."""
    folder.mkdir()  # noqa: ASYNC240 - nothing is measured yet
    service = RunningService(folder, database_url)
    await service.start("--no-worker")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.stop)
        client = Client(service.url)
        await client.log_in("admin", PASSWORD)
        made = [
            (await client.upload(clip, title=f"Video {number}")).json for number in range(videos)
        ]
        for _ in range(workers):
            await stack.enter_async_context(service.beside("worker"))
        busy = asyncio.create_task(_first_claim(database_url))
        for each in made:
            await client.wait_for(
                f"/api/videos/{each['id']}",
                lambda video: video["processing_status"] == "completed",
                seconds=PATIENCE,
            )
        ended = asyncio.get_running_loop().time()
        for each in made:
            await client("DELETE", f"/api/videos/{each['id']}")
    return videos * 60 / (ended - await busy)


async def _first_claim(database_url: str) -> float:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        while True:
            cursor = await connection.execute(
                "SELECT 1 FROM videos WHERE status <> 'pending' LIMIT 1"
            )
            if await cursor.fetchone():
                return asyncio.get_running_loop().time()
            await asyncio.sleep(0.02)


async def measure(options: argparse.Namespace, folder: Path, database_url: str) -> Report:
    """Process by one, two and four, in turn."""
    report, clip = Report("fleet"), folder / "clip.mp4"
    await asyncio.to_thread(make_clip, clip, CLIP_SECONDS)
    rates: dict[str, list[float]] = {}
    for turn in range(options.rounds):
        for workers in WORKERS:
            rate = await process(
                folder / f"{turn}-{workers}",
                database_url,
                clip,
                workers=workers,
                videos=options.videos,
            )
            rates.setdefault(f"{workers} worker{'s'[: workers - 1]}", []).append(rate)
    report.add("clips of 10 seconds, copied", "videos a minute", rates)
    return report


def main() -> None:
    """Measure in a folder, and on a database, that are gone afterwards."""
    made = parser(__doc__, rounds=3)
    made.add_argument("--videos", type=int, default=24, help="that wait (24)")
    options = made.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vidcore-fleet-", dir=options.folder) as name,
        postgres() as database_url,
    ):
        report = asyncio.run(measure(options, Path(name), database_url))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
