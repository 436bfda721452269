"""Readers in a process of their own, on plain sockets: they cost little beside what they load.

    python -m benchmarks.load < WORK        prints what came of it

Each reader has a connection, sends its next request when the last is answered, and lets the kernel drop
the bytes of the body (MSG_TRUNC), so that no byte is copied to a reader.
"""

import asyncio
import random
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from typing import Final

import attrs
import orjson

from benchmarks.processes import processor_seconds

HEAD_END: Final = b"\r\n\r\n"
HEAD_MAX: Final = 16 << 10
BLOCK: Final = 1 << 20


@attrs.frozen(kw_only=True)
class Work:
    """What to ask for: `request` is the head and body on the wire, and answered with 200 or 206.

    With `range_bytes`, `{range}` in it is put to a range of so many bytes, somewhere in `file_bytes`.
    """

    port: int
    request: str
    readers: int
    seconds: float
    range_bytes: int = 0
    file_bytes: int = 0


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of it; `cost` is the processor seconds of those who answered."""

    answers: int
    body_bytes: int
    seconds: float
    cost: float

    @property
    def per_core(self) -> float:
        """Give the answers for each processor second."""
        return self.answers / self.cost

    @property
    def speed(self) -> float:
        """Give the MiB of bodies per second."""
        return self.body_bytes / self.seconds / (1 << 20)


async def load(work: Work, pids: list[int]) -> Outcome:
    """Have it done, and give what came of it and what it cost the processes."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("it has no pipes")
    await process.stdout.readline()  # it is there, and its start disturbs nobody any more
    before = sum(map(processor_seconds, pids))
    output, _ = await process.communicate(orjson.dumps(attrs.asdict(work)))
    cost = sum(map(processor_seconds, pids)) - before
    if process.returncode:
        raise RuntimeError("the readers failed")
    return Outcome(**orjson.loads(output), cost=cost)


class _Reader:
    """One connection, and how much of the answer it still has to get."""

    def __init__(self, work: Work, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", work.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._head = b""
        self._left = -1  # bytes of a body; -1: its head is awaited
        self.answers = self.body_bytes = 0

    def ask(self) -> None:
        self._head, self._left = b"", -1
        self.socket.sendall(next(self._requests))

    def take(self, scratch: bytearray) -> None:
        """Take what is there, and ask again when the answer is whole."""
        if self._left < 0:
            self._take_head()
        else:
            taken = self.socket.recv_into(scratch, min(BLOCK, self._left), socket.MSG_TRUNC)
            if not taken:
                raise ConnectionResetError("an answer broke off")
            self._left -= taken
            self.body_bytes += taken
        if self._left == 0:
            self.answers += 1
            self.ask()

    def _take_head(self) -> None:
        # Peeked at first, so that no byte of a large body is ever copied.
        seen = self.socket.recv(HEAD_MAX, socket.MSG_PEEK)
        if not seen:
            raise ConnectionResetError("the connection was closed")
        head, found, _ = seen.partition(HEAD_END)
        if not found:
            return
        self.socket.recv(len(head) + len(HEAD_END))
        first, *lines = head.decode("latin-1").split("\r\n")
        if first.split()[1] not in {"200", "206"}:
            raise RuntimeError(f"it was refused: {head!r}")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        self._left = int(headers["content-length"])


def _requests(work: Work) -> Iterator[bytes]:
    chance = random.Random(1)  # noqa: S311 - the same places for everybody
    while True:
        if not work.range_bytes:
            yield work.request.encode()
            continue
        start = chance.randrange(work.file_bytes - work.range_bytes)
        yield work.request.replace("{range}", f"{start}-{start + work.range_bytes - 1}").encode()


def _do(work: Work) -> dict[str, float]:
    requests, scratch = _requests(work), bytearray(BLOCK)
    readers = [_Reader(work, requests) for _ in range(work.readers)]
    with selectors.DefaultSelector() as selector:
        for each in readers:
            selector.register(each.socket, selectors.EVENT_READ, each)
        started = time.perf_counter()
        for each in readers:
            each.ask()
        while time.perf_counter() - started < work.seconds:
            for key, _ in selector.select(timeout=1):
                key.data.take(scratch)
        seconds = time.perf_counter() - started
    for each in readers:
        each.socket.close()
    return {
        "answers": sum(each.answers for each in readers),
        "body_bytes": sum(each.body_bytes for each in readers),
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(_do(Work(**orjson.loads(sys.stdin.buffer.read())))))
