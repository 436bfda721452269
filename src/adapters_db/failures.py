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

# PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html). Others, also of psycopg's
# OperationalError, are faults of ours.
_OUT_OF_REACH_CLASSES: Final = frozenset({"08", "40", "53", "57", "58"})
_OUT_OF_REACH_STATES: Final = frozenset(
    {
        "25P03",  # idle_in_transaction_session_timeout
        "25P04",  # transaction_timeout
        "55006",  # object_in_use
        "55P03",  # lock_not_available, also after lock_timeout
        "XX001",  # data_corrupted
        "XX002",  # index_corrupted
    }
)
READ_ONLY: Final = "25006"  # read_only_sql_transaction


@contextmanager
def reachable(*, writes: bool = True) -> Iterator[None]:
    """Raise ServiceUnavailableError where the database is out of reach; let other errors pass.

    PostgreSQL is so where the connection is lost or could not be made, and where its SQLSTATE says that
    the same may succeed later: classes 08 (connection), 40 (serialization, deadlock), 53 (disk or memory
    full, too many connections), 57 (shutdown, crash, starting, cancelled) and 58 (the system's errors);
    25P03 and 25P04 (a transaction took too long), 55006 and 55P03 (others hold it), XX001 and XX002
    (damaged data); and, for who `writes`, 25006 (a server that only reads, such as a standby).

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
    if error.connection_invalidated:
        return True
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:  # no server has said anything: above all, none could be connected to
        return isinstance(error, (OperationalError, InterfaceError))
    if state == READ_ONLY:
        return writes
    return state[:2] in _OUT_OF_REACH_CLASSES or state in _OUT_OF_REACH_STATES


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
