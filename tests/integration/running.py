"""`vidcore serve` as a process of its own, and what a client of it needs."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import attrs

PASSWORD = "a password of the first admin"
# Of a service; benchmarks give one that has what a service needs, and nothing beside.
PYTHON = os.environ.get("VIDCORE_SERVICE_PYTHON", sys.executable)


def bare_environment() -> dict[str, str]:
    """Give the environment of this process without any setting of vidcore."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VIDCORE_")}


class RunningService:
    """One `vidcore serve` on a free port, with everything it keeps in `folder`."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        self._environment = {
            **bare_environment(),
            "PYTHONFAULTHANDLER": "1",
            "VIDCORE_DATABASE_URL": database_url,
            "VIDCORE_PORT": "0",
            "VIDCORE_ADMIN_PASSWORD": PASSWORD,
            **settings,
        }
        self.output = ""
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.stop()

    async def start(self, *arguments: str) -> None:
        """Start, and return when the address is printed."""
        log = (self.folder / "log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            *(PYTHON, "-m", "vidcore_app", "serve", *arguments),
            cwd=self.folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        log.close()
        self.output = ""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            while not (found := re.search(r"listening on (\S+), port (\d+)\)", self.output)):
                line = await self._process.stdout.readline()
                assert line, f"it ended:\n{self.log}"
                self.output += line.decode()
        self.url = f"http://{found[1]}:{found[2]}"

    @asynccontextmanager
    async def beside(self, command: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run another command on the same data and settings, and end it if it still runs."""
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(PYTHON, "-m", "vidcore_app", command),
                cwd=self.folder,
                env=self._environment,
                stderr=log,
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    @property
    def log(self) -> str:
        """What it has written to standard error, over all its starts."""
        return (self.folder / "log").read_text()

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it politely and give its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        try:
            async with asyncio.timeout(60):
                await self._process.communicate()
        except TimeoutError:
            self._process.send_signal(signal.SIGABRT)  # which makes it tell where it is
            await self._process.communicate()
            raise AssertionError(f"it does not end:\n{self.log}") from None
        assert self._process.returncode is not None
        return self._process.returncode


@attrs.frozen
class Answer:
    """An answer that was read whole."""

    status: int
    headers: dict[str, str]
    body: bytes
    json: Any


@attrs.define
class Client:
    """Talks to a service as one person does, by real HTTP."""

    url: str
    token: str = ""

    async def __call__(self, method: str, path: str, **arguments: Any) -> Answer:
        """Send a request and read the answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= arguments.pop("headers", {})
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, headers=headers, **arguments) as response,
        ):
            body = await response.read()
            is_json = response.content_type == "application/json" and body
            return Answer(
                status=response.status,
                headers=dict(response.headers),
                body=body,
                json=await response.json() if is_json else None,
            )

    async def log_in(self, username: str, password: str) -> None:
        """Open a session."""
        credentials = {"username": username, "password": password}
        answer = await self("POST", "/api/auth/login", json=credentials)
        assert answer.status == 200, answer
        self.token = answer.json["access_token"]

    async def upload(self, file: Path, **fields: str) -> Answer:
        """Upload by form."""
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        with file.open("rb") as content:
            form.add_field("file", content, filename=file.name)
            return await self("POST", "/api/videos", data=form)

    async def wait_for(
        self, path: str, holds: Callable[[Any], bool], *, seconds: float = 60
    ) -> Any:
        """Ask until the JSON is as wanted, and give it."""
        deadline = time.monotonic() + seconds
        while not holds(answer := (await self("GET", path)).json):
            assert time.monotonic() < deadline, f"in vain: {answer}"
            await asyncio.sleep(0.1)
        return answer


async def register(admin: Client, username: str) -> Client:
    """Invite somebody, who registers."""
    invitation = await admin("POST", "/api/invitations", json={"email": f"{username}@example.org"})
    assert invitation.status == 201, invitation
    guest = Client(admin.url)
    token = invitation.json["token"]
    assert (await guest("GET", f"/api/invitations/validate/{token}")).json["valid"] is True
    answer = await guest(
        "POST",
        "/api/auth/register",
        json={"token": token, "username": username, "password": "correct horse"},
    )
    assert answer.status == 201, answer
    guest.token = answer.json["access_token"]
    return guest
