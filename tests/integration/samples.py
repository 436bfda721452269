"""Short real clips that ffmpeg itself makes, and files that only pose as clips."""

import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from tests.integration.recipes import RECIPES

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
            self.run((*RECIPES[name], str(path)))
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

    def boastful(self) -> Path:
        """Give an MP4 whose headers claim years; its sample tables know better."""

        def boast(data: bytes) -> bytes:
            for kind, offset in (
                (b"mvhd", 16),
                (b"mdhd", 16),
                (b"tkhd", 20),
            ):  # 8.2.2, 8.4.2, 8.3.2
                start = data.index(kind) + 4 + offset
                data = data[:start] + struct.pack(">I", 2**32 - 16) + data[start + 4 :]
            return data

        return self._changed("boastful.mp4", "silent.mp4", boast)

    def damaged(self) -> Path:
        """Give an MP4 with wrong bytes in the middle of its pictures and sound."""

        def damage(data: bytes) -> bytes:
            start = data.index(b"mdat")
            chance = random.Random(1)
            changed = bytearray(data)
            for _ in range(200):
                changed[chance.randrange(start + 200, len(data))] = chance.randrange(256)
            return bytes(changed)

        return self._changed("damaged.mp4", "plain.mp4", damage)

    def trimmed(self) -> Path:
        """Give an MP4 that begins half a second into its first pictures, by its edit list."""
        path = self.folder / "trimmed.mp4"
        if not path.exists():
            self.run(("-ss", "0.5", "-i", str(self("plain.mp4")), "-c", "copy", str(path)))
        return path

    def late(self) -> Path:
        """Give an MP4 whose sound begins half a second after its picture."""
        path = self.folder / "late.mp4"
        if not path.exists():
            source = str(self("plain.mp4"))
            inputs = ("-i", source, "-itsoffset", "0.5", "-i", source)
            self.run((*inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", str(path)))
        return path

    def long(self) -> Path:
        """Give a clip of two minutes."""
        path = self.folder / "long.mkv"
        if not path.exists():
            self.run(("-stream_loop", "119", "-i", str(self("plain.mp4")), "-c", "copy", str(path)))
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

    def run(self, arguments: tuple[str, ...]) -> None:
        """Have ffmpeg make something, whose path comes last."""
        subprocess.run(
            (self.ffmpeg, "-nostdin", "-loglevel", "error", "-y", *arguments),
            check=True,
            timeout=120,
        )

    def _changed(self, name: str, source: str, change: Callable[[bytes], bytes]) -> Path:
        return self.written(name, change(self(source).read_bytes()))
