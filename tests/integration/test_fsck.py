"""Each thing that can go wrong, done on purpose to a real database and real files: named, and mended."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa

from adapters_db.copying import DatabaseCopy
from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.running import bare_environment
from tests.integration.samples import Samples
from vidcore.checkup import Finding
from vidcore.details import VideoDetails
from vidcore.lifecycle import Status
from vidcore.use_cases.checking import no_pause
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.processing import ProcessVideo
from vidcore.users import User
from vidcore.videos import Video
from vidcore_app.cli.fsck import opened_unchanged
from vidcore_app.container import Container
from vidcore_app.service import migrate, opened
from vidcore_app.settings import Settings

HOURS_AGO: Final = timedelta(hours=5)
NOBODY: Final = UUID("019b76da-a803-7000-8000-000000000057")
on_either_database = pytest.mark.usefixtures("empty_database_url")


def contained(data: Path, database_url: str | None = None) -> Container:
    settings = Settings(data_dir=data, database_url=database_url, ffmpeg_preset="ultrafast")
    return Container(settings=settings)


async def process(container: Container) -> Video:
    """Process the video that waits."""
    claim = await ClaimVideo(
        store=container.store(), media=container.media(), clock=container.clock()
    )()
    assert claim is not None
    work = ProcessVideo(
        store=container.store(),
        uploads=container.uploads(),
        media=container.media(),
        transcoder=container.transcoder(),
        clock=container.clock(),
    )
    await work(claim, lambda _: None)
    async with container.store().read() as uow:
        return await uow.videos.get(claim.id)


async def everyone(container: Container) -> Sequence[User]:
    async with container.store().read() as uow:
        return await uow.users.after(None, limit=10)


async def upload(container: Container, file: Path, *, whole: bool = True) -> UUID:
    """Send a file, and give the id of its upload, which is the name of its bytes."""
    [admin] = await everyone(container)
    progress = await container.begin_resumable()(
        actor=admin,
        filename=file.name,
        size_bytes=file.stat().st_size,
        details=VideoDetails(title=file.stem),
    )
    writer = await container.uploads().receive(str(progress.upload.id))
    await writer.write(file.read_bytes()[: None if whole else 100])
    await writer.finish()
    if whole:
        await container.complete_upload()(actor=admin, upload_id=progress.upload.id)
    return progress.upload.id


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Samples(find_ffmpeg().path, tmp_path_factory.mktemp("clips"))("small.mp4")


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Path:
    """The data folder of a platform with a completed video, one that waits, and half an upload."""
    data = tmp_path_factory.mktemp("healthy") / "data"

    async def make() -> None:
        container = contained(data)
        async with opened(container):
            await container.make_admin()(
                username="admin", email="admin@localhost", password="correct horse"
            )
            await upload(container, clip)
            await process(container)
            await upload(container, clip)
            await upload(container, clip, whole=False)

    asyncio.run(make())
    return data


@attrs.frozen
class Patient:
    """A platform that may be ill; everything on its disk is `HOURS_AGO` old."""

    data: Path
    container: Container
    completed: Video
    waiting: Video

    async def found(self, *, repair: bool = False, deep: bool = False) -> list[Finding]:
        check = attrs.evolve(self.container.check_platform(), pause=no_pause)
        return [finding async for finding in check(repair=repair, deep=deep)]

    async def named(self, **options: bool) -> list[str]:
        return [str(finding.kind) for finding in await self.found(**options)]

    async def video(self, video_id: UUID) -> Video:
        async with self.container.store().read() as uow:
            return await uow.videos.get(video_id)

    def path(self, location: str | None) -> Path:
        return Path(self.container.media().locate(str(location)))

    async def change(self, statement: str, **values: Any) -> None:
        """Change the database behind everybody's back."""
        async with self.container.store().engines.write.begin() as connection:
            assert (await connection.execute(sa.text(statement), values)).rowcount == 1

    def files(self) -> set[str]:
        folders = ("videos", "thumbnails", "uploads")
        files = (file for name in folders for file in (self.data / name).rglob("*"))
        return {str(file.relative_to(self.data)) for file in files if file.is_file()}


def put(path: Path, content: bytes = b"bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def age(data: Path, by: timedelta = HOURS_AGO) -> None:
    for file in data.rglob("*"):
        if file.is_file():
            then = file.stat().st_mtime - by.total_seconds()
            os.utime(file, (then, then))


@asynccontextmanager
async def examined(
    healthy: Path, folder: Path, database_url: str | None = None
) -> AsyncIterator[Patient]:
    data = folder / "data"
    shutil.copytree(healthy, data)
    age(data)
    container = contained(data, database_url)
    if database_url is not None:
        own = data / "vidcore.db"
        await migrate(container)
        await DatabaseCopy(source=f"sqlite:///{own}", target=database_url)(lambda _: None)
        own.unlink()
    async with opened_unchanged(container):
        async with container.store().read() as uow:
            videos = await uow.videos.after(None, limit=10)
        by_status = {video.status: video for video in videos}
        completed, waiting = by_status[Status.COMPLETED], by_status[Status.PENDING]
        yield Patient(data, container, completed, waiting)


@pytest.fixture
def other_database(request: pytest.FixtureRequest) -> str | None:
    """The database of a test `on_either_database`; the others' stays in the data folder."""
    if "empty_database_url" not in request.fixturenames:
        return None
    return str(request.getfixturevalue("empty_database_url"))


@pytest.fixture
async def patient(
    healthy: Path, tmp_path: Path, other_database: str | None
) -> AsyncIterator[Patient]:
    async with examined(healthy, tmp_path, other_database) as patient:
        yield patient


@on_either_database
async def test_a_healthy_platform_has_nothing_wrong(patient: Patient) -> None:
    before = patient.files()

    assert await patient.found(deep=True) == []
    assert await patient.found(deep=True, repair=True) == []
    assert patient.files() == before
    assert len(before) == 5


@pytest.mark.parametrize("field", ["thumbnail", "storyboard"])
@pytest.mark.parametrize("empty", [False, True])
async def test_lost_pictures_are_made_again(patient: Patient, field: str, *, empty: bool) -> None:
    picture = patient.path(getattr(patient.completed, field))
    was = picture.read_bytes()
    picture.unlink()
    if empty:
        picture.touch()
    before = patient.files()

    assert await patient.named() == [f"{field}_missing"]
    assert await patient.named(repair=True) == [f"{field}_missing"]

    assert await patient.found(deep=True) == []
    assert picture.read_bytes() == was
    assert patient.files() == before | {str(picture.relative_to(patient.data))}
    assert await patient.video(patient.completed.id) == patient.completed


@pytest.mark.parametrize("column", ["storyboard", "storyboard_layout"])
async def test_half_a_storyboard_is_made_again(patient: Patient, column: str) -> None:
    await patient.change(
        f"UPDATE videos SET {column} = NULL WHERE id = :id", id=patient.completed.id.hex
    )
    before = patient.files()

    assert await patient.named(repair=True) == ["storyboard_unusable"]

    assert await patient.found(deep=True) == []
    assert await patient.video(patient.completed.id) == patient.completed
    assert patient.files() == before


@on_either_database
async def test_a_lost_video_is_given_up_until_it_is_found_again(patient: Patient) -> None:
    media = patient.path(patient.completed.media)
    aside = media.rename(patient.data / "elsewhere.mp4")

    assert await patient.named() == ["media_missing"]
    assert await patient.named(repair=True) == ["media_missing"]
    assert await patient.found() == []
    lost = await patient.video(patient.completed.id)
    assert (lost.status, lost.error_message) == (
        Status.FAILED,
        "The video's file is gone from the storage.",
    )

    aside.rename(media)
    assert await patient.named(repair=True) == ["media_returned"]
    assert await patient.found(deep=True) == []
    assert await patient.video(patient.completed.id) == patient.completed


async def test_a_lost_video_is_made_again_while_its_upload_is_there(
    patient: Patient, clip: Path
) -> None:
    async with patient.container.store().read() as uow:
        uploads = await uow.uploads.after(None, limit=10)
    [first] = [each for each in uploads if each.video_id == patient.completed.id]
    put(patient.data / "uploads" / str(first.id), clip.read_bytes())
    patient.path(patient.completed.media).unlink()

    assert await patient.named(repair=True) == ["media_missing"]
    await process(patient.container)  # the one that waited before goes first
    redone = await patient.video(patient.completed.id)
    assert (redone.status, redone.source) == (Status.PENDING, str(first.id))
    assert await patient.found(deep=True) == []
    redone = await process(patient.container)
    assert (redone.id, redone.status) == (patient.completed.id, Status.COMPLETED)
    assert await patient.found(deep=True) == []


async def test_a_lost_upload_fails_its_video(patient: Patient) -> None:
    (patient.data / "uploads" / str(patient.waiting.source)).unlink()

    assert await patient.named(repair=True) == ["source_missing"]
    assert await patient.found() == []
    assert (await patient.video(patient.waiting.id)).status is Status.FAILED


async def test_a_file_that_was_cut_is_named_and_left(patient: Patient) -> None:
    media = patient.path(patient.completed.media)
    os.truncate(media, 100)
    before = media.read_bytes()

    assert await patient.named(deep=True) == ["size_differs"]
    [finding] = await patient.found(deep=True, repair=True)
    assert finding.repaired is None
    assert media.read_bytes() == before


async def test_a_file_that_is_no_video_is_found_by_a_deep_look(patient: Patient) -> None:
    media = patient.path(patient.completed.media)
    media.write_bytes(bytes(media.stat().st_size))

    assert await patient.found() == []
    assert await patient.named(deep=True) == ["output_broken"]


async def test_another_video_in_the_place_is_found_by_a_deep_look(patient: Patient) -> None:
    await patient.change("UPDATE videos SET width = 62 WHERE id = :id", id=patient.completed.id.hex)

    [finding] = await patient.found(deep=True)

    assert finding.detail == "Its published file has 64x64 pixels instead of 62x64."


@on_either_database
async def test_a_video_whose_worker_is_lost_waits_again(patient: Patient) -> None:
    await patient.change(
        "UPDATE videos SET status = 'processing', attempt = 1, tries = 1,"
        " lease_until = '2020-01-01 00:00:00.000000' WHERE id = :id",
        id=patient.waiting.id.hex,
    )

    assert await patient.named(repair=True) == ["stuck_video"]
    assert await patient.found() == []
    assert (await patient.video(patient.waiting.id)).status is Status.PENDING


@on_either_database
async def test_files_of_nobody_are_removed_or_kept_aside(patient: Patient) -> None:
    healthy = patient.files()
    spread = Path("57") / str(NOBODY)
    put(patient.data / "videos" / spread / "1.mp4", b"published")
    put(patient.data / "thumbnails" / spread / "1.jpg")
    put(patient.data / "videos" / spread / "2.mp4.part")
    put(patient.path(patient.completed.media).with_name("7.mp4.part"))
    put(patient.path(patient.completed.media).with_name("0.mp4"))
    put(patient.data / "uploads" / str(NOBODY))
    put(patient.data / "videos" / "notes.txt")
    assert await patient.found(repair=True) == []  # they may be anybody's for an hour
    age(patient.data)

    found = await patient.named()
    assert sorted(found) == ["dead_draft"] * 2 + ["orphan_media"] * 3 + ["orphan_upload"]
    assert await patient.named(repair=True) == found

    assert await patient.found(deep=True) == []
    assert patient.files() == healthy | {
        "videos/notes.txt",
        f"videos/lost+found/{NOBODY}-1.mp4",
        f"videos/lost+found/{patient.completed.id}-0.mp4",
        f"thumbnails/lost+found/{NOBODY}-1.jpg",
    }
    kept = patient.data / "videos" / "lost+found" / f"{NOBODY}-1.mp4"
    assert kept.read_bytes() == b"published"


@on_either_database
async def test_an_upload_that_is_over_goes_with_its_bytes(patient: Patient) -> None:
    await patient.change(
        "UPDATE uploads SET expires_at = '2020-01-01 00:00:00.000000' WHERE video_id IS NULL"
    )
    before = patient.files()

    assert await patient.named(repair=True) == ["upload_expired"]
    assert await patient.found() == []
    assert len(before - patient.files()) == 1


@on_either_database
async def test_a_count_that_was_lost_is_raised(patient: Patient, clip: Path) -> None:
    await patient.change("UPDATE users SET weekly_upload_bytes = 1")

    assert await patient.named(repair=True) == ["quota_differs"]
    assert await patient.found() == []
    [admin] = await everyone(patient.container)
    assert admin.weekly_upload_bytes == 2 * clip.stat().st_size


async def test_either_database_is_checked_and_mended(
    empty_database_url: str, tmp_path: Path, clip: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=empty_database_url)
    container = Container(settings=settings)
    async with opened(container):
        await container.make_admin()(
            username="admin", email="admin@localhost", password="correct horse"
        )
        await upload(container, clip)
        completed = await process(container)
        await upload(container, clip)
        claim = await ClaimVideo(
            store=container.store(), media=container.media(), clock=container.clock()
        )()
        assert claim is not None
        lost = attrs.evolve(claim, lease_until=claim.created_at - HOURS_AGO)
        [admin] = await everyone(container)
        async with container.store().write() as uow:
            await uow.videos.save(lost)
            await uow.users.save(attrs.evolve(admin, weekly_upload_bytes=0))
            await uow.commit()
        Path(container.media().locate(str(completed.thumbnail))).unlink()
        check = container.check_platform()

        found = [str(finding.kind) async for finding in check(repair=True)]

        assert sorted(found) == ["quota_differs", "stuck_video", "thumbnail_missing"]
        assert [finding async for finding in check(deep=True)] == []
        assert (await process(container)).id == claim.id


def fsck(data: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = bare_environment() | settings
    return subprocess.run(
        [sys.executable, "-m", "vidcore_app", "fsck", *options],
        env=kept | {"VIDCORE_DATA_DIR": str(data)},
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@on_either_database
async def test_a_repair_makes_the_tables_of_the_queue_where_a_copy_has_none(
    patient: Patient, other_database: str | None
) -> None:
    async with patient.container.store().engines.write.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.text("DROP SCHEMA procrastinate CASCADE"))
    await patient.change(
        "UPDATE videos SET status = 'processing', attempt = 1, tries = 1,"
        " lease_until = '2020-01-01 00:00:00.000000' WHERE id = :id",
        id=patient.waiting.id.hex,
    )
    settings = {} if other_database is None else {"VIDCORE_DATABASE_URL": other_database}

    said = await asyncio.to_thread(fsck, patient.data, "--repair", **settings)

    assert (said.returncode, said.stderr) == (1, "")
    assert (await patient.video(patient.waiting.id)).status is Status.PENDING


def test_the_command_says_what_it_found_and_what_it_did(healthy: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(healthy, data)
    put(data / "uploads" / str(NOBODY))
    [thumbnail] = [path for path in data.rglob("*.jpg") if "storyboard" not in path.name]
    thumbnail.unlink()
    age(data)

    found = fsck(data)
    mended = fsck(data, "--repair", "--deep", "--json")
    clean = fsck(data, "--deep")

    assert (found.returncode, mended.returncode, clean.returncode) == (1, 1, 0)
    assert found.stdout.splitlines()[-1] == "2 found, 0 repaired."
    assert "Its thumbnail is gone, or empty." in found.stdout
    document = json.loads(mended.stdout)
    video = thumbnail.parent.name
    assert document == {
        "clean": False,
        "findings": [
            {
                "kind": "thumbnail_missing",
                "subject": video,
                "detail": "Its thumbnail is gone, or empty.",
                "repaired": "It was made again from the published file.",
            },
            {
                "kind": "orphan_upload",
                "subject": str(NOBODY),
                "detail": "Neither an upload nor a video needs these bytes.",
                "repaired": "They were removed.",
            },
        ],
    }
    assert clean.stdout == "Nothing is wrong.\n"
    assert (found.stderr, mended.stderr, clean.stderr) == ("", "", "")


@pytest.mark.parametrize(
    "spoil",
    [
        shutil.rmtree,
        lambda data: (data / "vidcore.db").unlink(),
        lambda data: shutil.rmtree(data / "videos"),
        lambda data: shutil.rmtree(data / "uploads"),
    ],
    ids=["no data", "no database", "no videos", "no uploads"],
)
def test_what_cannot_be_looked_at_is_no_finding(
    healthy: Path, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(healthy, data)
    spoil(data)
    before = sorted(tmp_path.rglob("*"))

    ended = fsck(data, "--repair", "--json")

    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("vidcore: ")
    assert [path for path in tmp_path.rglob("*") if path not in before] == []


def test_a_wrong_option_is_no_finding(healthy: Path) -> None:
    assert fsck(healthy, "--mend").returncode == 2
