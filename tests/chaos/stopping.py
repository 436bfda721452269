"""How processes end: told once, told twice, killed, and left without a parent."""

import asyncio
import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import attrs

from tests.chaos.books import Books, compare
from tests.chaos.clips import long_clip, short_clips
from tests.chaos.installation import SERVE, Installation, until
from tests.chaos.members import Member
from tests.chaos.processes import Process, processes_of, strays

AT_ONCE: Final = 8.0  # seconds; a second where nothing else runs, and far less than SENDING
LEAD_MAX: Final = 8.0  # seconds; half of one where nothing else runs
BETWEEN: Final = 0.3  # seconds, much more than a signal takes
SENDING: Final = 20.0  # seconds
SENDING_SOON: Final = 3.0
ENCODING: Final = 15  # seconds of video
SLOWLY: Final = "slow"  # so that it takes much longer than that


def installation(folder: Path, *serve: str) -> Installation:
    """Give one on SQLite that encodes slowly, in a process group of its own."""
    url = f"sqlite:///{folder / 'stopping.db'}"
    return Installation(
        folder, url, serve=serve, module="tests.chaos.grouped", VIDCORE_FFMPEG_PRESET=SLOWLY
    )


Telling = Callable[[Installation], None]


def by_kill(here: Installation) -> None:
    """Tell `serve` alone, as somebody does, or systemd with KillMode=mixed."""
    here.running[SERVE].send_signal(signal.SIGTERM)


def by_ctrl_c(here: Installation) -> None:
    """Tell the process group, as a terminal does; supervisord does with stopasgroup."""
    os.killpg(here.running[SERVE].pid, signal.SIGINT)


def by_control_group(here: Installation) -> None:
    """Tell each process, ffmpeg too, as systemd does with KillMode=control-group.

    The first of them is the last to know, so what it says comes after the others have heard it.
    """
    first = here.running[SERVE].pid
    pids = [process.pid for process in processes_of(here.folder) if process.pid != first]
    for pid in sorted(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    time.sleep(BETWEEN)
    os.kill(first, signal.SIGTERM)


@attrs.define
class Busy:
    """An installation that encodes one video while another is being sent."""

    here: Installation
    member: Member
    books: Books
    encoded: str
    sending: "asyncio.Task[str]"

    @classmethod
    async def make(cls, here: Installation, *, sending: float = SENDING) -> "Busy":
        """Begin both; the one that is sent takes `sending` seconds."""
        folder = here.folder / "clips"
        member = Member(here, seconds=0.0)
        await member.log_in()
        encoded = await member.send_accepted(long_clip(folder, seconds=ENCODING), "encoded")
        await until(lambda: ffmpegs(here) != [], seconds=30, why="nothing is encoded")
        before = len(list((here.data / "uploads").iterdir()))
        short = short_clips(folder)[0]
        member.seconds = sending
        sent = asyncio.create_task(member.send_accepted(short, "sent meanwhile"))
        await until(
            lambda: len(list((here.data / "uploads").iterdir())) > before,
            seconds=30,
            why="nothing is sent",
        )
        return cls(here, member, Books(here.database_url), encoded, sent)


def ffmpegs(here: Installation) -> Sequence[Process]:
    """Give the processes that make a video's file."""
    return [
        process
        for process in processes_of(here.folder)
        if process.is_ffmpeg and any(word.endswith(".mp4.part") for word in process.arguments)
    ]


def leader_of(here: Installation) -> int:
    """Give the process that holds the lock of who leads, or 0: man 5 proc_locks."""
    path = here.data / "leader.lock"
    inode = path.stat().st_ino if path.exists() else None
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if "FLOCK" in fields and fields[-3].endswith(f":{inode}") and "->" not in fields:
            return int(fields[-4])
    return 0


async def stop_politely(busy: Busy, tell: Telling = by_kill) -> float:
    """Say it once: what runs ends well, what is new is refused, what is encoded is handed back."""
    here = busy.here
    began = time.monotonic()
    await _tell_first(here, tell)
    await until(lambda: _refuses(here.url), seconds=AT_ONCE, why="it still listens")
    assert not busy.sending.done(), "it was sent before the stop"
    await busy.sending
    async with asyncio.timeout(35):
        assert await here.running[SERVE].wait() == 0
    seconds = time.monotonic() - began
    assert processes_of(here.folder) == []
    states = {row["title"]: (row["status"], row["tries"]) for row in busy.books.videos()}
    assert states == {"encoded": ("pending", 0), "sent meanwhile": ("pending", 0)}
    return seconds


async def stop_impatiently(busy: Busy, tell: Telling = by_kill) -> float:
    """Say it twice: all ends at once."""
    here = busy.here
    await _tell_first(here, tell)
    began = time.monotonic()
    tell(here)
    async with asyncio.timeout(AT_ONCE):
        await here.running[SERVE].wait()
    await _until_none_lives(here, seconds=AT_ONCE)
    seconds = time.monotonic() - began
    await asyncio.wait({busy.sending})
    assert busy.sending.exception() is not None, "it was sent before the stop"
    return seconds


async def _tell_first(here: Installation, tell: Telling) -> None:
    """Say it, and wait until all that serve have heard it."""
    count = max(1, len(here.children()))
    tell(here)
    await until(
        lambda: len(list(here.events("stopping"))) == count, seconds=AT_ONCE, why="nothing stops"
    )


def _refuses(url: str) -> bool:
    """Say whether nobody listens there any more."""
    address = urlsplit(url)
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((address.hostname, address.port)) == errno.ECONNREFUSED


async def kill_over_ffmpeg(busy: Busy, name: str) -> float:
    """Kill the process that encodes: its ffmpeg goes with it."""
    here = busy.here
    assert len(ffmpegs(here)) == 1
    began = time.monotonic()
    await here.end(name, signal.SIGKILL)
    await until(lambda: not ffmpegs(here), seconds=AT_ONCE, why="ffmpeg outlives its worker")
    assert strays(here.folder) == []
    await asyncio.wait({busy.sending})
    assert busy.sending.exception() is not None, "it was sent before the kill"
    return time.monotonic() - began


async def recover(busy: Busy) -> None:
    """Start again: all that was accepted is completed."""
    here = busy.here
    await here.start(SERVE)
    titles = {row["title"]: str(row["id"]) for row in busy.books.videos()}
    assert titles["encoded"] == busy.encoded
    for video in titles.values():
        await busy.member.until_status(video, "completed")
    assert compare(busy.books, here).faults == ()


@attrs.frozen(kw_only=True)
class Succession:
    """Seconds from a leader's death to the next one's, and until there were as many as before."""

    leads: float
    complete: float


async def kill_the_leader(here: Installation) -> Succession:
    """Kill the one of several processes that leads: another follows, and a new one comes."""
    await until(lambda: len(list(here.events("serving"))) == 2, seconds=30, why="not two serve")
    await until(lambda: leader_of(here) != 0, seconds=10, why="nobody leads")
    before, leader = {child.pid for child in here.children()}, leader_of(here)
    assert leader in before
    began = time.monotonic()
    os.kill(leader, signal.SIGKILL)
    leads = await until(
        lambda: leader_of(here) not in {0, leader}, seconds=LEAD_MAX, why="nobody follows"
    )
    await until(
        lambda: len(list(here.events("serving"))) == 3, seconds=30, why="it is not restarted"
    )
    return Succession(leads=leads, complete=time.monotonic() - began)


async def orphan_the_children(here: Installation) -> float:
    """Kill the parent: its children stop by themselves, politely."""
    await until(lambda: len(list(here.events("serving"))) == 2, seconds=30, why="not two serve")
    began = time.monotonic()
    await here.end(SERVE, signal.SIGKILL)
    await _until_none_lives(here, seconds=10)
    return time.monotonic() - began


async def _until_none_lives(here: Installation, *, seconds: float) -> None:
    """Wait for the end of all, and say who is left if it does not come."""
    began = time.monotonic()
    while left := processes_of(here.folder):
        assert time.monotonic() - began < seconds, f"after {seconds} s: {left}\n{here.log[-2000:]}"
        await asyncio.sleep(0.01)
