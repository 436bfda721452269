"""Platforms that were started once, for `vidcore doctor` to look at after something is broken."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from adapters_db.store import SqlStore
from adapters_ffmpeg.find import find_ffmpeg
from vidcore.config import Config
from vidcore_app.__main__ import main

MIB = 1 << 20


@attrs.frozen
class Report:
    """What the command gave: its exit code, and what it printed."""

    code: int
    printed: str

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        return {each["check"]: each for each in json.loads(self.printed)["checks"]}

    @property
    def faults(self) -> set[str]:
        return self._of("fault")

    @property
    def warnings(self) -> set[str]:
        """Without that of this machine's SQLite, which depends on the machine."""
        return self._of("warning") - {"sqlite"}

    def _of(self, verdict: str) -> set[str]:
        return {name for name, check in self.checks.items() if check["verdict"] == verdict}

    def told(self, check: str) -> str:
        found = self.checks[check]
        return f"{found['seen']} | {found['mend']}"


@attrs.frozen
class Platform:
    """A folder in which the command is run, with the settings of a platform that works."""

    folder: Path
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.folder / "vidcore-data"

    @property
    def database_url(self) -> str:
        return self.settings["VIDCORE_DATABASE_URL"]

    def doctor(self, **changed: str) -> Report:
        """Run `vidcore doctor --json`; `changed` are settings, without VIDCORE_."""
        return self.doctor_with("--json", **changed)

    def doctor_with(self, *options: str, **changed: str) -> Report:
        """Run the command with these options."""
        environment = {f"VIDCORE_{name}": value for name, value in changed.items()}
        result = CliRunner().invoke(
            main, ("doctor", *options), env={**self.settings, **environment}
        )
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Report(result.exit_code, result.stdout)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A folder in which nothing was started yet."""
    monkeypatch.chdir(tmp_path)
    return Platform(tmp_path, {"VIDCORE_DISK_FLOOR_BYTES": str(MIB)})


def start(fresh: Platform, database_url: str) -> Platform:
    """Make what a first start makes."""
    for name in ("uploads", "videos", "thumbnails"):
        (fresh.data / name).mkdir(parents=True)
    secret = fresh.data / "jwt-secret"
    secret.write_text("kZ3vQx9LrT5uWn8yB2cD4fG6hJ7mP1sA")
    secret.chmod(0o600)
    asyncio.run(store_config(database_url))
    return Platform(fresh.folder, {**fresh.settings, "VIDCORE_DATABASE_URL": database_url})


async def store_config(database_url: str, path: str | None = None) -> None:
    store = SqlStore(database_url)
    async with store.write() as uow:
        config = Config.first(
            max_file_size_bytes=MIB,
            weekly_upload_limit_bytes=MIB,
            now=datetime(2026, 11, 20, tzinfo=UTC),
        )
        await uow.config.save(attrs.evolve(config, video_storage_path=path))
        await uow.commit()
    await store.close()


@pytest.fixture
def platform(fresh: Platform, sqlite_url: str) -> Platform:
    """A platform on SQLite that was started."""
    return start(fresh, sqlite_url)


@pytest.fixture
def any_platform(fresh: Platform, database_url: str) -> Platform:
    """A platform on either database that was started."""
    return start(fresh, database_url)


@pytest.fixture(scope="session")
def real_ffmpeg() -> str:
    return find_ffmpeg().path


@pytest.fixture
def crippled_ffmpeg(tmp_path: Path, real_ffmpeg: str) -> Path:
    """A real ffmpeg; whatever `cripple` beside it says is done before it is run."""
    path = tmp_path / "crippled" / "ffmpeg"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nreal="{real_ffmpeg}"\n. "$(dirname "$0")/cripple"\n')
    path.chmod(0o755)
    return path
