"""`/readyz` of the whole service, while things are broken beneath it and mended again."""

import time
from pathlib import Path

from sqlalchemy import create_engine, text

from adapters_db.urls import parse_url
from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.running import Client, RunningService

FAST = 0.1  # seconds


def execute(url: str, statement: str) -> None:
    parsed = parse_url(url)
    plain = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    engine = create_engine(parsed.set(drivername=plain))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def seconds_taken(client: Client) -> float:
    began = time.perf_counter()
    answer = await client("GET", "/readyz")
    assert answer.status == 200
    return time.perf_counter() - began


async def test_what_is_broken_beneath_a_service_is_named_without_a_path(
    empty_database_url: str, tmp_path: Path
) -> None:
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text(f'#!/bin/sh\nexec "{find_ffmpeg().path}" "$@"\n')
    ffmpeg.chmod(0o755)
    async with RunningService(tmp_path, empty_database_url, VIDCORE_FFMPEG=str(ffmpeg)) as service:
        client = Client(service.url)
        uploads = tmp_path / "vidcore-data" / "uploads"
        uploads.rename(tmp_path / "elsewhere")
        ffmpeg.chmod(0o644)
        execute(empty_database_url, "UPDATE alembic_version SET version_num = '0001'")

        broken = await client("GET", "/readyz")
        (tmp_path / "elsewhere").rename(uploads)
        ffmpeg.chmod(0o755)

        assert broken.status == 503
        assert broken.json["status"] == "unavailable"
        assert set(broken.json["checks"]) == {"database", "storage", "ffmpeg", "disk"}
        assert broken.json["checks"]["database"] == "The database does not have the newest schema."
        assert broken.json["checks"]["storage"] == "The folder for uploads cannot be written."
        assert broken.json["checks"]["ffmpeg"].startswith("ffmpeg")
        assert str(tmp_path) not in str(broken.json)
        mended = (await client("GET", "/readyz")).json["checks"]
        assert (mended["storage"], mended["ffmpeg"]) == ("ok", "ok")


async def test_a_disk_under_the_floor_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    async with RunningService(tmp_path, url, VIDCORE_DISK_FLOOR_BYTES=str(1 << 60)) as service:
        client = Client(service.url)

        answer = await client("GET", "/readyz")

        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert answer.json["checks"]["disk"] == (
            "The disk has too little room left to take uploads."
        )
        assert (await client("GET", "/healthz")).status == 200


async def test_it_answers_at_once(empty_database_url: str, tmp_path: Path) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        client = Client(service.url)
        taken = await seconds_taken(client)
        deadline = time.monotonic() + 30  # other tests have the processors too
        while taken >= FAST and time.monotonic() < deadline:
            taken = min(taken, await seconds_taken(client))

    assert taken < FAST
