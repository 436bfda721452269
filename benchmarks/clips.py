"""Clips to upload: of 1080p, H.264 and AAC, as phones and screen recorders make them."""

import subprocess
from pathlib import Path
from typing import Final

from adapters_ffmpeg.find import find_ffmpeg

SECONDS: Final = 5  # of what is encoded; the rest repeats it
_PICTURE: Final = f"testsrc2=s=1920x1080:r=25:d={SECONDS},noise=alls=6:allf=t,format=yuv420p"
_SOUND: Final = f"sine=f=440:r=48000:d={SECONDS},aformat=channel_layouts=stereo"
_ENCODE: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-maxrate", "6M", "-bufsize", "6M"),
    *("-g", "50", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"),
)


def make_clip(path: Path, seconds: int) -> None:
    """Make an MP4 of about so many seconds, at some 6 Mbit/s."""
    once = path.with_name("once.mp4")
    _run("-f", "lavfi", "-i", _PICTURE, "-f", "lavfi", "-i", _SOUND, *_ENCODE, str(once))
    loop = ("-stream_loop", str(seconds // SECONDS - 1), "-i", str(once), "-c", "copy")
    _run(*loop, "-movflags", "+faststart", str(path))
    once.unlink()


def _run(*arguments: str) -> None:
    command = (str(find_ffmpeg().path), "-nostdin", "-loglevel", "error", "-y", *arguments)
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)  # noqa: S603 - a command of ours
