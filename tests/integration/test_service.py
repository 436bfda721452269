"""The whole service, as somebody runs and uses it: a process, HTTP, ffmpeg, files, a database."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.running import PASSWORD, Client, RunningService, register


@pytest.fixture(scope="session")
def mkv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 1080p H.264 and AAC in Matroska."""
    path = tmp_path_factory.mktemp("source") / "first steps.mkv"
    command = [
        *(find_ffmpeg().path, "-v", "error"),
        *("-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=2"),
        *("-f", "lavfi", "-i", "sine=frequency=440:duration=2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)),
    ]
    subprocess.run(command, check=True)
    return path


async def test_what_a_guest_was_invited_to_upload_plays_and_still_plays_after_a_kill(
    empty_database_url: str, tmp_path: Path, mkv: Path
) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        ann = await register(admin, "ann")

        accepted = await ann.upload(mkv, title="First steps")

        assert accepted.status == 201
        assert accepted.json["processing_status"] == "pending"
        assert accepted.json["file_size_bytes"] == mkv.stat().st_size
        path = accepted.headers["Location"]
        await ann.wait_for(path, lambda v: v["processing_status"] == "completed")
        before = await _assert_it_plays(ann, path, tmp_path)
        me = (await ann("GET", "/api/auth/me")).json
        assert me["weekly_upload_bytes"] == mkv.stat().st_size

        await service.kill()
        await service.start()

        ann.url = service.url
        assert await _assert_it_plays(ann, path, tmp_path) == before
        for secret in (admin.token, ann.token, PASSWORD, "correct horse", "@example.org", "token="):
            assert secret not in service.log


async def _assert_it_plays(member: Client, path: str, folder: Path) -> bytes:
    video = (await member("GET", path)).json
    assert (video["width"], video["height"]) == (1920, 1080)
    assert video["duration_seconds"] == pytest.approx(2.0, abs=0.1)
    assert video["processing_progress"] == 1.0
    anybody = Client(member.url)
    whole = await anybody("GET", video["stream_url"])
    assert whole.status == 200
    assert len(whole.body) == video["file_size_bytes"]
    part = await anybody("GET", video["stream_url"], headers={"Range": "bytes=0-99"})
    assert (part.status, part.body) == (206, whole.body[:100])
    assert part.headers["Content-Range"] == f"bytes 0-99/{len(whole.body)}"
    saved = folder / "played.mp4"
    saved.write_bytes(whole.body)
    assert whole.body.index(b"moov") < whole.body.index(b"mdat")
    described = subprocess.run(
        [find_ffmpeg().path, "-hide_banner", "-i", str(saved)], capture_output=True, check=False
    ).stderr.decode()
    assert "Video: h264 (High)" in described
    assert "Audio: aac (LC)" in described
    thumbnail = await anybody("GET", video["thumbnail_url"])
    assert thumbnail.headers["Content-Type"] == "image/jpeg"
    assert _jpeg_size(thumbnail.body) == (640, 360)
    assert (await anybody("GET", f"{path}/stream")).status == 401
    return whole.body


def _jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Read the size from the frame header (ITU-T T.81, B.2.2)."""
    assert jpeg.startswith(b"\xff\xd8")
    position = 2
    while jpeg[position + 1] not in (0xC0, 0xC1, 0xC2):
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4])
    height = int.from_bytes(jpeg[position + 5 : position + 7])
    return int.from_bytes(jpeg[position + 7 : position + 9]), height


async def test_what_was_accepted_before_a_kill_is_processed_after_the_restart(
    empty_database_url: str, tmp_path: Path, mkv: Path
) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        accepted = await admin.upload(mkv, title="Interrupted")
        path = accepted.headers["Location"]
        await admin.wait_for(path, lambda v: v["processing_status"] == "processing")

        await service.kill()
        await service.start()

        admin.url = service.url
        # The lease of the killed worker has to end first.
        await admin.wait_for(path, lambda v: v["processing_status"] == "completed", seconds=90)
        await _assert_it_plays(admin, path, tmp_path)
        uploads = tmp_path / "vidcore-data" / "uploads"
        assert [file for file in uploads.rglob("*") if file.is_file()] == []
        drafts = (tmp_path / "vidcore-data").rglob("*.part*")
        assert list(drafts) == []


async def test_a_polite_stop_hands_back_what_is_being_processed(
    empty_database_url: str, tmp_path: Path, mkv: Path
) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        path = (await admin.upload(mkv, title="Handed back")).headers["Location"]
        await admin.wait_for(path, lambda v: v["processing_status"] == "processing")

        exit_code = await service.stop()

        assert exit_code == 0
        assert _ffmpegs_in(tmp_path) == []
        await service.start()
        admin.url = service.url
        await admin.wait_for(path, lambda v: v["processing_status"] == "completed")


async def test_a_worker_of_its_own_processes_what_a_service_without_one_accepts(
    empty_database_url: str, tmp_path: Path, mkv: Path
) -> None:
    service = RunningService(tmp_path, empty_database_url)
    await service.start("--no-worker")
    async with service.beside("worker") as worker:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        path = (await admin.upload(mkv, title="Elsewhere")).headers["Location"]

        await admin.wait_for(path, lambda v: v["processing_status"] == "completed")

        worker.terminate()
        assert await worker.wait() == 0
        assert '"working"' in service.log
    assert await service.stop() == 0


def _ffmpegs_in(folder: Path) -> list[str]:
    """Find the processes that work on a file in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "ffmpeg" in command and str(folder) in command:
            found.append(command)
    return found


async def test_deleting_a_video_stops_its_transcode_and_leaves_no_file(
    empty_database_url: str, tmp_path: Path, mkv: Path
) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        path = (await admin.upload(mkv, title="Deleted")).headers["Location"]
        await admin.wait_for(path, lambda v: v["processing_status"] == "processing")

        answer = await admin("DELETE", path)

        assert answer.status == 204
        assert (await admin("GET", path)).status == 404
        async with asyncio.timeout(5):
            while _ffmpegs_in(tmp_path) or _files(tmp_path / "vidcore-data"):
                await asyncio.sleep(0.05)


def _files(folder: Path) -> list[Path]:
    kept = {"jwt-secret", "leader.lock"}
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in kept]


async def test_a_file_that_is_no_video_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_bytes(b"this is no video" * 1000)
    async with RunningService(tmp_path, f"sqlite:///{tmp_path / 'test.db'}") as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)

        refused = await admin.upload(fake, title="No video")

        assert (refused.status, refused.json["error_code"]) == (415, "file_format_not_supported")
        assert _files(tmp_path / "vidcore-data") == []
        assert (await admin("GET", "/api/auth/me")).json["weekly_upload_bytes"] == 0
        assert (await admin("GET", "/api/videos")).json["total"] == 0


async def test_the_first_start_makes_an_admin_and_prints_the_password_once(
    tmp_path: Path,
) -> None:
    database_url = f"sqlite:///{tmp_path / 'test.db'}"
    service = RunningService(tmp_path, database_url)
    del service._environment["VIDCORE_ADMIN_PASSWORD"]
    async with service:
        first = service.output
        printed = next(line for line in first.splitlines() if line.startswith("Password:"))
        await Client(service.url).log_in("admin", printed.split()[1])
        await service.stop()

        await service.start()

        assert "Password" not in service.output
        assert str(tmp_path / "vidcore-data") in service.output
        data = tmp_path / "vidcore-data"
        assert (data / "jwt-secret").stat().st_mode & 0o777 == 0o600
        assert data.stat().st_mode & 0o777 == 0o750


async def test_readiness_names_what_is_checked(tmp_path: Path) -> None:
    async with RunningService(tmp_path, f"sqlite:///{tmp_path / 'test.db'}") as service:
        ready = await Client(service.url)("GET", "/readyz")

        assert ready.status == 200
        assert ready.json == {
            "status": "ok",
            "checks": dict.fromkeys(("database", "storage", "ffmpeg", "disk"), "ok"),
        }


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("VIDCORE_JWT_SECRET", "too short", "VIDCORE_JWT_SECRET must have at least 32 bytes"),
        ("VIDCORE_PRT", "80", "VIDCORE_PRT, in the environment, is not a setting"),
        ("VIDCORE_PORT", "eighty", "port"),
        ("VIDCORE_FFMPEG", "/nowhere/ffmpeg", "/nowhere/ffmpeg"),
        ("VIDCORE_DATABASE_URL", "mysql://there/db", "database"),
        ("VIDCORE_DATABASE_URL", "postgresql://127.0.0.1:1/db", "database"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, setting: str, value: str, named: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "vidcore_app", "serve"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", setting: value},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    [line] = ended.stderr.decode().splitlines()
    assert line.startswith("vidcore: ")
    assert named in line
