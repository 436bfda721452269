"""When a process is to stop: told politely, told for the second time, or left alone."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(*, parent: int | None = None) -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM or SIGINT sets. From then on another one ends the process at once.

    `parent` is the read end of a pipe that the parent holds open: its end is taken as a SIGTERM, so
    after another it ends the process as well. To be entered before anything is begun that has to be
    ended well.
    """
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def tell() -> None:
        told.set()
        for number in SIGNALS:
            loop.remove_signal_handler(number)  # which brings back the default: to end
            signal.signal(number, signal.SIG_DFL)

    def miss_parent(end: int) -> None:
        loop.remove_reader(end)
        if told.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            tell()

    for number in SIGNALS:
        loop.add_signal_handler(number, tell)
    if parent is not None:
        loop.add_reader(parent, miss_parent, parent)
    try:
        yield told
    finally:
        if parent is not None:
            loop.remove_reader(parent)
        tell()
