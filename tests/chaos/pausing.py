"""A worker falls asleep over a video, and wakes when another has done it."""

import asyncio
import hashlib
import signal
import time
from typing import Final

import attrs

from tests.chaos.books import Books, compare
from tests.chaos.clips import long_clip
from tests.chaos.installation import Installation, until
from tests.chaos.members import Member
from tests.chaos.processes import processes_of

TAKEN_OVER: Final = 90.0  # seconds


@attrs.frozen(kw_only=True)
class Report:
    """How long a worker slept, and after how many seconds another took over."""

    asleep: float
    taken_over: float

    def __str__(self) -> str:
        return (
            f"a worker slept for {self.asleep:.1f} s; another took over after "
            f"{self.taken_over:.1f} s; awake, the first gave up and changed nothing"
        )


async def pause_a_worker(here: Installation, *, seconds: float, clip_seconds: int) -> Report:
    """Pause the worker that encodes, for so long at least, and see who publishes."""
    member, books = Member(here), Books(here.database_url)
    await member.log_in()
    video = await member.send_accepted(
        long_clip(here.folder / "clips", seconds=clip_seconds), "slept over"
    )
    await until(lambda: _encoding_worker(here) is not None, seconds=60, why="nobody encodes")
    name = _encoding_worker(here)
    assert name is not None
    began = time.monotonic()
    await here.tell(name, signal.SIGSTOP)
    try:
        await until(
            lambda: any(event["attempt"] == 2 for event in here.events("processing")),
            seconds=TAKEN_OVER,
            why="nobody takes over",
        )
        taken_over = time.monotonic() - began
        await member.until_status(video, "completed")
        published = _published(here, books)
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        await here.tell(name, signal.SIGCONT)
    asleep = time.monotonic() - began
    await until(lambda: any(here.events("given up")), seconds=60, why="it does not give up")
    await until(lambda: _encoding_worker(here) is None, seconds=10, why="it encodes on")
    assert _published(here, books) == published
    (row,) = books.videos()
    assert (row["attempt"], row["status"]) == (2, "completed")
    assert [event["attempt"] for event in here.events("completed")] == [2]
    assert compare(books, here).faults == ()
    return Report(asleep=asleep, taken_over=taken_over)


def _encoding_worker(here: Installation) -> str | None:
    """Give the name of the worker below which ffmpeg makes a video's file."""
    parents = {
        process.parent
        for process in processes_of(here.folder)
        if process.is_ffmpeg and any(word.endswith(".mp4.part") for word in process.arguments)
    }
    names = [name for name, process in here.running.items() if process.pid in parents]
    return names[0] if names else None


def _published(here: Installation, books: Books) -> tuple[str, int, bytes]:
    (row,) = books.videos()
    file = here.data / row["media"]
    return row["media"], file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).digest()
