"""Short real clips that ffmpeg itself makes, and files that only pose as clips.

Each picture has a red, a green, a blue and a white corner: top left, top right, bottom left, bottom
right, as its player is to show them unless the clip says otherwise.
"""

import random
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import attrs

X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC: Final = ("-c:a", "aac", "-b:a", "64k")
BLACK: Final = "color=black:s=640x360:d=0.5:r=20"


def picture(width: int, height: int, seconds: float, rate: int = 25) -> str:
    corners = (("0", "0", "red"), ("iw*3/4", "0", "0x00ff00"), ("0", "ih*3/4", "blue"))
    boxes = ",".join(
        f"drawbox={x}:{y}:iw/4:ih/4:{colour}:fill"
        for x, y, colour in (*corners, ("iw*3/4", "ih*3/4", "white"))
    )
    return f"testsrc2=s={width}x{height}:d={seconds}:r={rate},{boxes}"


def sound(seconds: float, hertz: int = 440, layout: str = "stereo") -> str:
    return f"sine=f={hertz}:d={seconds}:r=48000,aformat=channel_layouts={layout}"


def made_of(*graphs: str, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    inputs = (word for graph in graphs for word in ("-f", "lavfi", "-i", graph))
    return (*inputs, *options)


RECIPES: Final[Mapping[str, tuple[str, ...]]] = {
    "full_hd.mkv": made_of(picture(1920, 1080, 0.4), sound(0.4), options=(*X264, *AAC)),
    "plain.mp4": made_of(
        picture(640, 360, 1), sound(1), options=(*X264, *AAC, "-movflags", "+faststart")
    ),
    "index_last.mp4": made_of(picture(640, 360, 0.4), sound(0.4), options=(*X264, *AAC)),
    "silent.mp4": made_of(picture(640, 360, 0.4), options=X264),
    "one_frame.mp4": made_of(picture(640, 360, 0.04), options=(*X264, "-frames:v", "1")),
    "portrait.mp4": made_of(picture(720, 1280, 0.4), options=X264),
    "odd.avi": made_of(
        f"{picture(640, 360, 0.8)},scale=641:359,setsar=1",
        sound(0.8),
        options=("-c:v", "mpeg4", "-q:v", "8", "-c:a", "pcm_s16le"),
    ),
    "browser.webm": made_of(
        picture(640, 360, 0.4),
        sound(0.4),
        options=(
            "-c:v",
            "libvpx-vp9",
            "-cpu-used",
            "8",
            "-deadline",
            "realtime",
            "-c:a",
            "libopus",
        ),
    ),
    "anamorphic.mkv": made_of(f"{picture(360, 288, 0.4)},setsar=64/45", options=X264),
    "interlaced.mkv": made_of(
        f"{picture(720, 576, 0.4)},setfield=tff",
        options=("-c:v", "mpeg2video", "-q:v", "5", "-flags", "+ildct+ilme"),
    ),
    "fast.mkv": made_of(picture(320, 240, 0.4, rate=120), options=X264),
    "hdr.mkv": made_of(
        f"{picture(640, 360, 0.2)},format=yuv420p10le,setparams=range=limited:"
        "color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
        options=("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    ),
    "rgb.mkv": made_of(picture(320, 240, 0.4), options=("-c:v", "ffv1", "-pix_fmt", "bgr0")),
    "two_languages.mkv": made_of(
        picture(320, 240, 0.4),
        sound(0.4, hertz=200, layout="mono"),
        sound(0.4, layout="5.1"),
        options=(
            *("-map", "0", "-map", "1", "-map", "2", *X264, "-c:a", "ac3"),
            *("-disposition:a:0", "comment", "-disposition:a:1", "default"),
        ),
    ),
    "dark_start.mp4": made_of(
        f"color=black:s=640x360:d=1.2:r=20[a];{picture(640, 360, 0.8, rate=20)}[b];[a][b]concat=n=2:v=1",
        options=X264,
    ),
    "all_dark.mp4": made_of(BLACK, options=X264),
    "only_sound.mp4": made_of(sound(0.4), options=AAC),
    "picture.png": made_of(picture(640, 360, 1, rate=1), options=("-frames:v", "1")),
    "picture.jpg": made_of(picture(640, 360, 1, rate=1), options=("-frames:v", "1")),
    "moving.gif": made_of(picture(160, 120, 0.4, rate=10)),
    "stream.ts": made_of(picture(320, 240, 0.4), options=X264),
    "far_too_large.mkv": made_of(
        "color=gray:s=6016x6016:r=1:d=1", options=(*X264, "-frames:v", "1")
    ),
    "spoken.mkv": made_of(
        picture(320, 240, 0.2),
        options=(
            *X264,
            "-metadata:s:v",
            "language=en): Data: none\n  Stream #0:7: Video: h264, yuv420p, 64x64",
        ),
    ),
    "titled.mkv": made_of(
        picture(320, 240, 0.2),
        options=(*X264, "-metadata", "title=x\n  Stream #0:1: Video: h264, yuv420p, 64x64"),
    ),
}

CLOCKWISE: Final = (0, 1 << 16, 0, -1 << 16, 0, 0, 360 << 16, 0, 1 << 30)

PLAYLIST: Final = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n"
CONCAT: Final = "ffconcat version 1.0\nfile '{target}'\nduration 3\n"
DASH: Final = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000" codecs="avc1.64001f" '
    'width="640" height="360"><BaseURL>{target}</BaseURL><SegmentBase indexRange="0-100"/>'
    "</Representation></AdaptationSet></Period></MPD>"
)


@attrs.frozen
class Samples:
    """Makes clips on demand, once a session: the files are not to be changed."""

    ffmpeg: str
    folder: Path

    def __call__(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            self._run((*RECIPES[name], str(path)))
        return path

    def rotated(self) -> Path:
        """Give a MOV, as phones make them, that has to be turned clockwise to be upright."""

        def turn(data: bytes) -> bytes:
            start = (
                data.index(b"tkhd") + 4 + 40
            )  # ISO/IEC 14496-12, 8.3.2: the first is the picture's
            return data[:start] + struct.pack(">9i", *CLOCKWISE) + data[start + 36 :]

        return self._changed("rotated.mov", "plain.mp4", turn)

    def timeless(self) -> Path:
        """Give an MP4 with a timescale of zero, which ffmpeg puts up with."""

        def change(data: bytes) -> bytes:
            start = data.index(b"mvhd") + 4 + 12  # ISO/IEC 14496-12, 8.2.2
            return data[:start] + bytes(4) + data[start + 4 :]

        return self._changed("timeless.mp4", "plain.mp4", change)

    def long(self) -> Path:
        """Give a clip of two minutes."""
        path = self.folder / "long.mkv"
        if not path.exists():
            self._run(
                ("-stream_loop", "119", "-i", str(self("plain.mp4")), "-c", "copy", str(path))
            )
        return path

    def cut(self, name: str, share: float) -> Path:
        """Give the first `share` of a clip's bytes."""
        return self._changed(f"cut_{name}", name, lambda data: data[: round(len(data) * share)])

    def renamed(self, name: str) -> Path:
        """Give a file under the name of an MP4."""
        return self._changed(f"renamed_{name}.mp4", name, bytes)

    def garbage(self) -> Path:
        return self.written("garbage.mp4", random.Random(1).randbytes(20_000))

    def written(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def _changed(self, name: str, source: str, change: Callable[[bytes], bytes]) -> Path:
        return self.written(name, change(self(source).read_bytes()))

    def _run(self, arguments: tuple[str, ...]) -> None:
        subprocess.run(
            (self.ffmpeg, "-nostdin", "-loglevel", "error", "-y", *arguments),
            check=True,
            timeout=120,
        )
