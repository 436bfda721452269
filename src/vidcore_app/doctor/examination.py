"""All that is looked at, in the order in which one thing depends on another."""

import asyncio
import os
import resource
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters_db.soundings import DatabaseSeen, file_of
from vidcore.config import Config
from vidcore.diagnosis import Diagnosis, Verdict
from vidcore.errors import InvalidValueError
from vidcore_app.doctor.addresses import Serving, examine_public_url
from vidcore_app.doctor.database import examine_database
from vidcore_app.doctor.folders import examine_folder, examine_room, examine_shared_disk
from vidcore_app.doctor.machine import (
    examine_clock,
    examine_open_files,
    examine_skew,
    examine_sqlite,
    sqlite_version,
)
from vidcore_app.doctor.programs import examine_ffmpeg
from vidcore_app.doctor.secrets import examine_secret
from vidcore_app.settings import Places, Settings, SettingsError


async def examine(load: Callable[[], Settings]) -> Sequence[Diagnosis]:
    """Look at everything; with settings that cannot be loaded, at what needs none."""
    found: list[Diagnosis] = []
    try:
        settings = load()
    except (SettingsError, OSError) as error:
        return [_settings(Verdict.FAULT, str(error)), *_machine(uses_sqlite=True)]
    found.append(_settings(Verdict.OK, "All settings are known, and can be taken."))
    places = Places.of(settings)
    diagnoses, database = await examine_database(places.database_url)
    found += diagnoses
    if database is not None and database.ahead is not None:
        found.append(examine_skew(database.ahead))
    found += _machine(uses_sqlite=_uses_sqlite(places.database_url))
    config = None if database is None else database.config
    found += await asyncio.to_thread(
        _folders, settings, places, config, started=_was_started(places, database)
    )
    found.append(examine_secret(settings.jwt_secret, places.jwt_secret))
    serving = Serving(host=settings.host, port=settings.port, proxies=settings.trusted_proxies)
    found.append(examine_public_url(places.public_url, serving))
    return [*found, *await asyncio.to_thread(examine_ffmpeg, settings.ffmpeg)]


def _settings(verdict: Verdict, seen: str) -> Diagnosis:
    return Diagnosis.of(
        "settings",
        verdict,
        seen=seen,
        why="A setting that is wrong or unknown stops every command; the rest is looked at only"
        " when all are right.",
        mend="Correct or remove it where it is named; `vidcore serve --help` lists all settings.",
    )


def _uses_sqlite(url: str) -> bool:
    try:
        return file_of(url) is not None
    except InvalidValueError:
        return False


def _was_started(places: Places, database: DatabaseSeen | None) -> bool:
    """Say whether there is a trace of an earlier start, which made all folders."""
    known = database is not None and database.config is not None
    return known or os.path.lexists(places.jwt_secret)


def _machine(*, uses_sqlite: bool) -> list[Diagnosis]:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    now = datetime.now(UTC)  # noqa: TID251 - the machine's own clock is what is looked at
    return [
        examine_clock(now),
        examine_sqlite(sqlite_version(), used=uses_sqlite),
        examine_open_files(None if limit == resource.RLIM_INFINITY else limit),
    ]


def _folders(
    settings: Settings, places: Places, config: Config | None, *, started: bool
) -> list[Diagnosis]:
    videos, largest = places.videos, settings.max_file_size_bytes
    folders = [
        ("data", places.data, "VIDCORE_DATA_DIR"),
        ("uploads", places.uploads, "VIDCORE_UPLOAD_DIR"),
        ("videos", places.videos, "VIDCORE_VIDEO_DIR"),
        ("thumbnails", places.thumbnails, "VIDCORE_THUMBNAIL_DIR"),
    ]
    if config is not None:
        largest = config.max_file_size_bytes
        if config.video_storage_path is not None:
            videos = Path(config.video_storage_path)
            folders.append(("storage", videos, "video_storage_path, as an admin"))
    floor = settings.disk_floor_bytes
    return [
        *(
            examine_folder(name, folder, setting, started=started)
            for name, folder, setting in folders
        ),
        examine_room("uploads", places.uploads, floor=floor, largest=largest),
        examine_room("videos", videos, floor=floor, largest=largest),
        examine_shared_disk(places.uploads, videos),
    ]
