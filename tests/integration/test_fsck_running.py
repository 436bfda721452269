"""A check while the service is at work, with every file aged so that no grace hides a race."""

import asyncio
import os
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.running import PASSWORD, Client, RunningService
from tests.integration.samples import Samples
from tests.integration.test_fsck import contained, fsck
from vidcore_app.cli.fsck import opened_unchanged

SECONDS = 7.0  # some dozens of checks, unless many have to wait for what is being removed
CLIENTS = 3


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One that is copied, one that is encoded, and one that is refused."""
    samples = Samples(find_ffmpeg().path, tmp_path_factory.mktemp("clips"))
    fake = tmp_path_factory.mktemp("fake") / "fake.mp4"
    fake.write_bytes(b"this is no video" * 1000)
    return [samples("small.mp4"), samples("hevc.mp4"), fake]


async def keep_aging(data: Path) -> None:
    """Make every file two hours old, as soon as it is there."""
    folders = [data / name for name in ("uploads", "videos", "thumbnails")]
    while True:
        then = time.time() - 2 * 3600
        for folder in folders:
            with suppress(FileNotFoundError):  # it was removed; the next round looks again
                for file in folder.rglob("*"):
                    if file.is_file():
                        os.utime(file, (then, then))
        await asyncio.sleep(0.02)


async def keep_busy(member: Client, clips: list[Path], chance: random.Random) -> None:
    """Upload, and delete about every third: at once, while it is processed, or later."""
    kept: list[str] = []
    while True:
        answer = await member.upload(chance.choice(clips), title="At work")
        assert answer.status in {201, 415}, answer
        if answer.status == 201:
            kept.append(answer.headers["Location"])
        if kept and chance.random() < 0.4:
            path = kept.pop(chance.randrange(len(kept)))
            assert (await member("DELETE", path)).status == 204


async def keep_checking(data: Path, database_url: str) -> None:
    """Check, and would repair, again and again."""
    container = contained(data, database_url)
    checks = 0
    async with opened_unchanged(container):
        end = time.monotonic() + SECONDS
        while checks < 2 or time.monotonic() < end:
            check = container.check_platform()
            found = [finding async for finding in check(repair=True, deep=checks % 4 == 0)]
            assert found == []
            checks += 1


async def test_a_check_of_a_service_at_work_finds_nothing(
    empty_database_url: str, tmp_path: Path, clips: list[Path]
) -> None:
    data = tmp_path / "vidcore-data"
    service = RunningService(tmp_path, empty_database_url, VIDCORE_FFMPEG_PRESET="ultrafast")
    async with service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        working = [
            asyncio.create_task(keep_aging(data)),
            *(
                asyncio.create_task(keep_busy(admin, clips, random.Random(seed)))
                for seed in range(CLIENTS)
            ),
        ]
        try:
            await keep_checking(data, empty_database_url)
            ended = await asyncio.to_thread(
                fsck, data, "--repair", "--deep", VIDCORE_DATABASE_URL=empty_database_url
            )
            assert [task.exception() for task in working if task.done()] == []
        finally:
            for task in working:
                task.cancel()
            await asyncio.wait(working)

        assert (ended.stdout, ended.stderr) == ("Nothing is wrong.\n", "")
        completed = await admin("GET", "/api/videos?status=completed")
        assert completed.json["total"] >= 1
