"""What every processing queue promises."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from vidcore.ports.queue import ProcessingQueue
from vidcore.testing.identity import numbered_id

PATIENCE = 30.0  # seconds after which a queue that should have woken has failed
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=50)


async def _seconds(wait: Awaitable[None]) -> float:
    clock = asyncio.get_running_loop().time
    start = clock()
    await asyncio.wait_for(wait, PATIENCE)
    return clock() - start


class ProcessingQueueContract:
    """Give a fixture `queue`: a ProcessingQueue to which nothing was said."""

    async def test_who_waits_is_woken_by_an_announcement(self, queue: ProcessingQueue) -> None:
        """Long before the time is over."""
        async with asyncio.timeout(PATIENCE):
            waiting = asyncio.create_task(queue.wait(HOUR))
            await asyncio.sleep(0)  # lets the task begin to wait
            await queue.announce(numbered_id(1))
            await waiting

    async def test_an_announcement_before_the_wait_is_not_lost(
        self, queue: ProcessingQueue
    ) -> None:
        """A worker that was busy hears of it when it next waits."""
        await queue.announce(numbered_id(1))

        async with asyncio.timeout(PATIENCE):
            await queue.wait(HOUR)

    async def test_without_an_announcement_the_wait_takes_its_time(
        self, queue: ProcessingQueue
    ) -> None:
        """Then it ends all the same; an announcement counts for one wait."""
        await queue.announce(numbered_id(1))
        await queue.wait(HOUR)

        took = await _seconds(queue.wait(MOMENT))

        assert MOMENT.total_seconds() / 2 <= took < PATIENCE

    async def test_a_wait_that_was_cancelled_leaves_the_next_in_order(
        self, queue: ProcessingQueue
    ) -> None:
        """As when a worker stops and another begins."""
        waiting = asyncio.create_task(queue.wait(HOUR))
        await asyncio.sleep(0)  # lets the task begin to wait
        waiting.cancel()
        await asyncio.wait([waiting])

        assert waiting.cancelled()
        await queue.announce(numbered_id(1))
        async with asyncio.timeout(PATIENCE):
            await queue.wait(HOUR)

    async def test_a_video_that_nobody_works_on_can_be_cancelled(
        self, queue: ProcessingQueue
    ) -> None:
        """Once or twice, announced or not."""
        await queue.announce(numbered_id(1))
        for number in (1, 1, 2):
            await queue.cancel(numbered_id(number))
