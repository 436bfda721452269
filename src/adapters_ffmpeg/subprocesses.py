"""Programs that are run on hostile files: limited, watched, and never left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg import launch
from adapters_ffmpeg.watchdog import Watchdog

NICENESS: Final = 10  # serving goes first
_LAUNCHER: Final = str(Path(launch.__file__).absolute())
_TICK: Final = 0.5  # seconds between two looks at a process; ffmpeg reports each second
_BLOCK: Final = 65_536
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")


def environment() -> dict[str, str]:
    """Give the variables that a program needs: no secrets, and none that changes what ffmpeg prints."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


@attrs.frozen(kw_only=True)
class Limits:
    """What the kernel allows one process: bytes of address space, seconds of CPU, bytes of a file."""

    memory: int
    cpu: int
    file_size: int

    def __str__(self) -> str:
        """Write them as `launch` reads them; core dumps, which would hold the file, are never made."""
        return f"AS={self.memory},CPU={self.cpu},FSIZE={self.file_size},CORE=0"


@attrs.frozen(kw_only=True)
class Finished:
    """How a process ended. `returncode` is -N after signal N; `stderr` is the end of what it wrote.

    `cut` says that the beginning of `stderr` is missing.
    """

    returncode: int
    stderr: bytes
    cut: bool


async def run(
    program: Sequence[str], *, limits: Limits, watchdog: Watchdog, stderr_kept: int = _BLOCK
) -> Finished:
    """Run a program, absolute path first, to its end; its standard output goes to the watchdog.

    Its input is empty and its working directory `/`. However this ends, by cancellation too, the
    program and its children have ended before; they end as well if this process is killed. Raises
    OSError if no process can be made, and what the watchdog raises.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", _LAUNCHER),
        *(str(os.getpid()), str(NICENESS), str(limits), *program),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
        cwd="/",
        start_new_session=True,
    )
    work = asyncio.create_task(_drain(process, watchdog, stderr_kept))
    clock = asyncio.get_running_loop().time
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_TICK)
            watchdog.tell()
            if not work.done():
                watchdog.check(clock())
    finally:
        if not work.done():
            _kill_group(process.pid)
        await _settle(work)
    return work.result()


async def _drain(process: asyncio.subprocess.Process, watchdog: Watchdog, kept: int) -> Finished:
    """Read both pipes at once, so that neither fills up, until the process has ended."""
    (stderr, cut), _ = await asyncio.gather(
        _tail(_pipe(process.stderr), kept), _lines(_pipe(process.stdout), watchdog)
    )
    return Finished(returncode=await process.wait(), stderr=stderr, cut=cut)


def _pipe(reader: asyncio.StreamReader | None) -> asyncio.StreamReader:
    if reader is None:
        raise TypeError("the process was started without a pipe")
    return reader


async def _tail(reader: asyncio.StreamReader, kept: int) -> tuple[bytes, bool]:
    tail, cut = b"", False
    while block := await reader.read(_BLOCK):
        tail += block
        if len(tail) > kept:
            tail, cut = tail[-kept:], True
    return tail, cut


async def _lines(reader: asyncio.StreamReader, watchdog: Watchdog) -> None:
    clock = asyncio.get_running_loop().time
    rest = b""
    while block := await reader.read(_BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        rest = rest[-_BLOCK:]
        for line in lines:
            watchdog.hear(line, clock())


def _kill_group(leader: int) -> None:
    """Kill at once: ffmpeg answers SIGTERM after seconds, and leaves a short file that plays.

    The leader may have ended before: then a child of its group holds the pipes open.
    """
    with suppress(ProcessLookupError):  # all have ended by themselves
        os.killpg(leader, signal.SIGKILL)


async def _settle(work: asyncio.Task[Finished]) -> None:
    """Wait for the end of killed work, however often this is cancelled meanwhile."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
