"""Cancellation reaches a caller of the database only between two calls, never within one."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def finish(call: Awaitable[T]) -> T:
    """Give the result of `call`, which runs to its end even when the caller is cancelled.

    The cancellation is raised afterwards, with the error of `call`, if it had one, as its cause.
    A call that is torn off leaves its connection between two states; on SQLite, where a thread goes
    on with the statement, the write lock was seen to stay for 30 s and more.
    """
    task = asyncio.ensure_future(call)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from (None if task.cancelled() else task.exception())
    return task.result()
