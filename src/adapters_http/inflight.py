"""The requests that are being answered, so that a stop can wait for them."""

import asyncio
from types import TracebackType


class InFlight:
    """Counts what runs inside its `with` blocks."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._count -= 1
        if self._count == 0:
            self._idle.set()

    @property
    def count(self) -> int:
        """Give the number of requests that are being answered."""
        return self._count

    async def wait_idle(self) -> None:
        """Return when nothing is being answered."""
        await self._idle.wait()
