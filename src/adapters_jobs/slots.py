"""Room for so many attempts at once, each of which outlives whoever asked for it."""

import asyncio

from vidcore.ports.queue import Attempt


class Slots:
    """Makes at most `count` attempts at once. All calls come from one event loop.

    An attempt goes on when the task that asked for it is cancelled: only `close` breaks it off.
    """

    def __init__(self, attempt: Attempt, count: int) -> None:
        self.count = count
        self.closed = False
        self._attempt = attempt
        self._free = asyncio.Semaphore(count)
        self._going_on: set[asyncio.Task[bool]] = set()

    @property
    def free(self) -> bool:
        """Say whether an attempt would begin at once."""
        return not self._free.locked()

    async def attempt(self) -> bool:
        """Make one attempt as soon as there is room, and give what it says; closed, give False."""
        await self._free.acquire()
        if self.closed:
            self._free.release()
            return False
        going = asyncio.create_task(self._once())
        self._going_on.add(going)
        going.add_done_callback(self._ended)
        return await asyncio.shield(going)

    async def close(self) -> None:
        """Begin no more attempts, break off those that go on, and wait until they have ended."""
        self.closed = True
        for going in self._going_on:
            going.cancel()
        if self._going_on:
            await asyncio.wait(self._going_on)

    async def _once(self) -> bool:
        return await self._attempt()

    def _ended(self, going: asyncio.Task[bool]) -> None:
        # Here, and not in the attempt: one that is cancelled before its first step never runs.
        self._going_on.discard(going)
        self._free.release()
