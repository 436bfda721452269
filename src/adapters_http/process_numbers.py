"""The folder through which several serving processes count together: kept by their parent."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from adapters_http.metrics import SHARED


@contextmanager
def counting_together() -> Iterator[Path]:
    """Have the processes that are started meanwhile count together; they inherit where.

    Their numbers begin anew each time.
    """
    with tempfile.TemporaryDirectory(prefix="vidcore-numbers-") as folder:
        before = os.environ.get(SHARED)
        os.environ[SHARED] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ[SHARED]
            else:
                os.environ[SHARED] = before


def forget_process(pid: int) -> None:
    """Take a dead process's present out of the numbers; what it has counted stays."""
    mark_process_dead(pid)
