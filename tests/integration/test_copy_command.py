"""`vidcore copy-database` as a process: what it says, how it ends, and what is done with its target."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.copies import everything, execute, fill, many_failures
from tests.integration.fleets import jobs
from tests.integration.running import PASSWORD, Client, RunningService, bare_environment
from tests.integration.samples import Samples

SECRET = "a-secret-of-the-database"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    known = bare_environment()
    return {**known, "VIDCORE_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """Starts `vidcore` with arguments."""

    def start_command(*arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (sys.executable, "-m", "vidcore_app", *arguments),
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    return start_command


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Give the exit code of a command, and what it printed."""
    output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


async def test_all_rows_are_said_and_nothing_else(
    start: Callable[..., subprocess.Popen[str]], sqlite_url: str, tmp_path: Path
) -> None:
    await fill(sqlite_url)
    there, back = (f"sqlite:///{tmp_path / name}" for name in ("there", "back"))

    code, output, errors = ended(start("copy-database", sqlite_url, there))
    document = ended(start("copy-database", there, back, "--json"))

    assert (code, errors) == (0, "")
    assert re.search(r"^users +2 rows$", output, re.MULTILINE)
    assert output.endswith(
        f" rows of {sqlite_url} are in {there}, with the same checksums.\n"
        "Videos that wait there to be processed: 1.\n"
    )
    made = json.loads(document[1])
    assert (document[0], document[2]) == (0, "")
    assert made["tables"]["users"]["rows"] == 2
    assert re.fullmatch("[0-9a-f]{64}", made["tables"]["users"]["sha256"])
    assert (made["source"], made["target"], made["resumed"]) == (there, back, False)
    assert made["rows"] == sum(len(rows) for rows in everything(sqlite_url).values())
    assert made["pending_videos"] == 1


async def test_a_bar_is_shown_on_a_terminal(
    start: Callable[..., subprocess.Popen[str]], sqlite_url: str, tmp_path: Path
) -> None:
    await fill(sqlite_url)
    terminal, end = pty.openpty()
    process = start("copy-database", sqlite_url, f"sqlite:///{tmp_path / 'there'}", stderr=end)
    os.close(end)
    shown = b""
    try:
        while block := os.read(terminal, 65_536):
            shown += block
    except OSError:  # which is how Linux says that nobody else has the terminal any more
        pass
    finally:
        os.close(terminal)

    assert ended(process)[0] == 0
    assert b"checking users" in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sqlite:///missing", "sqlite:///target"), "There is no database at "),
        (
            (f"postgresql://me:{SECRET}@127.0.0.1:9/x?password={SECRET}", "sqlite:///target"),
            "The source, ",
        ),
        ((f"mysql://me:{SECRET}@host/x", "sqlite:///target"), "database_url"),
    ],
)
def test_what_is_wrong_is_one_line_without_a_password(
    start: Callable[..., subprocess.Popen[str]], arguments: tuple[str, ...], sentence: str
) -> None:
    code, output, errors = ended(start("copy-database", *arguments))

    assert (code, output) == (1, "")
    assert re.fullmatch(f"vidcore: .*{sentence}.*\n", errors)
    assert SECRET not in errors


def _wait_until_rows_have_come(url: str, process: subprocess.Popen[str]) -> None:
    wanted = "SELECT 1 FROM vidcore_copy WHERE table_name = 'login_failures' AND copied > 0"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        # There is no such table yet.
        with suppress(sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            if execute(url, wanted):
                return
        time.sleep(0.005)
    raise AssertionError("no rows came")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_a_copy_that_was_ended_goes_on_and_nobody_uses_its_target_before(
    start: Callable[..., subprocess.Popen[str]],
    sqlite_url: str,
    empty_database_url: str,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    target = empty_database_url
    await fill(sqlite_url)
    many_failures(sqlite_url, 40_000)

    process = start("copy-database", sqlite_url, target)
    _wait_until_rows_have_come(target, process)
    process.send_signal(number)
    code, output, errors = ended(process)
    [(copied,)] = execute(target, "SELECT count(*) FROM login_failures")
    [(marked,)] = execute(
        target, "SELECT copied FROM vidcore_copy WHERE table_name = 'login_failures'"
    )
    refused = subprocess.run(
        (sys.executable, "-m", "vidcore_app", "serve"),
        env={**os.environ, "VIDCORE_DATABASE_URL": target, "VIDCORE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    again = ended(start("copy-database", sqlite_url, target, "--json"))

    assert 0 < copied == marked < 40_003
    if number is signal.SIGINT:
        assert (code, output) == (130, "")
        assert errors.endswith("vidcore: Stopped. The same command goes on where this one was.\n")
    assert refused.returncode == 1
    assert "run the same `vidcore copy-database` again" in refused.stderr
    assert (again[0], again[2]) == (0, "")
    assert json.loads(again[1])["resumed"] is True
    assert everything(target) == everything(sqlite_url)


async def test_a_video_that_waited_in_sqlite_is_processed_by_workers_on_postgresql(
    start: Callable[..., subprocess.Popen[str]],
    sqlite_url: str,
    make_postgres_database: Callable[[], str],
    tmp_path: Path,
) -> None:
    target, samples = make_postgres_database(), Samples(find_ffmpeg().path, tmp_path)
    before = RunningService(tmp_path, sqlite_url)
    try:
        await before.start("--no-worker")
        client = Client(before.url)
        await client.log_in("admin", PASSWORD)
        for number in range(2):
            uploaded = await client.upload(samples("plain.mp4"), title=f"Video {number}")
            assert uploaded.status == 201
    finally:
        await before.stop()

    code, output, _ = ended(start("copy-database", sqlite_url, target))

    assert code == 0
    assert output.endswith("Videos that wait there to be processed: 2.\n")
    assert len(jobs(target)) == 2
    after = RunningService(tmp_path, target)
    try:
        await after.start("--no-worker")
        client.url = after.url
        async with after.beside("worker"):
            await client.wait_for(
                "/api/videos",
                lambda page: (
                    [each["processing_status"] for each in page["items"]]
                    == ["completed", "completed"]
                ),
            )
    finally:
        await after.stop()
