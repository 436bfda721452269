"""A clip that takes its time: to upload, and to process."""

import subprocess
from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
SECONDS: Final = 12
MOV: Final = (
    *("-f", "lavfi", "-i", f"testsrc2=size={WIDTH}x{HEIGHT}:rate=25:duration={SECONDS}"),
    *("-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"),
    *("-vf", "noise=alls=12", "-c:v", "mjpeg", "-q:v", "2", "-c:a", "pcm_s16le", "-shortest"),
)


def make_clip(ffmpeg: str, path: Path) -> Path:
    """Make a MOV that has to be encoded, of some 30 MB."""
    subprocess.run([ffmpeg, "-v", "error", *MOV, str(path)], check=True)
    return path
