"""The database: in reach, and with the newest schema."""

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from adapters_db.soundings import (
    DatabaseSeen,
    file_of,
    first_unwritable,
    place_of,
    sound_database,
)
from vidcore.diagnosis import Diagnosis, Verdict
from vidcore.errors import InvalidValueError, ServiceUnavailableError

_REACH = "Accounts, videos and quotas are kept there; without it, every request is answered 503."
_SCHEMA = "A service whose schema is another's reads and writes what is not there."
_SETTING = "VIDCORE_DATABASE_URL"


async def examine_database(url: str) -> tuple[Sequence[Diagnosis], DatabaseSeen | None]:
    """Look at the database, and give what was seen of it too, if it was."""
    try:
        file, place = file_of(url), place_of(url)
    except InvalidValueError as error:
        mend = f"Set {_SETTING} to sqlite:///path or postgresql://user:password@host/name."
        return [_database(Verdict.FAULT, str(error), mend)], None
    if file is not None and not _is_there(file):
        seen = f"There is no database {place} yet."
        mend = f"`vidcore serve` makes it. If it should be there already, set {_SETTING}."
        return [_database(Verdict.WARNING, seen, mend)], None
    try:
        seen_of_it = await sound_database(url)
    except ServiceUnavailableError as error:
        mend = (
            f"Start the server, let this user in, or set {_SETTING}."
            if file is None
            else f"Let this user read and write the file and its folder, or set {_SETTING};"
            " a file that is damaged comes back from a backup."
        )
        return [_database(Verdict.FAULT, f"{place} is out of reach: {error}", mend)], None
    closed = None if file is None else first_unwritable(file)
    if closed is not None:
        mend = f"`chown {os.geteuid()} {quote(str(closed))}`, and `chmod u+rw` it."
        seen = f"{place} can be read, and {closed} cannot be written."
        return [_database(Verdict.FAULT, seen, mend), examine_schema(seen_of_it)], seen_of_it
    answered = _database(Verdict.OK, f"{place} answers, as {seen_of_it.server}.")
    return [answered, examine_schema(seen_of_it)], seen_of_it


def _is_there(file: Path) -> bool:
    return os.path.exists(file)  # noqa: PTH110 - Path.exists may raise


def _database(verdict: Verdict, seen: str, mend: str | None = None) -> Diagnosis:
    return Diagnosis(check="database", verdict=verdict, seen=seen, why=_REACH, mend=mend)


def examine_schema(database: DatabaseSeen) -> Diagnosis:
    """Judge the schema of a database that answers."""
    if database.newest:
        seen = f"The schema is the newest, {database.revision}."
        return _schema(Verdict.OK, seen)
    if database.revision is None:
        seen = "The database has no schema yet."
        mend = f"`vidcore migrate` or `vidcore serve` makes it; or set {_SETTING} to another."
        return _schema(Verdict.WARNING, seen, mend)
    if not database.known:
        seen = f"The schema is of revision {database.revision}, which this version does not know."
        return _schema(Verdict.FAULT, seen, "Install the vidcore that made it, or a newer one.")
    seen = f"The schema is of revision {database.revision}, and not the newest."
    return _schema(Verdict.FAULT, seen, "`vidcore migrate`, after a backup.")


def _schema(verdict: Verdict, seen: str, mend: str | None = None) -> Diagnosis:
    return Diagnosis(check="schema", verdict=verdict, seen=seen, why=_SCHEMA, mend=mend)
