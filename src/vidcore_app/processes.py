"""Several processes that serve one address: started, kept alive, and stopped together.

They share the listening socket of their parent, so no connection is lost with the process that was
about to take it, and a free process takes the next. The parent serves nothing itself.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from adapters_http.process_numbers import forget_process

RESTART_PAUSE: Final = 1.0  # seconds, so that a process that cannot start does not eat the machine
STOP_MAX: Final = 45.0  # seconds; running answers have 30 to end, and files are closed after that

_log = structlog.get_logger("vidcore")


class Processes:
    """`count` processes of the command `serve`, which inherit `listening` and end with this one.

    `arguments` are given to each, before those that say what it inherits.
    """

    def __init__(
        self,
        count: int,
        arguments: Sequence[str],
        listening: socket.socket,
    ) -> None:
        self._count = count
        self._arguments = tuple(arguments)
        self._listening = listening
        self._children: dict[int, asyncio.subprocess.Process] = {}
        self._serving = [asyncio.Event() for _ in range(count)]
        self._stopping = False

    async def run(self, told: asyncio.Event, introduce: Callable[[], None]) -> None:
        """Keep them alive until `told` to stop; call `introduce` once all of them serve."""
        keepers = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
        introducing = asyncio.create_task(self._introduce(introduce))
        try:
            await told.wait()
        finally:
            introducing.cancel()
            self._stopping = True
            self._signal(signal.SIGTERM)
            _, late = await asyncio.wait(keepers, timeout=STOP_MAX)
            if late:
                _log.warning("processes were killed", after_seconds=STOP_MAX)
                self._signal(signal.SIGKILL)
                await asyncio.wait(late)

    async def _introduce(self, introduce: Callable[[], None]) -> None:
        for serving in self._serving:
            await serving.wait()
        introduce()

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children.values():
            if child.returncode is None:
                child.send_signal(number)

    async def _keep(self, number: int) -> None:
        """Run one of them, again and again until all stop."""
        while not self._stopping:
            ended = await self._run_one(number)
            if not self._stopping:
                _log.error("process ended", number=number, code=ended)
                await asyncio.sleep(RESTART_PAUSE)

    async def _run_one(self, number: int) -> int:
        # Nothing is ever written to the first pipe: its other end closes when this process ends.
        reading, writing = os.pipe()
        told, telling = os.pipe()
        self._listen_to(told, number)
        fds = (self._listening.fileno(), reading, telling)
        try:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vidcore_app", "serve", *self._arguments),
                *("--inherit", ",".join(map(str, fds))),
                pass_fds=fds,
            )
        finally:
            os.close(reading)
            os.close(telling)
        self._children[number] = child
        if self._stopping:
            child.terminate()
        try:
            return await child.wait()
        finally:
            os.close(writing)
            forget_process(child.pid)

    def _listen_to(self, told: int, number: int) -> None:
        """Note when a process says that it serves; its end of the pipe closes in any case."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.remove_reader(told)
            if os.read(told, 1):
                self._serving[number].set()
            os.close(told)

        loop.add_reader(told, hear)


def tell_serving(telling: int) -> None:
    """Have the parent know that this process serves."""
    os.write(telling, b"1")
    os.close(telling)
