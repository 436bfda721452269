"""A bell between the processes of one parent: any of them rings it, and who works there hears it."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

_AT_ONCE: Final = 4096  # bytes; each is a ring, and all are heard as one


class Bell:
    """A pipe, by its file descriptors, of which every process has both ends."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        for end in (reading, writing):
            os.set_blocking(end, False)

    def ring(self) -> None:
        """Have it heard. Where nobody hears, it has been rung when somebody begins to."""
        with suppress(BlockingIOError):  # the pipe is full: so it was rung, and nobody hears
            os.write(self._writing, b"1")

    @contextmanager
    def heard(self, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called on the running event loop after rings, until the block is left."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            with suppress(BlockingIOError):  # another process was faster
                os.read(self._reading, _AT_ONCE)
            callback()

        loop.add_reader(self._reading, hear)
        try:
            yield
        finally:
            loop.remove_reader(self._reading)
