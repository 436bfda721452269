"""The least that can be asked of a store."""

from vidcore.ports.store import Store
from vidcore.testing.examples import NOW


async def look(store: Store) -> None:
    """Read."""
    async with store.read() as work:
        await work.config.find()


async def change(store: Store) -> None:
    """Write."""
    async with store.write() as work:
        await work.books.reset_quotas(NOW)
        await work.commit()
