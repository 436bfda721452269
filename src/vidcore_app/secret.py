"""The secret that signs tokens: given, or made at the first start and kept for the owner alone."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from adapters_fs.folders import FOR_GROUP, make_folder
from vidcore_app.settings import SettingsError

SECRET_MIN: Final = 32  # bytes; RFC 7518 3.2 asks for as many as HS256's hash has


def jwt_secret(given: str | None, kept: Path) -> str:
    """Give the secret. Raises SettingsError if it is shorter than 32 bytes."""
    secret = given if given is not None else _kept_secret(kept)
    size = len(secret.encode())
    if size < SECRET_MIN:
        place = "VIDCORE_JWT_SECRET" if given is not None else str(kept)
        raise SettingsError(f"{place} must have at least {SECRET_MIN} bytes, not {size}.")
    return secret


def _kept_secret(path: Path) -> str:
    """Read the kept secret, or make it; of two processes that make one, both get the same."""
    if path.exists():
        return path.read_text("utf-8").strip()
    make_folder(path.parent, FOR_GROUP)
    file, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        os.write(file, secrets.token_urlsafe(48).encode())
        os.fsync(file)
    finally:
        os.close(file)
    with suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
    return path.read_text("utf-8").strip()
