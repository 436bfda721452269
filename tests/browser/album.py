"""A platform that is lived in, for pictures of it: members, videos of several ages, one that failed."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs

from adapters_db.store import SqlStore
from tests.integration.running import PASSWORD as ADMIN_PASSWORD
from tests.integration.running import Client, RunningService, register
from vidcore.testing.examples import example_invitation

LONG: Final = "A day at the lake"
BROKEN: Final = "Old tape"
WATCHED: Final = "Grandma turns ninety: speeches, cake, and the song of the grandchildren"
PATIENCE: Final = 300.0  # seconds
CATEGORIES: Final = ("Holidays", "Family", "How to")
# Title, of whom, category, how old in hours, views, and what ffmpeg draws.
VIDEOS: Final = (
    ("Ferry to Naxos", "ann", "Holidays", 3, 4, "gradients=s=640x360:c0=0x0b4f6c:c1=0x9bd1e5"),
    ("Sunset over the bay", "ann", "Holidays", 5, 11, "gradients=s=640x360:c0=0xf46036:c1=0x2e294e"),
    ("How to fold a fitted sheet", "mia", "How to", 26, 128, "mandelbrot=s=640x360"),
    ("First steps", "mia", "Family", 29, 37, "gradients=s=360x640:c0=0xf7b2ad:c1=0x6d597a"),
    (WATCHED, "ann", "Family", 75, 52, "gradients=s=640x360:c0=0xffd166:c1=0xef476f"),
    ("Wiring of the garden shed", "theo", "How to", 168, 9, "gradients=s=640x360:type=radial:c0=0x606c38:c1=0xfefae0"),
    (BROKEN, "ann", "Family", 200, 0, "smptehdbars=s=640x360"),
    ("Night train", "theo", "Holidays", 700, 73, "gradients=s=640x360:c0=0x10002b:c1=0x9d4edd"),
    ("Snow in the yard", "mia", "Family", 9000, 240, "gradients=s=640x360:c0=0xdfe7fd:c1=0x8093f1"),
)  # fmt: skip
X264: Final = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")


@attrs.frozen(kw_only=True)
class Album:
    """What is to be shown: addresses by the names of screens, and a file to upload."""

    guest: dict[str, str]
    member: dict[str, str]
    admin: dict[str, str]
    file: Path


async def fill(service: RunningService, database_url: str, ffmpeg: str) -> Album:
    """Fill an empty platform, so that one of its videos is being processed, and one waits."""
    await service.stop()
    await service.start("--no-worker")
    admin = await _signed_in(service.url)
    members = {name: await register(admin, name) for name in ("ann", "mia", "theo")}
    shelves = {}
    for name in CATEGORIES:
        shelves[name] = (await admin("POST", "/api/categories", json={"name": name})).json["id"]
    made = {}
    for number, (title, of, shelf, *_, drawn) in enumerate(VIDEOS):
        clip = service.folder / f"clip-{number}.mp4"
        _make(ffmpeg, clip, drawn, 7 + 9 * number)
        made[title] = await _upload(members[of], clip, title, shelves[shelf])
        if title == BROKEN:
            _break(service)
    await service.stop()
    await service.start()
    await admin.wait_for(
        "/api/admin/stats", lambda stats: stats["processing_queue_length"] == 0, seconds=PATIENCE
    )
    store = SqlStore(database_url)
    await _age(store, made)
    limit = {"weekly_upload_limit_bytes": 1 << 30}
    assert (await admin("PATCH", "/api/admin/config", json=limit)).status == 200
    invited = await admin("POST", "/api/invitations", json={"email": "lena@example.org"})
    long = _make_long(ffmpeg, service.folder)
    shown = await _upload(members["ann"], long, LONG, shelves["Holidays"])
    await _upload(members["mia"], service.folder / "clip-3.mp4", "Second steps", shelves["Family"])
    path = f"/api/videos/{shown}"
    await admin.wait_for(path, lambda v: v["processing_progress"] > 0, seconds=PATIENCE)
    return Album(
        guest={
            "login": "/login",
            "register": f"/register?token={invited.json['token']}",
            "register-expired": "/register?token=token-1",
        },
        member={
            "library": "/",
            "library-empty": "/?q=zeppelin",
            "watch": f"/videos/{made[WATCHED]}",
            "watch-processing": f"/videos/{shown}",
            "upload": "/upload",
            "own": "/me",
            "account": "/account",
        },
        admin={
            "admin": "/admin",
            "admin-queue": "/admin/queue",
            "admin-members": "/admin/members",
            "admin-invitations": "/admin/invitations",
            "admin-categories": "/admin/categories",
        },
        file=_large(service.folder),
    )


async def _signed_in(url: str) -> Client:
    admin = Client(url)
    await admin.log_in("admin", ADMIN_PASSWORD)
    return admin


async def _upload(member: Client, clip: Path, title: str, shelf: str) -> str:
    answer = await member.upload(
        clip, title=title, category_id=shelf, description="Filmed by hand, cut by nobody."
    )
    assert answer.status == 201, answer
    return str(answer.json["id"])


def _break(service: RunningService) -> None:
    """Lose what the newest upload holds, as a dying disk would."""
    sources = (service.folder / "vidcore-data" / "uploads").iterdir()
    newest = max(sources, key=lambda source: source.stat().st_mtime_ns)
    newest.write_bytes(bytes(newest.stat().st_size))


async def _age(store: SqlStore, made: dict[str, str]) -> None:
    """Have the videos come from long ago and been seen often, and an invitation be over."""
    now = datetime.now(UTC)  # noqa: TID251 - the service takes the time of the machine
    async with store.write() as uow:
        for title, *_, hours, views, _drawn in VIDEOS:
            video = await uow.videos.get(UUID(made[title]))
            created = now - timedelta(hours=hours)
            await uow.videos.save(attrs.evolve(video, created_at=created, view_count=views))
        over = {"created_at": now - timedelta(days=9), "expires_at": now - timedelta(days=2)}
        await uow.invitations.add(example_invitation(1, **over))
        await uow.commit()
    await store.close()


def _make(ffmpeg: str, path: Path, drawn: str, seconds: int) -> None:
    """Draw two seconds, and repeat them, which costs nothing."""
    once = path.with_name("once.mp4")
    _run(ffmpeg, "-f", "lavfi", "-i", f"{drawn},trim=duration=2", *X264, str(once))
    _run(ffmpeg, "-stream_loop", f"{seconds // 2}", "-i", str(once), "-c", "copy", str(path))


def _make_long(ffmpeg: str, folder: Path) -> Path:
    """Make ten minutes that have to be encoded: more than all pictures need."""
    once, path = folder / "once.avi", folder / "long.avi"
    _run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=s=1280x720:d=4", "-c:v", "mpeg4", "-q:v", "20", str(once))  # fmt: skip
    _run(ffmpeg, "-stream_loop", "149", "-i", str(once), "-c", "copy", str(path))
    return path


def _large(folder: Path) -> Path:
    """Give a file that takes its time."""
    path = folder / "ferry_to_ios.mp4"
    shutil.copy(folder / "clip-0.mp4", path)
    os.truncate(path, 200_000_000)
    return path


def _run(*command: str) -> None:
    quiet = (command[0], "-nostdin", "-loglevel", "error", "-y", *command[1:])
    subprocess.run(quiet, check=True, timeout=300)
