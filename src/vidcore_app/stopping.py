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

    `parent` is the read end of a pipe that the parent holds open. Who has one is told once, however
    many signals come: those to a whole group (Ctrl-C, systemd, supervisord) reach it beside its
    parent's own. The end of the pipe tells it too, and ends it at once if it was told before. To be
    entered before anything is begun that has to be ended well.
    """
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def tell() -> None:
        told.set()
        if parent is None:
            _end_by_signals(loop)

    def miss_parent(end: int) -> None:
        loop.remove_reader(end)
        if told.is_set():
            _end_by_signals(loop)
            os.kill(os.getpid(), signal.SIGTERM)
        told.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, tell)
    if parent is not None:
        loop.add_reader(parent, miss_parent, parent)
    try:
        yield told
    finally:
        if parent is not None:
            loop.remove_reader(parent)
        _end_by_signals(loop)


def _end_by_signals(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
