"""`vidcore login` and `vidcore upload`, as people run them, against a service that dies and lines that break."""

import asyncio
import hashlib
import json
import os
import re
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import jwt
import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from tests.integration.behind_a_line import BehindALine, padded_mp4
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.running import PASSWORD, Client, RunningService
from vidcore_app.__main__ import main

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # aiohttp would have a large body read while it is sent; these are bytes in memory, as aiotus has it.
    pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning"),
]

MIB = 1 << 20


@attrs.define(kw_only=True)
class Scene(BehindALine):
    """A service behind a line, and a member's machine with everything it keeps in `home`."""

    home: Path
    admin: Client

    @property
    def folders(self) -> dict[str, str]:
        return {
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_STATE_HOME": str(self.home / "state"),
        }

    @property
    def token_file(self) -> Path:
        return self.home / "config" / "vidcore" / "tokens.json"

    async def wait_for_bytes(self, size: int) -> None:
        async with asyncio.timeout(30):
            while self.arrived < size:
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a command, and end it if it still runs."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vidcore_app", *arguments),
            cwd=self.home,
            env={**os.environ, **self.folders},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def run(self, *arguments: str, typed: str | None = None) -> Result:
        """Run a command in a thread of this process, which is sooner there."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.home)
            return await asyncio.to_thread(
                CliRunner().invoke, main, arguments, input=typed, env=self.folders
            )

    async def log_in(self) -> Result:
        command = ("login", "--server", f"{self.line.url}/", "--username", "admin")
        return await self.run(*command, "--password-stdin", typed=f"{PASSWORD}\n")

    def keep_token(self, token: str) -> None:
        self.token_file.parent.mkdir(parents=True, exist_ok=True)
        self.token_file.write_text(json.dumps({self.line.url: token}))

    async def limit_week(self, size: int) -> int:
        """Set every member's bytes of a week, and give what they were."""
        before = (await self.admin("GET", "/api/admin/config")).json
        limits = {"weekly_upload_limit_bytes": size}
        assert (await self.admin("PATCH", "/api/admin/config", json=limits)).status == 200
        return int(before["weekly_upload_limit_bytes"])

    def rows(self, query: str) -> list[Any]:
        database = sqlite3.connect(self.service.folder / "vidcore.db")
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def assert_only_video(self, file: Path) -> None:
        """Assert that one video was made of it, of exactly its bytes, and nothing is left besides."""
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        query = f"SELECT sha256 FROM videos WHERE original_filename = '{file.name}'"
        assert self.rows(query) == [(digest,)]
        assert self.arrived == 0
        assert list((self.home / "state" / "vidcore" / "uploads").iterdir()) == []


@attrs.frozen(kw_only=True)
class Place:
    """What all tests of the module share, since a service is slow to start."""

    service: RunningService
    line: CuttingProxy
    admin: Client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("service")
    database = f"sqlite:///{folder / 'vidcore.db'}"
    # Its own address is another than that by which it is reached, as behind a proxy.
    async with CuttingProxy() as line, RunningService(folder, database) as service:
        line.upstream = int(service.url.rpartition(":")[2])
        admin = Client(line.url)
        await admin.log_in("admin", PASSWORD)
        yield Place(service=service, line=line, admin=admin)


@pytest.fixture
def scene(place: Place, tmp_path: Path) -> Iterator[Scene]:
    yield Scene(home=tmp_path, service=place.service, line=place.line, admin=place.admin)
    place.line.cut_after = None


async def test_two_files_are_sent_and_followed_until_they_play(scene: Scene) -> None:
    category = await scene.admin("POST", "/api/categories", json={"name": "Home Movies"})
    names = ("a.mp4", "b.mp4")
    for name in names:
        padded_mp4(scene.home / name, MIB)

    logged_in = await scene.log_in()
    result = await scene.run(
        *("upload", *names, str(scene.home / "a.mp4"), "--json"),
        *("--category", "home movies", "--description", "Us."),
    )

    unknown = await scene.run("upload", names[0], "--category", "attic")

    assert logged_in.exit_code == 0, logged_in.output
    assert unknown.exit_code == 2
    assert "There is no category 'attic'; there is Home Movies." in unknown.stderr
    assert stat.S_IMODE(scene.token_file.stat().st_mode) == 0o600
    assert result.exit_code == 0, result.output
    told = list(map(json.loads, result.stdout.splitlines()))
    assert {each["file"] for each in told} == {"b.mp4", str(scene.home / "a.mp4")}
    for each in told:
        assert (each["status"], each["error"], each["sent_bytes"]) == ("completed", None, MIB)
        video = (await scene.admin("GET", each["url"].removeprefix(scene.line.url))).json
        assert video["title"] == Path(each["file"]).stem
        assert (video["description"], video["category_id"]) == ("Us.", category.json["id"])
        stream = each["stream_url"].removeprefix(scene.line.url)
        assert (await Client(scene.line.url)("GET", stream)).status == 200
        assert f"{each['file']}: sending 1.0 MB, 100%" in result.stderr


async def test_a_file_survives_a_line_that_breaks_and_a_service_that_is_killed(
    scene: Scene,
) -> None:
    size = 20 * MIB
    file = padded_mp4(scene.home / "first steps.mp4", size)
    scene.keep_token(scene.admin.token)
    scene.line.cut_after, cuts = 3_000_000, scene.line.cuts

    sending = asyncio.ensure_future(scene.run("upload", file.name))
    await scene.wait_for_bytes(size // 3)
    await scene.service.kill()
    await scene.start()
    result = await sending

    assert result.exit_code == 0, result.output
    assert re.match(r"first steps.mp4: completed, http://[^/\s]+/videos/\S+\n$", result.stdout)
    assert "Trying again in" in result.stderr
    assert scene.line.cuts - cuts >= 6
    scene.assert_only_video(file)


async def test_a_command_that_was_ended_goes_on_where_it_was(scene: Scene) -> None:
    size = 40 * MIB
    file = padded_mp4(scene.home / "long.mp4", size)
    scene.keep_token(scene.admin.token)
    carried = scene.line.carried_up

    scene.line.hold_at = carried + size // 4
    async with scene.running("upload", file.name) as killed:
        await scene.wait_for_bytes(size // 5)
        killed.kill()
        await killed.communicate()
    scene.line.hold_at = scene.line.carried_up + size // 2
    async with scene.running("upload", file.name) as interrupted:
        await scene.wait_for_bytes(size // 2)
        interrupted.send_signal(signal.SIGINT)
        _, errors = await interrupted.communicate()
    scene.line.hold_at = None
    last = await scene.run("upload", file.name, "--json")

    assert interrupted.returncode == 130
    assert errors.decode().splitlines()[-1].endswith("goes on where this one was, within 24 hours.")
    assert last.exit_code == 0
    assert 0 < json.loads(last.stdout)["sent_bytes"] < size // 2
    assert scene.line.carried_up - carried < size + MIB
    scene.assert_only_video(file)


async def test_what_would_be_refused_is_not_sent(scene: Scene) -> None:
    scene.keep_token(scene.admin.token)
    used = (await scene.admin("GET", "/api/auth/me")).json["weekly_upload_bytes"]
    before = await scene.limit_week(used + 5 * MIB)
    for name, size in {"large.mp4": 6 * MIB, "a.mp4": 3 * MIB, "b.mp4": 3 * MIB}.items():
        padded_mp4(scene.home / name, size)
    carried = scene.line.carried_up

    result = await scene.run("upload", "large.mp4", "no.mp4", "--json")
    together = await scene.run("upload", "a.mp4", "b.mp4", "--no-wait")
    await scene.limit_week(before)

    assert result.exit_code == 1
    large, missing = map(json.loads, result.stdout.splitlines())
    assert (large["status"], large["error_code"]) == ("not_sent", "quota_exceeded")
    assert missing["error"].endswith("No such file or directory.")
    assert result.stderr == ""
    assert together.exit_code == 1
    assert together.stdout.startswith("a.mp4: pending, ")
    assert "b.mp4: The file has 3145728 bytes, and the files before it leave 2097152" in (
        together.stderr
    )
    assert scene.line.carried_up - carried < 4 * MIB
    assert scene.rows("SELECT 1 FROM videos WHERE original_filename = 'large.mp4'") == []


async def test_who_is_not_logged_in_any_more_is_told_so(scene: Scene) -> None:
    padded_mp4(scene.home / "a.mp4", MIB)
    secret = (scene.service.folder / "vidcore-data" / "jwt-secret").read_text()
    payload = jwt.decode(scene.admin.token, secret, algorithms=["HS256"])
    expired = {**payload, "exp": payload["iat"] - 1}
    scene.keep_token(jwt.encode(expired, secret, algorithm="HS256"))

    ended = await scene.run("upload", "a.mp4")
    astray = await scene.run("upload", "a.mp4", "--category", "x", "--server", scene.line.url)
    wrong = await scene.run(
        *("login", "--server", scene.line.url, "--username", "admin", "--password-stdin"),
        typed="another password\n",
    )
    forgotten = await scene.run("logout")
    nowhere = await scene.run("upload", "a.mp4")

    assert ended.exit_code == 1
    assert ended.stderr.endswith(f"Do: vidcore login --server {scene.line.url}\n")
    assert (astray.exit_code, astray.stdout) == (1, "")
    assert (wrong.exit_code, wrong.stderr) == (1, "vidcore: The name or the password is wrong.\n")
    assert forgotten.exit_code == 0
    assert json.loads(scene.token_file.read_text()) == {}
    assert nowhere.exit_code == 2
    assert "You are not logged in anywhere." in nowhere.stderr
