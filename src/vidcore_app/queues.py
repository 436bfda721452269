"""Which queue brings videos to workers: as the settings say, or else as the database allows."""

from typing import Literal

from adapters_db.urls import libpq_address
from adapters_jobs.embedded import EmbeddedQueue
from adapters_jobs.fleet import ProcrastinateQueue
from vidcore.errors import InvalidValueError
from vidcore.ports.clock import Clock

QueueKind = Literal["embedded", "procrastinate"]


def make_queue(
    kind: QueueKind | None, database_url: str, clock: Clock
) -> EmbeddedQueue | ProcrastinateQueue:
    """Make the queue; unless `kind` is given, PostgreSQL has Procrastinate, and SQLite can have none.

    Raises InvalidValueError for `queue`, or for `database_url`.
    """
    address = libpq_address(database_url)
    if address is None and kind == "procrastinate":
        raise InvalidValueError("queue", "procrastinate needs a postgresql:// database")
    if address is None or kind == "embedded":
        return EmbeddedQueue()
    return ProcrastinateQueue(address, clock)
