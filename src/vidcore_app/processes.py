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
from contextlib import ExitStack, suppress
from io import FileIO
from typing import Final

import structlog

from adapters_http.process_numbers import forget_process

RESTART_PAUSE: Final = 1.0  # seconds, so that a process that cannot start does not eat the machine
STEADY: Final = 10.0  # seconds of serving, after which an end is no fault of the start
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
        self._serving_since: dict[int, float] = {}
        self._stopping = asyncio.Event()

    async def run(self, told: asyncio.Event, introduce: Callable[[], None]) -> None:
        """Keep them alive until `told` to stop; call `introduce` once all of them serve.

        Then `listening` is closed: what they do not take is refused.
        """
        with ExitStack() as files:
            bell = _pipe(files)
            await self._run(told, introduce, [end.fileno() for end in bell])

    async def _run(
        self, told: asyncio.Event, introduce: Callable[[], None], bell: Sequence[int]
    ) -> None:
        keepers = [asyncio.create_task(self._keep(number, bell)) for number in range(self._count)]
        introducing = asyncio.create_task(self._introduce(introduce))
        try:
            await told.wait()
        finally:
            introducing.cancel()
            self._stopping.set()
            self._listening.close()
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

    async def _keep(self, number: int, bell: Sequence[int]) -> None:
        """Run one of them, again and again until all stop."""
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            since = None
            try:
                ended = await self._run_one(number, bell)
            except OSError as error:
                _log.error("no process", number=number, reason=str(error))
            else:
                since = self._serving_since.pop(number, None)
                if not self._stopping.is_set():
                    _log.error("process ended", number=number, code=ended)
            if since is None or clock() - since < STEADY:
                await self._pause()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(RESTART_PAUSE):
                await self._stopping.wait()

    async def _run_one(self, number: int, bell: Sequence[int]) -> int:
        """Run one of them to its end, and give its exit code. Raises OSError if it cannot start."""
        with ExitStack() as files:
            # Nothing is ever written to the first pipe: its other end closes when this process ends.
            reading, _ = _pipe(files)
            told, telling = _pipe(files)
            fds = (self._listening.fileno(), reading.fileno(), telling.fileno(), *bell)
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vidcore_app", "serve", *self._arguments),
                *("--inherit", ",".join(map(str, fds))),
                pass_fds=fds,
            )
            reading.close()
            telling.close()
            self._children[number] = child
            if self._stopping.is_set():
                child.terminate()
            files.callback(forget_process, child.pid)
            self._listen_to(told, number, files)
            return await child.wait()

    def _listen_to(self, told: FileIO, number: int, files: ExitStack) -> None:
        """Note when a process says that it serves; its end of the pipe closes in any case."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.remove_reader(told)
            if told.read(1):
                self._serving[number].set()
                self._serving_since[number] = loop.time()

        loop.add_reader(told, hear)
        files.callback(loop.remove_reader, told)


def _pipe(files: ExitStack) -> tuple[FileIO, FileIO]:
    """Open a pipe, both of whose ends are closed with `files`. Raises OSError."""
    reading, writing = os.pipe()
    return files.enter_context(FileIO(reading)), files.enter_context(FileIO(writing, "w"))


def tell_serving(telling: int) -> None:
    """Have the parent know that this process serves."""
    os.write(telling, b"1")
    os.close(telling)
