"""A hundred short videos for four workers: each is processed once, and nobody waits behind another's."""

import asyncio
import time
from datetime import datetime

import attrs

from tests.chaos.books import Books, compare
from tests.chaos.clips import short_clips
from tests.chaos.installation import Installation
from tests.chaos.members import Member
from tests.integration.running import register

AT_ONCE = 4


@attrs.frozen(kw_only=True)
class Report:
    """How many videos there were, how long they took, and at which place the single one began."""

    videos: int
    seconds: float
    place: int

    def __str__(self) -> str:
        return (
            f"{self.videos} videos, each processed once, in {self.seconds:.0f} s; one that came "
            f"behind 50 of another member was begun as number {self.place}"
        )


async def process_a_crowd(here: Installation, *, first: int, then: int) -> Report:
    """Have `first` videos wait, one of another member's, and `then` more; then let workers come."""
    member, books = Member(here, seconds=0.0), Books(here.database_url)
    serve, *workers = here.names
    await here.start(serve)
    await member.log_in()
    ann = Member(here, seconds=0.0)
    ann.session = await register(member.client, "ann")
    clips = short_clips(here.folder / "clips")
    room = asyncio.Semaphore(AT_ONCE)

    async def send(number: int) -> None:
        async with room:
            await member.send_accepted(clips[number % len(clips)], f"one of many {number}")

    await asyncio.gather(*map(send, range(first)))
    single = await ann.send_accepted(clips[1], "the only one")
    await asyncio.gather(*map(send, range(first, first + then)))
    began = time.monotonic()
    await asyncio.gather(*map(here.start, workers))
    async with asyncio.timeout(1200):
        while any(row["status"] != "completed" for row in books.videos()):
            await asyncio.sleep(0.2)
    seconds = time.monotonic() - began
    rows = books.videos()
    assert {row["attempt"] for row in rows} == {1}
    begun = sorted(
        here.events("processing"), key=lambda event: datetime.fromisoformat(event["timestamp"])
    )
    assert len(begun) == len({event["video"] for event in begun}) == first + then + 1
    place = 1 + [event["video"] for event in begun].index(single)
    assert place < first
    assert compare(books, here).faults == ()
    return Report(videos=len(rows), seconds=seconds, place=place)
