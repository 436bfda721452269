"""Addresses of databases: `sqlite:///path` and `postgresql://…`, whatever driver they name."""

from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from vidcore.errors import InvalidValueError

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # libpq takes both spellings
}
_FIELD: Final = "database_url"


def parse_url(url: str) -> URL:
    """Give the address with the driver that is used here; a `+driver` part is ignored.

    Raises InvalidValueError for `database_url` unless it is `sqlite:///path` or `postgresql://…`.
    The sentence repeats nothing of the address, since a password may be in it.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidValueError(_FIELD, "must be sqlite:///path or postgresql://…") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise InvalidValueError(_FIELD, "must begin with sqlite:/// or postgresql://")
    if driver == _DRIVERS["sqlite"] and parsed.database in {None, "", ":memory:"}:
        raise InvalidValueError(
            _FIELD, "must name a file: every connection would have a memory of its own"
        )
    return parsed.set(drivername=driver)


def libpq_address(url: str) -> str | None:
    """Give the address of a PostgreSQL database as libpq takes it, or None for one of SQLite.

    It says exactly what the engines read from `url`. Raises InvalidValueError as `parse_url` does.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "postgresql":
        return None
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - 9 MiB that SQLite does not need

    _, arguments = parsed.get_dialect()().create_connect_args(parsed)
    return make_conninfo(**arguments)
