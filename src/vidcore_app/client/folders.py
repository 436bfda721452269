"""Where a member's machine keeps what the commands remember (XDG Base Directory Specification 0.8)."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PRIVATE = 0o700


def config_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Give the folder of what was set up."""
    return _folder(environment, "XDG_CONFIG_HOME", home / ".config")


def state_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Give the folder of what is under way."""
    return _folder(environment, "XDG_STATE_HOME", home / ".local" / "state")


def _folder(environment: Mapping[str, str], name: str, default: Path) -> Path:
    given = Path(environment.get(name, ""))
    return (given if given.is_absolute() else default) / "vidcore"  # as the specification says


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that its owner alone can read, mode 0600, whole or not at all."""
    path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    file, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(file, "w", encoding="utf-8") as writer:
            writer.write(text)
            writer.flush()
            os.fsync(writer.fileno())
        Path(draft).replace(path)
    except BaseException:  # an interrupted command leaves no draft either
        Path(draft).unlink(missing_ok=True)
        raise
