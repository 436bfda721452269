"""A store for whoever would rather wait for the database than lose an hour's work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from vidcore.errors import ServiceUnavailableError
from vidcore.ports.store import Store, UnitOfWork

OUTAGE_MAX: Final = 600.0  # seconds; an upgrade or a restart of the database is over by then
PAUSE: Final = 0.5  # seconds before the second try
PAUSE_MAX: Final = 5.0  # seconds between later ones

_log = structlog.get_logger("vidcore.database")


class PatientStore(Store):
    """Units of work of `store`, which wait up to `patience` seconds for a database out of reach.

    Only the beginning waits. A unit of work that is cut off in the middle fails as it would in
    `store`, since nobody knows then what came of it.
    """

    def __init__(self, store: Store, *, patience: float = OUTAGE_MAX) -> None:
        self._store = store
        self._patience = patience

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that only looks. Raises ServiceUnavailableError after the patience."""
        async with AsyncExitStack() as stack:
            yield await self._entered(stack, self._store.read)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that may change. Raises ServiceUnavailableError after the patience."""
        async with AsyncExitStack() as stack:
            yield await self._entered(stack, self._store.write)

    async def check(self) -> None:
        """Raise ServiceUnavailableError at once, as `store` does."""
        await self._store.check()

    async def _entered(
        self,
        stack: AsyncExitStack,
        opened: Callable[[], AbstractAsyncContextManager[UnitOfWork]],
    ) -> UnitOfWork:
        clock = asyncio.get_running_loop().time
        until, pause = clock() + self._patience, PAUSE
        while True:
            try:
                return await stack.enter_async_context(opened())
            except ServiceUnavailableError as error:
                if clock() + pause > until:
                    raise
                _log.warning("waiting for the database", reason=str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_MAX)
