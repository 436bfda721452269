"""How fast a video is sent, whole and in small ranges, beside nginx and the seed's stack.

    python -m benchmarks.streaming [--size MIB] [--rounds N] [--seconds S] [--peer-python PYTHON] [--json FILE]

One file of 1 GiB, which is in memory all the time. 1, 10 and 50 readers take it from its beginning, as
fast as it comes; then 10 readers take 64 KiB from places all over it. Each service has one process that
serves: nginx alone (sendfile), nginx before vidcore, which names the file to it (X-Accel-Redirect), vidcore
alone, and FileResponse in the seed's stack. nginx alone checks nobody's rights, and logs nothing. Beside the
ranges stands a handler of aiohttp that is empty: no answer of this library can cost less.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import attrs

from benchmarks.contenders import SEED, Contender, seed_plan, vidcore
from benchmarks.load import Outcome, Work, load
from benchmarks.report import Report, parser, peer_python
from benchmarks.rounds import in_turn
from benchmarks.servers import find_nginx, free_port, running, running_nginx

MIB: Final = 1 << 20
RANGE: Final = 64 << 10
READERS: Final = (1, 10, 50)
RANGE_READERS: Final = 10
NGINX: Final = "nginx, sendfile"
OWN: Final = "vidcore"
ACCEL: Final = "vidcore, x-accel"
EMPTY: Final = "aiohttp, empty handler"
EMPTY_HANDLER: Final = Path(__file__).with_name("peers") / "empty_handler.py"
RANGES: Final = "64 KiB at random places"
WHOLE_WANTED: Final = 0.95  # times nginx's bytes a second
RANGES_WANTED: Final = {  # times the other's answers for each processor second
    (OWN, NGINX): 0.4,
    (OWN, SEED): 5.0,
    (ACCEL, NGINX): 0.6,
}
PROXY: Final = """
location / {{ proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
location /_vidcore/ {{ internal; alias /; sendfile on; }}
"""


@attrs.frozen
class Sender:
    """Who sends the file: the request for it on the wire, and where."""

    name: str
    port: int
    pids: list[int]
    request: str


def make_file(path: Path, size: int) -> None:
    """Write a file of that many bytes, which are no zeros, and so are really there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(block)


def sender(contender: Contender, name: str) -> Sender:
    """Give a service's own way of sending."""
    request = contender.get(f"/api/videos/{contender.video}/stream")
    return Sender(name, contender.port, contender.pids, request)


@asynccontextmanager
async def nginx_alone(program: str, folder: Path, file: Path) -> AsyncIterator[Sender]:
    """Have nginx send the file from its folder."""
    server = f"root {file.parent}; sendfile on;"
    with running_nginx(program, folder, server=server) as (pid, port):
        request = f"GET /{file.name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        yield Sender(NGINX, port, [pid], request)


@asynccontextmanager
async def nginx_before(program: str, folder: Path, contender: Contender) -> AsyncIterator[Sender]:
    """Have nginx send what vidcore names."""
    http = f"upstream app {{ server 127.0.0.1:{contender.port}; keepalive 32; keepalive_requests 100000000; }}"
    server = PROXY.format(port=contender.port).replace(f"127.0.0.1:{contender.port}", "app")
    with running_nginx(program, folder, server=server, http=http) as (pid, port):
        own = sender(contender, ACCEL)
        yield attrs.evolve(own, port=port, pids=[pid, *own.pids])


@asynccontextmanager
async def senders(
    options: argparse.Namespace, folder: Path, report: Report
) -> AsyncIterator[list[Sender]]:
    """Start all who can take part."""
    file = folder / "media" / "clip.mp4"
    make_file(file, options.size * MIB)
    async with AsyncExitStack() as stack:
        found = []
        program = find_nginx()
        if program is None:
            report.leave_out("nginx")
        else:
            found.append(
                await stack.enter_async_context(nginx_alone(program, folder / "nginx", file))
            )
            behind = await stack.enter_async_context(
                vidcore(
                    folder / "behind",
                    videos=1,
                    media=str(file),
                    VIDCORE_SENDFILE="x-accel-redirect",
                )
            )
            found.append(
                await stack.enter_async_context(nginx_before(program, folder / "proxy", behind))
            )
        own = await stack.enter_async_context(
            vidcore(folder / "vidcore", videos=1, media=str(file))
        )
        found.append(sender(own, OWN))
        peer = await stack.enter_async_context(
            seed_plan(folder, options.peer_python, report, videos=1, media=str(file))
        )
        if peer is not None:
            found.append(sender(peer, SEED))
        yield found


@contextmanager
def empty_handler(folder: Path) -> Iterator[Sender]:
    """Have aiohttp answer from memory."""
    port = free_port()
    with running([sys.executable, str(EMPTY_HANDLER), str(port)], port, folder) as pid:
        yield Sender(EMPTY, port, [pid], "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def _work(who: Sender, readers: int, seconds: float, *, size: int = 0) -> Work:
    """Give what readers ask for: the whole file, or ranges in a file of `size` bytes."""
    if not size:
        return Work(port=who.port, request=who.request, readers=readers, seconds=seconds)
    return Work(
        port=who.port,
        request=who.request.removesuffix("\r\n") + "Range: bytes={range}\r\n\r\n",
        readers=readers,
        seconds=seconds,
        range_bytes=RANGE,
        file_bytes=size,
    )


async def measure(options: argparse.Namespace, folder: Path) -> Report:
    """Measure all in turn."""
    report = Report("streaming")
    async with senders(options, folder, report) as found:
        for readers in () if options.ranges_only else READERS:

            async def read(who: Sender, readers: int = readers) -> Outcome:
                return await load(_work(who, readers, options.seconds), who.pids)

            name = f"whole file, {readers} reader{'s'[: readers - 1]}"
            came = await in_turn(found, read, rounds=options.rounds)
            speeds = {who: [each.speed for each in of] for who, of in came.items()}
            costs = {
                who: [each.cost * 1024 * MIB / each.body_bytes for each in of]
                for who, of in came.items()
            }
            report.add(name, "MiB per second", speeds)
            report.add(f"{name}, cost", "processor seconds per GiB", costs)
            for who in (OWN, ACCEL):
                report.want_ratio(name, who, NGINX, least=WHOLE_WANTED)

        async def pick(who: Sender) -> Outcome:
            size = options.size * MIB
            return await load(_work(who, RANGE_READERS, options.seconds, size=size), who.pids)

        with empty_handler(folder) as empty:
            came = await in_turn([*found, empty], pick, rounds=options.rounds)
        report.add(
            RANGES,
            "answers per processor second",
            {who: [each.per_core for each in of] for who, of in came.items()},
        )
        walls = {who: [each.answers / each.seconds for each in of] for who, of in came.items()}
        report.add(f"{RANGES}, as it comes", "answers per second", walls)
        for (who, other), least in RANGES_WANTED.items():
            report.want_ratio(RANGES, who, other, least=least)
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    made = parser(__doc__)
    peer_python(made)
    made.add_argument("--size", type=int, default=1024, help="MiB of the file (1024)")
    made.add_argument("--seconds", type=float, default=3.0, help="of a round (3)")
    made.add_argument("--ranges-only", action="store_true", help="leave out whole files")
    options = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-streaming-", dir=options.folder) as name:
        Path(name).chmod(0o755)  # nginx's worker is another user where it was not started by root
        report = asyncio.run(measure(options, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
