"""What a service needs: memory at rest, with 200 readers and 20 uploads, and time to start.

    python -m benchmarks.footprint [--rounds N] [--readers N] [--uploads N] [--json FILE]

One `vidcore serve` with its worker, on SQLite, with 1,000 videos. Memory is what is resident in the process
that serves (VmRSS, and its peak VmHWM). A start counts from the command to the first answer; a recovery
from a kill -9 in the middle of the uploads, to the first answer of the next.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from http import HTTPStatus
from pathlib import Path
from typing import Final

from tests.integration.running import PASSWORD, Client, RunningService

from benchmarks.filled import FIRST, fill
from benchmarks.load import Work, load
from benchmarks.processes import memory, memory_peak, reset_memory_peak
from benchmarks.report import Report, parser
from benchmarks.streaming import make_file
from benchmarks.upload import make_video
from benchmarks.upload_peers import BYTES_MAX, form_push
from vidcore.testing.identity import numbered_id

MIB: Final = 1 << 20
VIDEOS: Final = 1_000
IDLE_MAX: Final = 90.0  # MiB
READERS_MAX: Final = 40.0  # MiB beside that
START_MAX: Final = 1.5  # seconds
REST: Final = 2.0  # seconds until memory is looked at
SECONDS: Final = 4.0  # that the readers read
FILE: Final = 256 * MIB
UPLOAD: Final = 64 * MIB


async def start(service: RunningService) -> float:
    """Start, and give the seconds until the first answer."""
    began = time.perf_counter()
    await service.start()
    answer = await Client(service.url)("GET", "/healthz")
    if answer.status != HTTPStatus.OK:
        raise RuntimeError(f"it does not answer: {answer}")
    return time.perf_counter() - began


async def logged_in(service: RunningService) -> Client:
    """Give the admin."""
    client = Client(service.url)
    await client.log_in("admin", PASSWORD)
    return client


async def with_readers(service: RunningService, readers: int) -> float:
    """Give by how many MiB memory grows while so many read the same video."""
    client = await logged_in(service)
    reset_memory_peak(service.pid)
    before = memory(service.pid)
    lines = (
        f"GET /api/videos/{numbered_id(FIRST)}/stream HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {client.token}",
    )
    port = int(service.url.rpartition(":")[2])
    request = "\r\n".join([*lines, "", ""])
    work = Work(port=port, request=request, readers=readers, seconds=SECONDS)
    await load(work, [service.pid])
    return (memory_peak(service.pid) - before) / MIB


async def with_uploads(service: RunningService, file: Path, uploads: int) -> float:
    """Give by how many MiB memory grows while so many upload."""
    client = await logged_in(service)
    reset_memory_peak(service.pid)
    before = memory(service.pid)
    await asyncio.gather(*(_upload(client, file) for _ in range(uploads)))
    return (memory_peak(service.pid) - before) / MIB


async def _upload(client: Client, file: Path) -> None:
    port, bearer = int(client.url.rpartition(":")[2]), f"Authorization: Bearer {client.token}"
    size = file.stat().st_size  # noqa: ASYNC240 - of no weight beside what is sent
    fields = {"title": "A benchmark"}
    push = form_push("POST /api/videos HTTP/1.1", port, size, bearer, fields=fields)
    await asyncio.to_thread(push.send, file)


async def recover(service: RunningService, file: Path, uploads: int) -> float:
    """Kill it in the middle of uploads, and give the seconds until it answers again."""
    client = await logged_in(service)
    sending = [asyncio.create_task(_upload(client, file)) for _ in range(uploads)]
    folder = service.folder / "data" / "uploads"
    while not any(each.stat().st_size for each in folder.rglob("*") if each.is_file()):  # noqa: ASYNC110 - another process writes
        await asyncio.sleep(0.01)
    await service.kill()
    seconds = await start(service)
    await asyncio.gather(*sending, return_exceptions=True)  # broken off, as was meant
    return seconds


async def measure(options: argparse.Namespace, folder: Path) -> Report:
    """Start, load, kill."""
    report, url = Report("footprint"), f"sqlite:///{folder / 'vidcore.db'}"
    media, sent = folder / "media" / "clip.mp4", folder / "sent.mp4"
    make_file(media, FILE)
    make_video(sent, UPLOAD, sparse=False)
    limits = {
        "VIDCORE_DATA_DIR": str(folder / "data"),
        "VIDCORE_MAX_FILE_SIZE_BYTES": BYTES_MAX,
        "VIDCORE_WEEKLY_UPLOAD_LIMIT_BYTES": BYTES_MAX,
    }
    service = RunningService(folder, url, **limits)
    first = await start(service)
    await fill(url, VIDEOS, media=str(media))
    await service.stop()
    starts, idle, readers, uploads, recoveries = [], [], [], [], []
    for _ in range(options.rounds):
        starts.append(await start(service))
        await asyncio.sleep(REST)
        idle.append(memory(service.pid) / MIB)
        readers.append(await with_readers(service, options.readers))
        uploads.append(await with_uploads(service, sent, options.uploads))
        recoveries.append(await recover(service, sent, options.uploads))
        await service.stop()
    report.add(
        "memory",
        "MiB",
        {
            "at rest": idle,
            f"more with {options.readers} readers": readers,
            f"more with {options.uploads} uploads": uploads,
        },
    )
    report.add(
        "start to first answer",
        "seconds",
        {
            "a new database": [first],
            "an existing one": starts,
            "after kill -9 in uploads": recoveries,
        },
    )
    report.want("memory at rest", statistics.median(idle), IDLE_MAX, unit="MiB")
    report.want("more with readers", statistics.median(readers), READERS_MAX, unit="MiB")
    report.want("start to first answer", statistics.median(starts), START_MAX, unit="s")
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    made = parser(__doc__)
    made.add_argument("--readers", type=int, default=200, help="at once (200)")
    made.add_argument("--uploads", type=int, default=20, help="at once (20)")
    options = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-footprint-", dir=options.folder) as name:
        report = asyncio.run(measure(options, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
