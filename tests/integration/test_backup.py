"""A backup is taken while members upload, delete and watch; what is restored elsewhere is whole."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters_ffmpeg.find import find_ffmpeg
from tests.chaos.installation import Installation
from tests.integration.backups import back_up, provide_tools, restore
from tests.integration.running import PASSWORD, Client
from tests.integration.samples import Samples

FINAL = {"completed", "failed"}
# A draft is removed when its video is done; aged, one is found if the check comes between.
HARMLESS = {"orphan_media", "orphan_upload", "dead_draft"}
DELETED = {
    "media_missing",
    "thumbnail_missing",
    "storyboard_missing",
}  # since its record was copied


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One that is copied, and one that is encoded."""
    samples = Samples(find_ffmpeg().path, tmp_path_factory.mktemp("backed-up-clips"))
    return [samples("small.mp4"), samples("hevc.mp4")]


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_database(kind: str, request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Gives the address of an empty database of a kind, for the data in a folder."""
    if kind == "sqlite":
        return lambda folder: f"sqlite:///{folder / 'vidcore-data' / 'vidcore.db'}"
    make = request.getfixturevalue("make_postgres_database")
    return lambda _: str(make())


async def keep_busy(member: Client, clips: list[Path], kept: list[str], seed: int) -> None:
    """Upload, and now and then delete what is not `kept`, all the time."""
    chance = random.Random(seed)
    passing: list[str] = []
    while True:
        answer = await member.upload(chance.choice(clips), title="Meanwhile")
        assert answer.status == 201, answer
        path = answer.headers["Location"]
        chance.choice((kept, passing)).append(path)
        if chance.random() < 0.7:  # or most would still wait where it is restored
            await member.wait_for(path, lambda video: video["processing_status"] in FINAL)
        if passing and chance.random() < 0.7:
            gone = passing.pop(chance.randrange(len(passing)))
            assert (await member("DELETE", gone)).status == 204


def age(data: Path) -> None:
    """Make every file two hours old, so that no grace hides one that belongs to nobody."""
    then = time.time() - 2 * 3600
    for file in data.rglob("*"):
        if file.is_file() and not file.name.startswith("vidcore.db"):
            os.utime(file, (then, then))


async def until_another_second(name: str) -> None:
    """Wait until a backup would get another name."""
    while time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime()) == name:
        await asyncio.sleep(0.05)


def fsck(installation: Installation, *options: str) -> Any:
    """Give what the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "vidcore_app", "fsck", "--json", *options],
        cwd=installation.folder,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


async def test_a_backup_of_a_service_at_work_is_whole_where_it_is_restored(
    tmp_path: Path, clips: list[Path], make_database: Callable[[Path], str]
) -> None:
    tools = await asyncio.to_thread(provide_tools, tmp_path / "tools")
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    there.mkdir()
    elsewhere.mkdir()
    kept: list[str] = []
    async with Installation(there, make_database(there), VIDCORE_FFMPEG_PRESET="ultrafast") as old:
        admin = Client(old.url)
        await admin.log_in("admin", PASSWORD)
        environment = {**old.environment, "VIDCORE_DATA_DIR": str(old.data)}
        working = [
            asyncio.create_task(keep_busy(admin, clips, kept, seed=number)) for number in range(2)
        ]
        try:
            first = await back_up(tmp_path / "backups", environment, tools)
            await until_another_second(first.name)
            before = list(kept)
            backup = await back_up(tmp_path / "backups", environment, tools)
            assert [task.exception() for task in working if task.done()] == []
        finally:
            for task in working:
                task.cancel()
            await asyncio.wait(working)
        assert not (old.data / "uploads.pinned").exists()

    assert backup == (tmp_path / "backups" / "latest").resolve() != first
    url = make_database(elsewhere)
    await asyncio.to_thread(restore, backup, elsewhere / "vidcore-data", url, tools)
    async with Installation(elsewhere, url, VIDCORE_FFMPEG_PRESET="ultrafast") as new:
        old_session = Client(new.url, token=admin.token)
        for path in before:
            video = await old_session.wait_for(
                path, lambda video: video["processing_status"] in FINAL
            )
            assert video["processing_status"] == "completed", video
            played = await old_session("GET", video["stream_url"])
            assert (played.status, played.body[4:8]) == (200, b"ftyp")
        await old_session.wait_for(
            "/api/admin/stats", lambda stats: stats["processing_queue_length"] == 0
        )
        age(new.data)
        found = await asyncio.to_thread(fsck, new, "--repair", "--deep")
        here = {path.rpartition("/")[2] for path in kept}
        for finding in found["findings"]:
            deleted = finding["kind"] in DELETED and finding["subject"] not in here
            assert deleted or finding["kind"] in HARMLESS, found
            assert deleted or finding["repaired"], found
        assert await asyncio.to_thread(fsck, new, "--deep") == {"clean": True, "findings": []}
