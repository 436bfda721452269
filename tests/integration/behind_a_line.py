"""A service behind a line that can break, and a file to send over it."""

import os
import struct
import subprocess
from pathlib import Path

import attrs

from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.running import RunningService


@attrs.define(kw_only=True)
class BehindALine:
    """The service, and the line to it."""

    service: RunningService
    line: CuttingProxy

    async def start(self) -> None:
        await self.service.start()
        self.line.upstream = int(self.service.url.rpartition(":")[2])

    @property
    def arrived(self) -> int:
        """How many bytes lie in the upload area."""
        folder = self.service.folder / "vidcore-data" / "uploads"
        return sum(path.stat().st_size for path in folder.iterdir())


def padded_mp4(path: Path, size: int) -> Path:
    """Make a second of video, and much in a `free` box behind it that shows where a byte is misplaced."""
    command = [
        *(find_ffmpeg().path, "-v", "error"),
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=1"),
        *("-c:v", "libx264", "-preset", "ultrafast", str(path)),
    ]
    subprocess.run(command, check=True)
    padding = size - path.stat().st_size
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", padding, b"free") + os.urandom(padding - 8))
    return path
