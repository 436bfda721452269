"""What serving processes do in the place of their parent, when that is gone before them."""

import fcntl
import os
import select
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from adapters_http.metrics import SHARED


@contextmanager
def numbers_without_parent(parent: int) -> Iterator[None]:
    """Have the last of several processes remove the folder of their numbers, if `parent` is gone.

    `parent` is the read end of a pipe that the parent holds open, and writes nothing to. A process
    that still counts holds a lock on the folder, which the kernel takes from it when it dies. Raises
    OSError where there is no such folder.
    """
    folder = os.environ[SHARED]
    counting = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(counting, fcntl.LOCK_SH)
        yield
    finally:
        if select.select((parent,), (), (), 0)[0]:
            with suppress(BlockingIOError):
                fcntl.flock(counting, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        os.close(counting)
