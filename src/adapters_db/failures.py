"""What the drivers' errors mean: a database out of reach, or a constraint by its name."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from vidcore.errors import ServiceUnavailableError

# The primary result codes (https://sqlite.org/rescode.html) of a file that cannot be used just now.
# Others, such as SQLITE_ERROR for a table that is not there, are faults of ours.
_SQLITE_OUT_OF_REACH: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,  # a file or folder with wrong rights, or a file system gone read-only
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_PRIMARY: Final = 0xFF  # an extended result code has the primary one in its low byte


@contextmanager
def reachable(*, writes: bool = True) -> Iterator[None]:
    """Raise ServiceUnavailableError where the database is out of reach; let other errors pass.

    Unless it `writes`, a connection is told that it may not when it tries, which is a fault of ours. The
    sentence has nothing of the driver's message, which may name a path, a host or a user.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise ServiceUnavailableError("The database has no free connection.") from error
    except DBAPIError as error:
        if not _is_out_of_reach(error, writes=writes):
            raise
        raise ServiceUnavailableError("The database is out of reach.") from error


def _is_out_of_reach(error: DBAPIError, *, writes: bool) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_READONLY and not writes:
            return False
        return code & _PRIMARY in _SQLITE_OUT_OF_REACH
    return isinstance(error, (OperationalError, InterfaceError))


def violated_constraint(error: IntegrityError) -> str | None:
    """Give the name of the constraint that a statement broke, or None if it is not known.

    SQLite names only the columns of a unique one: there, the name follows from the naming convention.
    """
    diagnostics = getattr(error.orig, "diag", None)  # of psycopg, which only PostgreSQL needs
    if diagnostics is not None:
        name: str | None = diagnostics.constraint_name
        return name
    match = re.search(r"UNIQUE constraint failed: (\w+)\.(\w+)$", str(error.orig))
    return None if match is None else f"uq_{match[1]}_{match[2]}"
