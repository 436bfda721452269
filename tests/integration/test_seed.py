"""`vidcore seed`, with real clips, before a service starts and while it runs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.copies import execute
from tests.integration.running import PASSWORD, Client, RunningService, register

Seed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def seed(tmp_path: Path, database_url: str) -> Seed:
    """Runs `vidcore seed` on the data of a service in `tmp_path`."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        known = {n: v for n, v in os.environ.items() if not n.startswith("VIDCORE_")}
        return subprocess.run(
            (sys.executable, "-m", "vidcore_app", "seed", *arguments),
            cwd=tmp_path,
            env={**known, "VIDCORE_DATABASE_URL": database_url, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def states(samples: list[dict[str, str]]) -> dict[str, str]:
    return {each["name"]: each["state"] for each in samples}


def all_completed(count: int) -> Callable[[Any], bool]:
    return lambda page: (
        [each["processing_status"] for each in page["items"]] == ["completed"] * count
    )


async def test_samples_are_processed_by_the_service_that_starts_next_and_by_one_that_runs(
    seed: Seed, tmp_path: Path, database_url: str
) -> None:
    first = seed("--videos", "4", "--members", "2", "--password", "correct horse", "--json")

    assert (first.returncode, first.stderr) == (0, "")
    made = json.loads(first.stdout)
    assert states(made["members"]) == {"anna": "made", "bilal": "made"}
    assert len(made["categories"]) == 5
    assert states(made["videos"]) == {
        "Test card 1": "made",
        "Portrait 1": "made",
        "Camcorder 1": "made",
        "Game of life 1": "made",
    }
    async with RunningService(tmp_path, database_url, VIDCORE_FFMPEG_PRESET="ultrafast") as service:
        client = Client(service.url)
        await client.log_in("bilal", "correct horse")
        page = await client.wait_for("/api/videos", all_completed(4), seconds=120)
        shapes = {each["title"]: (each["width"], each["height"]) for each in page["items"]}
        assert shapes["Portrait 1"] == (360, 640)
        assert shapes["Test card 1"] == (1280, 720)
        assert all(each["category"] for each in page["items"])
        assert {each["uploader"]["username"] for each in page["items"]} == {"anna", "bilal"}

        again = seed("--videos", "6", "--members", "2", "--json")
        more = json.loads(again.stdout)
        assert (again.returncode, again.stderr, more["password"]) == (0, "", None)
        assert states(more["members"]) == {"anna": "known", "bilal": "known"}
        assert set(states(more["categories"]).values()) == {"known"}
        assert [each["state"] for each in more["videos"]] == ["known"] * 4 + ["made"] * 2
        await client.wait_for("/api/videos", all_completed(6), seconds=120)


async def test_members_who_have_the_names_already_keep_them_and_are_asked_for(
    seed: Seed, tmp_path: Path, database_url: str
) -> None:
    async with RunningService(tmp_path, database_url) as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        lone = seed("--videos", "0", "--members", "1")
        await register(admin, "Bilal")
        refused = seed("--videos", "0", "--members", "3")
        sure = seed("--videos", "0", "--members", "3", "--yes")

    assert lone.returncode == 0
    assert lone.stdout.startswith("Categories: 5 made, 0 there already\nMembers:    1 made")
    assert "Password:   " in lone.stdout
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "vidcore: There are other members: --yes puts samples among theirs.\n"
    assert (sure.returncode, sure.stderr) == (0, "")
    assert "Left out, since others have these names: bilal\nLog in as chiara\n" in sure.stdout
    assert execute(database_url, "SELECT username FROM users ORDER BY username_key") == [
        ("admin",),
        ("anna",),
        ("Bilal",),
        ("chiara",),
    ]


async def test_videos_of_a_lone_admin_are_reason_enough_to_ask(
    seed: Seed, tmp_path: Path, database_url: str
) -> None:
    assert seed("--videos", "1", "--members", "1").returncode == 0
    async with RunningService(tmp_path, database_url):
        pass
    execute(
        database_url,
        "UPDATE videos SET uploaded_by = (SELECT id FROM users WHERE username = 'admin')",
    )

    assert seed("--videos", "0").returncode == 1


def test_what_was_made_before_a_failure_is_told(seed: Seed) -> None:
    # Room for one clip at most.
    failed = seed("--videos", "6", VIDCORE_WEEKLY_UPLOAD_LIMIT_BYTES="1000")

    assert failed.returncode == 1
    assert failed.stderr.startswith("vidcore: ")
    assert "Log in as anna, bilal, chiara\nPassword:   " in failed.stdout


def test_an_ffmpeg_that_makes_nothing_is_named(seed: Seed, tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)

    failed = seed("--videos", "1", VIDCORE_FFMPEG=str(broken))

    assert failed.returncode == 1
    assert "ffmpeg" in failed.stderr


def test_a_password_that_is_too_short_is_a_wrong_option(seed: Seed) -> None:
    refused = seed("--password", "short")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--password" in refused.stderr
