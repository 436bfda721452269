"""Short real videos of several kinds that ffmpeg makes of nothing: what members' devices record, in small."""

import asyncio
import subprocess
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg.abilities import ask
from vidcore.errors import ServiceUnavailableError

SECONDS: Final = 4
_H264: Final = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
_H265: Final = (
    *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    *("-pix_fmt", "yuv420p", "-tag:v", "hvc1"),
)
_AAC: Final = ("-c:a", "aac", "-b:a", "96k")
_FASTSTART: Final = ("-movflags", "+faststart")


@attrs.frozen(kw_only=True)
class ClipKind:
    """A picture as a graph of ffmpeg's, with sound or without, and how both are encoded.

    `encoder` is one that it needs and not every ffmpeg has.
    """

    title: str
    suffix: str
    picture: str
    silent: bool = False
    encoding: tuple[str, ...]
    encoder: str | None = None

    def filename(self, number: int) -> str:
        """Give the name that the file of clip `number` has."""
        return f"{self.title.lower().replace(' ', '-')}-{number}{self.suffix}"

    def arguments(self, number: int, path: Path) -> tuple[str, ...]:
        """Give ffmpeg's arguments, by which clip `number` looks and sounds like no other."""
        hue = f"{self.picture},hue=h={number * 47 % 360},trim=duration={SECONDS}"
        inputs = ["-f", "lavfi", "-i", hue]
        if not self.silent:
            hertz = 220 + number * 37 % 660
            inputs += ["-f", "lavfi", "-i", f"sine=f={hertz}:r=48000:d={SECONDS}"]
        quiet = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
        return (*quiet, *inputs, "-t", str(SECONDS), *self.encoding, str(path))


# Played as it is; drawn anew, for its codec or its size; upright; without sound.
KINDS: Final = (
    ClipKind(
        title="Test card",
        suffix=".mp4",
        picture="testsrc2=s=1280x720:r=25",
        encoding=(*_H264, *_AAC, *_FASTSTART),
    ),
    ClipKind(
        title="Portrait",
        suffix=".mov",
        picture="testsrc=s=360x640:r=30",
        encoding=(*_H264, *_AAC),
    ),
    ClipKind(
        title="Camcorder",
        suffix=".avi",
        picture="smptehdbars=s=720x576:r=25",
        encoding=("-c:v", "mpeg4", "-q:v", "5", "-c:a", "ac3", "-b:a", "128k"),
    ),
    ClipKind(
        title="Game of life",
        suffix=".mkv",
        picture="life=s=640x360:r=25:mold=10:ratio=0.2:death_color=#203060:life_color=#e0f0ff",
        silent=True,
        encoding=_H264,
    ),
    ClipKind(
        title="Mandelbrot",
        suffix=".mp4",
        picture="mandelbrot=s=640x360:r=25",
        encoding=(*_H264, *_AAC, *_FASTSTART),
    ),
    ClipKind(
        title="Phone",
        suffix=".mp4",
        picture="rgbtestsrc=s=1280x720:r=25",
        encoding=(*_H265, *_AAC),
        encoder="libx265",
    ),
)


async def usable_kinds(ffmpeg: str) -> tuple[ClipKind, ...]:
    """Give the kinds that the program `ffmpeg` can make. Raises ServiceUnavailableError."""
    try:
        encoders = await asyncio.to_thread(ask, ffmpeg, "-encoders")
    except (OSError, subprocess.SubprocessError) as error:
        raise ServiceUnavailableError(f"{ffmpeg} cannot be run.") from error
    return tuple(kind for kind in KINDS if kind.encoder is None or kind.encoder in encoders)


async def make_clip(ffmpeg: str, kind: ClipKind, number: int, folder: Path) -> Path:
    """Have the program `ffmpeg` make a clip in `folder`, and give its path.

    Raises ServiceUnavailableError with ffmpeg's own words if it does not.
    """
    path = folder / kind.filename(number)
    process = await asyncio.create_subprocess_exec(
        ffmpeg,
        *kind.arguments(number, path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        words = said.decode("utf-8", "replace").strip().partition("\n")[0]
        raise ServiceUnavailableError(f"ffmpeg made no {path.name}: {words or 'it says not why'}.")
    return path
