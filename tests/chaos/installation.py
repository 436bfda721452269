"""The processes of one service: `vidcore serve`, and as many `vidcore worker` as are wanted."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

from tests.chaos.processes import Process, children_of, processes_of
from tests.integration.running import PASSWORD

SERVE: Final = "serve"
TREE: Final = Path(__file__).parents[2]


async def until(holds: Callable[[], bool], *, seconds: float, why: str) -> float:
    """Wait until something is so, and give how many seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {why}"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


class Installation:
    """All that runs on the data in `folder`: `serve` with its arguments, and so many workers.

    `module` is what Python runs in the place of `vidcore_app`.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        serve: Sequence[str] = (),
        workers: int = 0,
        module: str = "vidcore_app",
        **settings: str,
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self.module = module
        self.url = ""
        self.names = (SERVE, *(f"worker {number + 1}" for number in range(workers)))
        self.running: dict[str, asyncio.subprocess.Process] = {}
        self._serve = tuple(serve)
        self.environment = {
            **{name: value for name, value in os.environ.items() if "VIDCORE" not in name},
            "VIDCORE_DATABASE_URL": database_url,
            "VIDCORE_PORT": "0",
            "VIDCORE_ADMIN_PASSWORD": PASSWORD,
            "VIDCORE_LOG_FORMAT": "json",
            "VIDCORE_FFMPEG_PRESET": "veryfast",
            # What is sent without a length holds the largest file's bytes, minutes longer than it lives.
            "VIDCORE_WEEKLY_UPLOAD_LIMIT_BYTES": str(1 << 40),
            "PYTHONPATH": os.pathsep.join((str(TREE), str(TREE / "src"))),
            "TMPDIR": str(folder),
            **settings,
        }

    @property
    def data(self) -> Path:
        """The folder of files."""
        return self.folder / "vidcore-data"

    async def __aenter__(self) -> Self:
        for name in self.names:
            await self.start(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in processes_of(self.folder):
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        await asyncio.gather(*(process.wait() for process in self.running.values()))

    async def start(self, name: str) -> None:
        """Start one of them, and return when it serves, or works."""
        before = self.log_size()
        said = self.folder / f"said by {name}"
        words = (SERVE, *self._serve) if name == SERVE else ("worker",)
        with said.open("wb") as output, (self.folder / "log").open("ab") as log:
            self.running[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self.module, *words),
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=log,
            )
        if name == SERVE:
            await self._until_it_listens(said)
        else:
            await until(lambda: any(self.events("working", since=before)), seconds=60, why="idle")

    async def _until_it_listens(self, said: Path) -> None:
        pattern = re.compile(r"listening on (\S+), port (\d+)\)")

        def listens() -> bool:
            assert self.running[SERVE].returncode is None, f"it ended:\n{self.log[-3000:]}"
            found = pattern.search(said.read_text())
            if found is not None:
                self.url = f"http://{found[1]}:{found[2]}"
            return found is not None

        await until(listens, seconds=60, why="no address")

    async def tell(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one of them, and to no process below it."""
        self.running[name].send_signal(number)

    async def end(self, name: str, number: signal.Signals, *, seconds: float = 60) -> int:
        """Have a signal end one of them, and give its exit code."""
        await self.tell(name, number)
        async with asyncio.timeout(seconds):
            return await self.running[name].wait()

    async def stop(self) -> None:
        """Stop all politely; all have to end well."""
        for name in reversed(self.names):
            code = await self.end(name, signal.SIGTERM)
            assert code == 0, f"{name} ended with {code}"

    async def check(self) -> tuple[int, str]:
        """Have `vidcore fsck` compare database and storage; give its exit code and what it says."""
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vidcore_app", "fsck", "--json"),
                cwd=self.folder,
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode()

    def children(self) -> Sequence[Process]:
        """Give the serving processes below `serve`, if that has any."""
        return children_of(self.folder, self.running[SERVE].pid)

    @property
    def log(self) -> str:
        """What all of them have logged."""
        return (self.folder / "log").read_text(errors="replace")

    def events(self, event: str, *, since: int = 0) -> Iterator[dict[str, Any]]:
        """Give the logged events of a name, from a size of the log on."""
        with (self.folder / "log").open("rb") as log:
            log.seek(since)
            lines = log.read().split(b"\n")[:-1]
        for line in lines:
            # A kill may cut a line, and warnings of the interpreter are no JSON.
            if line.startswith(b"{") and line.endswith(b"}") and f'"{event}"'.encode() in line:
                said = json.loads(line)
                if said["event"] == event:
                    yield said

    async def until_events(self, event: str, count: int, *, seconds: float = 60) -> None:
        """Wait until an event was logged so many times, by whomever."""
        await until(
            lambda: len(list(self.events(event))) >= count, seconds=seconds, why=f"no {event}"
        )

    def log_size(self) -> int:
        """Give the size of the log, in bytes."""
        log = self.folder / "log"
        return log.stat().st_size if log.exists() else 0
