"""One log for all: structlog's events and the libraries' records, as lines for people or as JSON."""

import json
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TextIO

import orjson
import structlog


def configure_logs(format_: Literal["console", "json"] | None, level: str) -> None:
    """Log to standard error, for people if that is a terminal and nothing else is asked for."""
    chosen = format_ or ("console" if sys.stderr.isatty() else "json")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if chosen == "console"
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("aiosqlite", "asyncio", "alembic", "apscheduler", "procrastinate"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=lambda name: _Line(name, handler),
        cache_logger_on_first_use=True,
    )


class _Line:
    """Writes what was rendered, between the lines of `handler`.

    The way through the standard library's records took a tenth of a small answer's time.
    """

    def __init__(self, name: str, handler: "logging.StreamHandler[TextIO]") -> None:
        self.name = name
        self._handler = handler

    def write(self, line: str) -> None:
        """Write a line, whatever its level.

        On a full disk, or where nobody reads any more, it is lost, and nothing else: what is logged goes
        on, as it does with the standard library's handler.
        """
        self._handler.acquire()
        try:
            with suppress(OSError, ValueError):  # ValueError: of a stream that was closed
                self._handler.stream.write(line + "\n")
                self._handler.flush()
        finally:
            self._handler.release()

    debug = info = warning = error = critical = write


def _to_json(event: object, *, default: Callable[[object], object]) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:  # of half a character, say, in the name of a file
        return json.dumps(event, default=default)
