"""Words to a queue for videos that wait in a database to which they came without any."""

from contextlib import AsyncExitStack

import attrs

from adapters_db.clock import SqlClock
from adapters_db.store import SqlStore
from vidcore.catalogue import VideoQuery
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import PAGE_SIZE_MAX, PageRequest
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.store import Store
from vidcore_app.queues import Prepared, QueueKind, make_queue


async def enlist_copied(database_url: str, kind: QueueKind | None) -> int:
    """Enlist all pending videos of a database that no service uses yet, and say how many they are.

    Workers would find them without, one after another; so nothing is lost if this is broken off.
    `kind` is what the settings say of the queue. Raises ServiceUnavailableError.
    """
    async with AsyncExitStack() as stack:
        store = SqlStore(database_url)
        stack.push_async_callback(store.close)
        clock = SqlClock(store.engines.read)
        await clock.adjust()
        queue = make_queue(kind, database_url, clock)
        if isinstance(queue, Prepared):
            await queue.prepare()
        return await _enlist_pending(store, queue)


async def _enlist_pending(store: Store, queue: ProcessingQueue) -> int:
    query = VideoQuery(status=Status.PENDING, order=Order.ASC)
    request, enlisted = PageRequest(page_size=PAGE_SIZE_MAX), 0
    while True:
        async with store.write() as uow:
            page = await uow.videos.page(query, request)
            for entry in page.items:
                await queue.enlist(uow, entry.video)
            await uow.commit()
        enlisted += len(page.items)
        if page.next_cursor is None:
            return enlisted
        request = attrs.evolve(request, cursor=page.next_cursor)
