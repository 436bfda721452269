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

# libpq's, without which a peer that is gone without a word is waited for as long as the kernel does, 15
# minutes to 2 hours: 25 seconds for one that should answer, or have said something. They go by what the
# peer's kernel acknowledges, so a server that is merely stopped is waited for; and sockets of this
# machine need none.
LOST_PEERS: Final[dict[str, str]] = {
    "connect_timeout": "10",  # seconds, as all others but the last
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",  # ms
}


def parse_url(url: str) -> URL:
    """Give the address with the driver that is used here; a `+driver` part is ignored.

    One of PostgreSQL also says LOST_PEERS, but for those of which it says something itself.

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
    if driver == _DRIVERS["postgresql"]:
        parsed = parsed.set(query={**LOST_PEERS, **parsed.query})
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
