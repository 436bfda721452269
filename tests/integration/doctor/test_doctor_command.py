"""The command as a whole: what it prints, how it exits, and that it changes nothing."""

import json
import os
import pty
import re
import resource
import subprocess
import sys
from pathlib import Path

from tests.integration.doctor.conftest import Platform
from tests.integration.running import bare_environment

EVERYTHING = {
    *("settings", "database", "schema", "clock", "sqlite", "open-files"),
    *("folder.data", "folder.uploads", "folder.videos", "folder.thumbnails"),
    *("disk.uploads", "disk.videos", "filesystem", "secret", "public-url"),
    *("ffmpeg", "ffmpeg.encoding", "ffmpeg.decoders", "ffmpeg.tone-mapping"),
}
COMMAND = (sys.executable, "-m", "vidcore_app", "doctor")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything that stands in a folder: mode and content."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            b"" if path.is_dir() else path.read_bytes(),
        )
        for path in sorted((folder, *folder.rglob("*")))
    }


def environment(platform: Platform) -> dict[str, str]:
    known = bare_environment()
    return {**known, **platform.settings}


def test_a_platform_that_works_is_said_to_work(any_platform: Platform) -> None:
    report = any_platform.doctor()

    assert (report.code, report.faults, report.warnings) == (0, set(), set())
    assert set(report.checks) - {"clock.database"} == EVERYTHING
    assert json.loads(report.printed)["works"] is True
    assert all(check["seen"] and check["why"] for check in report.checks.values())


def test_nothing_is_changed(platform: Platform) -> None:
    before = snapshot(platform.data)
    database = Path(platform.database_url.removeprefix("sqlite:///"))
    content = database.read_bytes()

    platform.doctor()

    assert snapshot(platform.data) == before
    assert database.read_bytes() == content
    assert [path.name for path in database.parent.glob(f"{database.name}*")] == [database.name]


def test_nothing_is_made_where_nothing_was_started(fresh: Platform) -> None:
    report = fresh.doctor()

    assert (report.code, report.faults) == (0, set())
    assert report.warnings == {
        *("database", "secret", "folder.data", "folder.uploads", "folder.videos"),
        "folder.thumbnails",
    }
    assert "`vidcore serve` makes it" in report.told("folder.data")
    assert list(fresh.folder.iterdir()) == []


def test_lines_say_why_and_what_mends_it_and_end_with_a_summary(platform: Platform) -> None:
    (platform.data / "videos").rmdir()

    report = platform.doctor_with()

    lines = report.printed.splitlines()
    at = lines.index("fault    folder.videos")
    assert lines[at + 1].startswith(f"    {platform.data / 'videos'} is not there")
    assert lines[at + 2] == "    Why:  Videos are published here, and played from here."
    assert lines[at + 3].startswith("    Mend: Mount the disk")
    assert lines[-1].endswith(" 1 not working.")
    assert report.code == 1


def test_few_open_files_are_named(platform: Platform) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    ended = subprocess.run(
        COMMAND,
        cwd=platform.folder,
        env=environment(platform),
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1, ended.stderr
    lines = ended.stdout.splitlines()
    at = lines.index("fault    open-files")
    assert lines[at + 1] == (
        "    A process may have 200 files open: enough for about 68 viewers at once."
    )
    assert lines[at + 2].startswith("    Why:  Every viewer takes a connection")
    assert lines[at + 3].startswith("    Mend: Start it after `ulimit -n 4096`")
    assert "\x1b" not in ended.stdout
    assert re.fullmatch(r"\d+ well, \d to know of, 1 not working\.", lines[-1])


def test_a_terminal_gets_colours_and_unbroken_lines(platform: Platform) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        COMMAND,
        cwd=platform.folder,
        env={**environment(platform), "TERM": "xterm-256color", "COLUMNS": "60"},
        stdout=child,
    )
    os.close(child)
    shown = b""
    while True:
        try:
            block = os.read(parent, 65_536)
        except OSError:  # the terminal of a process that has ended
            break
        shown += block
    os.close(parent)

    assert process.wait(60) == 0
    text = shown.decode()
    assert "\x1b[32mok" in text
    assert str(platform.data / "uploads") in text


def test_a_wrong_option_is_not_understood(platform: Platform) -> None:
    assert platform.doctor_with("--yaml").code == 2
