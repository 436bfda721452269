"""A file on this machine that is to be sent: known again by what it is, and unchanged while it is read."""

import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
from yarl import URL

from vidcore.errors import VidcoreError
from vidcore.media import check_filename
from vidcore_app.client.failures import SourceError

SMALLEST: Final = 256 << 10  # bytes of one request, to begin with
LARGEST: Final = 8 << 20  # bytes of one request; each file that is sent holds as much in memory
AIM: Final = 1.0  # seconds that one request should take, since progress shows once for each


@attrs.frozen(kw_only=True)
class Source:
    """A file of `size` bytes that was last changed at `mtime_ns`, in nanoseconds since 1970."""

    path: Path
    name: str
    size: int
    mtime_ns: int

    @classmethod
    def at(cls, path: Path) -> "Source":
        """Look at a file. Raises SourceError for what no service would take."""
        try:
            found = path.stat()
        except OSError as error:
            raise SourceError(f"It cannot be read: {error.strerror}.") from error
        if not stat.S_ISREG(found.st_mode):
            raise SourceError("It is no file.")
        if found.st_size == 0:
            raise SourceError("It is empty.")
        try:
            name = check_filename(path.name)
        except VidcoreError as error:
            raise SourceError(str(error)) from error
        return cls(
            path=Path(os.path.realpath(path)),
            name=name,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
        )

    def fingerprint(self, server: URL) -> str:
        """Give what is the same for the same file on the way to the same service, and tells nothing."""
        told = (str(self.path), str(self.size), str(self.mtime_ns), str(server))
        text = "\0".join(told).encode("utf-8", "surrogateescape")
        return f"sha256-{hashlib.sha256(text).hexdigest()}"


class SourceReader(io.BufferedReader):
    """Reads a source in such parts as the line carries in about a second.

    Each read but the first begins when the service has all that was read before, so `on_acknowledged`
    is told where that is, from whatever thread reads. `clock` gives seconds that only grow. Raises
    SourceError when it is opened or read, if the file is gone, cannot be read, or has changed.
    """

    def __init__(
        self,
        source: Source,
        *,
        on_acknowledged: Callable[[int], None],
        clock: Callable[[], float],
    ) -> None:
        try:
            raw = io.FileIO(source.path)
        except OSError as error:
            raise SourceError(f"It cannot be read: {error.strerror}.") from error
        super().__init__(raw)
        self._source = source
        self._on_acknowledged = on_acknowledged
        self._clock = clock
        self._part = SMALLEST
        self._given: tuple[float, int] | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Give the next part, of at most `size` bytes."""
        most = self._source.size if size is None or size < 0 else size
        now = self._clock()
        self._on_acknowledged(self.tell())
        if self._given is not None:
            began, given = self._given
            self._part = next_part(given, now - began)
        try:
            part = super().read(min(self._part, most))
            found = os.fstat(self.fileno())
        except OSError as error:
            raise SourceError(f"It cannot be read: {error.strerror}.") from error
        if (found.st_size, found.st_mtime_ns) != (self._source.size, self._source.mtime_ns):
            raise SourceError("It changed while it was sent; send it again when it is finished.")
        self._given = (self._clock(), len(part))
        return part


def next_part(given: int, seconds: float) -> int:
    """Give how many bytes to send at once, after `given` bytes took `seconds`.

    At most twice as many, since a line that was fast once may not be so for long.
    """
    faster = min(2.0, AIM / seconds) if seconds > 0 else 2.0
    return max(SMALLEST, min(LARGEST, int(given * faster)))
