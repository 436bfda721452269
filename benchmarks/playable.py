"""How soon a video plays, after the last byte of its upload.

    python -m benchmarks.playable [--minutes N] [--rounds N] [--json FILE]

A source of 10 minutes, 1080p, H.264 and AAC, is uploaded by form to a `vidcore serve` with its worker.
From the moment its last byte is sent, until the first 64 KiB of what `play_url` names have arrived; and
until the processed file, with its thumbnail and storyboard, is published.
"""

import argparse
import asyncio
import json
import os
import socket
import tempfile
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import attrs
from tests.integration.running import PASSWORD, Client, RunningService

from benchmarks.clips import make_clip
from benchmarks.report import Report, parser
from benchmarks.upload_peers import BYTES_MAX, HEAD_END, Push, form_push

PLAYABLE_MAX: Final = 2.0  # seconds
FIRST: Final = 64 << 10  # bytes
EVERY: Final = 0.02  # seconds between two looks
PATIENCE: Final = 300.0  # seconds


@attrs.frozen
class Sent:
    """An upload that was answered, and when its last byte was sent, by perf_counter."""

    video: dict[str, Any]
    ended: float


def send(push: Push, file: Path) -> Sent:
    """Send the form, and note when its last byte is out of our hands."""
    size = file.stat().st_size
    with (
        socket.create_connection(("127.0.0.1", push.port)) as connection,
        file.open("rb") as source,
    ):
        connection.sendall(push.head)
        at = 0
        while at < size:
            at += os.sendfile(connection.fileno(), source.fileno(), at, size - at)
        connection.sendall(push.tail)
        ended = time.perf_counter()
        answer = b""
        while more := connection.recv(1 << 16):
            answer += more
    head, _, body = answer.partition(HEAD_END)
    if b" 201 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"it was not taken: {answer!r}")
    return Sent(json.loads(body), ended)


async def first_bytes(client: Client, video: dict[str, Any]) -> None:
    """Get the beginning of the video, as soon as there is something to play."""
    path = f"/api/videos/{video['id']}"
    if video["play_url"] is None:
        video = await client.wait_for(
            path, lambda now: now["play_url"] is not None, seconds=PATIENCE
        )
    answer = await Client(client.url)(
        "GET", video["play_url"], headers={"Range": f"bytes=0-{FIRST - 1}"}
    )
    if answer.status != HTTPStatus.PARTIAL_CONTENT or len(answer.body) != FIRST:
        raise RuntimeError(f"it does not play: {answer.status}")


async def published(client: Client, video: dict[str, Any]) -> None:
    """Return when the video is completed."""
    deadline = time.monotonic() + PATIENCE
    while True:
        now = (await client("GET", f"/api/videos/{video['id']}")).json
        if now["processing_status"] == "completed":
            return
        if now["processing_status"] == "failed" or time.monotonic() > deadline:
            raise RuntimeError(f"it is not processed: {now}")
        await asyncio.sleep(EVERY)


async def measure(options: argparse.Namespace, folder: Path) -> Report:
    """Upload again and again, and look."""
    report, clip = Report("playable"), folder / "clip.mp4"
    await asyncio.to_thread(make_clip, clip, options.minutes * 60)
    limits = {
        "VIDCORE_MAX_FILE_SIZE_BYTES": BYTES_MAX,
        "VIDCORE_WEEKLY_UPLOAD_LIMIT_BYTES": BYTES_MAX,
    }
    playable, complete = [], []
    async with RunningService(folder, f"sqlite:///{folder / 'vidcore.db'}", **limits) as service:
        client = Client(service.url)
        await client.log_in("admin", PASSWORD)
        port, bearer = int(service.url.rpartition(":")[2]), f"Authorization: Bearer {client.token}"
        for _ in range(options.rounds):
            size = clip.stat().st_size
            first = "POST /api/videos HTTP/1.1"
            push = form_push(first, port, size, bearer, fields={"title": "A benchmark"})
            sent = await asyncio.to_thread(send, push, clip)
            await first_bytes(client, sent.video)
            playable.append(time.perf_counter() - sent.ended)
            await published(client, sent.video)
            complete.append(time.perf_counter() - sent.ended)
            await client("DELETE", f"/api/videos/{sent.video['id']}")
    name = f"{options.minutes} minutes of 1080p, {clip.stat().st_size >> 20} MiB"
    report.add(
        name, "seconds", {"last byte to first byte": playable, "last byte to published": complete}
    )
    found = sorted(playable)[len(playable) // 2]
    report.want("last byte to first playable byte", found, PLAYABLE_MAX, unit="s")
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    made = parser(__doc__)
    made.add_argument("--minutes", type=int, default=10, help="of the source (10)")
    options = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-playable-", dir=options.folder) as name:
        report = asyncio.run(measure(options, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
