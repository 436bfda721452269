"""Which queue brings videos to workers: as the settings say, or else as the database allows."""

from typing import Literal, Protocol, runtime_checkable

from adapters_db.urls import libpq_address
from adapters_jobs.embedded import EmbeddedQueue
from vidcore.errors import InvalidValueError
from vidcore.ports.clock import Clock
from vidcore.ports.queue import ProcessingQueue

QueueKind = Literal["embedded", "procrastinate"]


@runtime_checkable
class Prepared(Protocol):
    """A queue that needs tables of its own."""

    async def prepare(self) -> None:
        """Make them, or bring them up to date. Raises ServiceUnavailableError."""
        ...


def make_queue(kind: QueueKind | None, database_url: str, clock: Clock) -> ProcessingQueue:
    """Make the queue; unless `kind` is given, PostgreSQL has Procrastinate, and SQLite can have none.

    Raises InvalidValueError for `queue`, or for `database_url`.
    """
    address = libpq_address(database_url)
    if address is None and kind == "procrastinate":
        raise InvalidValueError("queue", "procrastinate needs a postgresql:// database")
    if address is None or kind == "embedded":
        return EmbeddedQueue()
    from adapters_jobs.fleet import ProcrastinateQueue  # noqa: PLC0415 - SQLite does without it

    return ProcrastinateQueue(address, clock)
