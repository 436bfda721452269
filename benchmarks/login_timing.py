"""Whether the time of a refused log-in tells who has an account, and whether log-ins hold up the rest.

    python -m benchmarks.login_timing

Starts `vidcore serve` on SQLite in a folder of its own, with 40 members. Then, one after the other and
mixed, log-ins with a wrong password and with a name that nobody has; nine of each name and 40 of each
address at the most, so that no throttle is in the way: it stands in for the proxy that
VIDCORE_TRUSTED_PROXIES names. Last, /healthz is asked while 20 log-ins are under way at once.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import aiohttp
from tests.integration.running import PASSWORD, Client, RunningService, register

MEMBERS = 40
ROUNDS = 240  # log-ins of each kind; each member's name is tried six times
PER_ADDRESS = 40  # failures; the throttle begins at 50
AT_ONCE = 20
WAVES = 5


class Guest:
    """Logs in over one connection, from ever new addresses behind a proxy."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._numbers = count()

    async def refused(self, username: str) -> float:
        """Fail to log in, and give the seconds that it took."""
        network = next(self._numbers) // PER_ADDRESS
        started = time.perf_counter()
        async with self._session.post(
            "/api/auth/login",
            json={"username": username, "password": "not the password"},
            headers={"X-Forwarded-For": f"198.51.100.{network}"},
        ) as response:
            body = await response.json()
        seconds = time.perf_counter() - started
        if (response.status, body["error_code"]) != (401, "invalid_credentials"):
            raise RuntimeError(f"{username} was answered {response.status}: {body}")
        return seconds


async def compare(guest: Guest) -> None:
    """Print the medians of both kinds, and their ratio."""
    known = [f"member-{number % MEMBERS}" for number in range(ROUNDS)]
    unknown = [f"nobody-{number % MEMBERS}" for number in range(ROUNDS)]
    attempts = [*known, *unknown]
    # In a mixed order, so that a drift of the machine meets both kinds alike.
    random.Random(1).shuffle(attempts)  # noqa: S311 - an order, no secret
    taken: dict[str, list[float]] = {"member": [], "nobody": []}
    for name in attempts:
        taken[name.partition("-")[0]].append(await guest.refused(name))
    medians = {kind: statistics.median(times) for kind, times in taken.items()}
    for kind, times in taken.items():
        spread = statistics.quantiles(times, n=20)
        _say(kind, len(times), medians[kind], spread[0], spread[-1])
    sys.stdout.write(
        f"ratio of medians, nobody / member: {medians['nobody'] / medians['member']:.4f}\n"
    )


async def busy(guest: Guest, session: aiohttp.ClientSession) -> None:
    """Print how long /healthz takes: with nothing else to do, and while many log in."""
    idle = [await _healthz(session) for _ in range(200)]
    _report("healthz, idle", idle)
    during: list[float] = []
    waves: list[float] = []
    for wave in range(WAVES):
        started = time.perf_counter()
        logins = [
            asyncio.create_task(guest.refused(f"crowd-{wave}-{number}"))
            for number in range(AT_ONCE)
        ]
        while not all(login.done() for login in logins):
            during.append(await _healthz(session))
        await asyncio.gather(*logins)
        waves.append(time.perf_counter() - started)
    _report(f"healthz, {AT_ONCE} log-ins at once", during)
    sys.stdout.write(f"{AT_ONCE} log-ins at once took {statistics.median(waves):.2f} s (median)\n")


async def _healthz(session: aiohttp.ClientSession) -> float:
    started = time.perf_counter()
    async with session.get("/healthz") as response:
        await response.read()
    response.raise_for_status()
    return time.perf_counter() - started


def _report(what: str, times: list[float]) -> None:
    hundredths = statistics.quantiles(times, n=100)
    sys.stdout.write(
        f"{what:32} n={len(times):5}  median {statistics.median(times) * 1e3:7.2f} ms  "
        f"p99 {hundredths[98] * 1e3:7.2f} ms  most {max(times) * 1e3:7.2f} ms\n"
    )


def _say(kind: str, number: int, median: float, low: float, high: float) -> None:
    sys.stdout.write(
        f"{kind:10} n={number:5}  median {median * 1e3:7.2f} ms  "
        f"5 %-95 % {low * 1e3:7.2f}-{high * 1e3:7.2f} ms\n"
    )


async def main() -> None:
    """Start a service, fill it, and measure."""
    with tempfile.TemporaryDirectory(prefix="vidcore-timing-") as name:
        folder = Path(name)
        database_url = f"sqlite:///{folder / 'timing.db'}"
        async with RunningService(
            folder, database_url, VIDCORE_TRUSTED_PROXIES="127.0.0.1"
        ) as service:
            admin = Client(service.url)
            await admin.log_in("admin", PASSWORD)
            for number in range(MEMBERS):
                await register(admin, f"member-{number}")
            connector = aiohttp.TCPConnector(limit=AT_ONCE + 1)
            async with aiohttp.ClientSession(service.url, connector=connector) as session:
                guest = Guest(session)
                await compare(guest)
                await busy(guest, session)


if __name__ == "__main__":
    asyncio.run(main())
