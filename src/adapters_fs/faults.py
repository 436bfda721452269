"""What the operating system says of a disk, in the core's words."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vidcore.errors import ServiceUnavailableError, StorageFullError

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def storage_faults(folder: Path, *, needed: int = 1) -> Iterator[None]:
    """Raise the core's errors in place of OSError.

    A full disk becomes StorageFullError, with the `needed` bytes and those that are free on the disk of
    `folder`; anything else ServiceUnavailableError. Neither names a path.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(needed, shutil.disk_usage(folder).free) from error
        raise ServiceUnavailableError(f"The storage has failed: {reason(error)}.") from error


def reason(error: OSError) -> str:
    """Give the system's words for an error, without the path that it happened at."""
    return os.strerror(error.errno) if error.errno else type(error).__name__
