"""Work on a thread pool that is never left half done.

A thread cannot be stopped, so a cancelled caller hears of its cancellation only when the work has
ended: whoever is called next (to clean up, say) meets no thread that still changes files.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def ended(work: Future[T]) -> None:
    """Return when `work` has ended, well or ill. A cancelled waiter leaves it running."""
    waiter = asyncio.wrap_future(work)
    waiter.add_done_callback(_retrieve)
    await asyncio.wait({waiter})


async def run(
    pool: ThreadPoolExecutor,
    function: Callable[[*Ts], T],
    *args: *Ts,
    undo: Callable[[T], None] | None = None,
) -> T:
    """Call `function` in the pool and give its result, or raise what it raises.

    If the caller is cancelled, the CancelledError comes after the call has ended; a result that
    nobody receives for that reason is given to `undo`, in the pool too.
    """
    work = pool.submit(function, *args)
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await ended(work)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return work.result()
    if undo is not None and work.exception() is None:
        await run(pool, undo, work.result())
    raise cancelled


def _retrieve(waiter: "asyncio.Future[T]") -> None:
    # asyncio reports an exception that nobody has asked for; here it is asked for elsewhere, or
    # gives way to a cancellation.
    if not waiter.cancelled():
        waiter.exception()
