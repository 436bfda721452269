"""When a process is to stop: told politely, told for the second time, or left alone."""

import asyncio
import signal
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def until_told_to_stop(*, parent: int | None = None) -> None:
    """Wait for SIGTERM or SIGINT. From then on another one ends the process at once.

    `parent` is the read end of a pipe that the parent holds open: its end is taken as a SIGTERM.
    """
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, told.set)
    if parent is not None:
        loop.add_reader(parent, told.set)
    try:
        await told.wait()
    finally:
        if parent is not None:
            loop.remove_reader(parent)
        for number in SIGNALS:
            loop.remove_signal_handler(number)  # which brings back the default: to end
            signal.signal(number, signal.SIG_DFL)
