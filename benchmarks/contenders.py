"""vidcore and the seed's stack, each serving the same videos from one process."""

import json
import subprocess
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

import attrs
from tests.integration.running import PASSWORD, Client, RunningService, register

from benchmarks.filled import FIRST, fill
from benchmarks.report import Report
from benchmarks.servers import free_port, running
from vidcore.testing.identity import numbered_id

SEED_PLAN: Final = Path(__file__).with_name("peers") / "seed_plan.py"
MEMBER: Final = "reader"
MEMBER_PASSWORD: Final = "correct horse"  # noqa: S105 - of a service that is gone in a minute
SEED: Final = "the seed's stack"
SEED_MEMBER: Final = "member-1"


@attrs.frozen(kw_only=True)
class Contender:
    """A service that runs: where, in which processes, for whom, and which video it shows."""

    name: str
    port: int
    pids: list[int]
    token: str
    login: dict[str, str]
    video: str

    def get(self, path: str, *lines: str) -> str:
        """Give the request for a path, with the token."""
        bearer = f"Authorization: Bearer {self.token}"
        return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", bearer, *lines, "", ""])

    def log_in(self) -> str:
        """Give the request of somebody who logs in."""
        body = json.dumps(self.login)
        lines = (
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join(["POST /api/auth/login HTTP/1.1", *lines, "", body])


@asynccontextmanager
async def vidcore(
    folder: Path,
    *,
    videos: int,
    media: str = "videos/none.mp4",
    name: str = "vidcore",
    database_url: str | None = None,
    **settings: str,
) -> AsyncIterator[Contender]:
    """Serve from one process, without processing."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - nothing is measured yet
    url = database_url or f"sqlite:///{folder / 'vidcore.db'}"
    service = RunningService(folder, url, **settings)
    await service.start("--no-worker")
    try:
        await fill(url, videos, media=media)
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        member = await register(admin, MEMBER)
        yield Contender(
            name=name,
            port=int(service.url.rpartition(":")[2]),
            pids=[service.pid],
            token=member.token,
            login={"username": MEMBER, "password": MEMBER_PASSWORD},
            video=str(numbered_id(FIRST)),
        )
    finally:
        await service.stop()


@asynccontextmanager
async def seed_plan(
    folder: Path, python: str, report: Report, *, videos: int, media: str = "none.mp4"
) -> AsyncIterator[Contender | None]:
    """Serve as the seed's plan says, if the interpreter `python` has its packages."""
    needs = [
        python,
        "-c",
        "import aiosqlite, fastapi, greenlet, jose, passlib, sqlalchemy, uvicorn",
    ]
    if subprocess.run(needs, capture_output=True, check=False).returncode:  # noqa: ASYNC221, S603 - before anything runs
        report.leave_out(SEED)
        yield None
        return
    port, database = free_port(), str(folder / "seed.db")
    program = [python, str(SEED_PLAN)]
    subprocess.run([*program, "fill", database, media, str(videos)], check=True)  # noqa: ASYNC221, S603 - before anything is measured
    with running([*program, "serve", database, str(port)], port, folder) as pid:
        login = {"username": SEED_MEMBER, "password": PASSWORD}
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/auth/login",
            json.dumps(login).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: ASYNC210, S310 - of this machine, before anything is measured
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"nobody can log in: {answer.status}")
            token = json.load(answer)["access_token"]
        yield Contender(name=SEED, port=port, pids=[pid], token=token, login=login, video="1")
