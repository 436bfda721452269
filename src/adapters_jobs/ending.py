"""Tasks that are cancelled, and end."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN: Final = 3.0  # seconds; many times what ends well takes, and would be torn off before


async def end(tasks: Collection[asyncio.Task[Any]], *, again: float = AGAIN) -> None:
    """Cancel tasks until all have ended; how they ended is asked elsewhere.

    Once is not enough: `asyncio.wait_for` of Python 3.11, by which psycopg's pool waits, loses a
    cancellation that comes together with what was waited for (https://bugs.python.org/issue37658), and
    an error of a database that is lost meanwhile may take its place. Not for what has much to clear up:
    that would be torn off.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again)
