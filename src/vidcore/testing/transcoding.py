"""A transcoder that does what it is told, without ffmpeg."""

import asyncio
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

import attrs

from vidcore.media import AudioStream, MediaInfo, Plan, Storyboard, VideoStream
from vidcore.ports.transcoding import Transcoder

SOURCE: Final = MediaInfo(
    container="mov",
    duration=10.0,
    video=(
        VideoStream(
            index=0,
            codec="h264",
            width=1280,
            height=720,
            pixel_format="yuv420p",
            frame_rate=Fraction(30),
        ),
    ),
    audio=(AudioStream(index=1, codec="aac", sample_rate=48_000, layout="stereo"),),
    faststart=False,
)
"""A plain file of a phone, of which too little is known to copy it."""

COPYABLE: Final = attrs.evolve(
    SOURCE,
    video=(
        attrs.evolve(
            SOURCE.video[0], profile="High", level=31, bit_rate=1_500_000, key_frame_gap=2.0
        ),
    ),
    audio=(attrs.evolve(SOURCE.audio[0], profile="LC", bit_rate=128_000),),
)
"""The same file, of which enough is known to copy both tracks."""

MEDIA: Final = b"transcoded"
JPEG: Final = b"\xff\xd8\xff\xd9"  # start and end of an image (ITU-T T.81 B.1.1.3)


@attrs.frozen(kw_only=True)
class Transcoding:
    """One call of `transcode`."""

    source: str
    target: str
    plan: Plan


class FixedTranscoder(Transcoder):
    """Finds `source` in every file, and in its own results what was planned.

    `write` puts bytes at a path. `errors` has what to raise, by method name ("probe", "transcode",
    "decode", "thumbnail", "storyboard", "check") or by the path of a source. `transcode` reports
    `steps` shares of the duration and waits for `gate` before the last, so that a test can act in
    the middle; `begun` is set when it gets there, and `stopped` counts those that were cancelled.
    """

    def __init__(
        self, *, write: Callable[[str, bytes], object], source: MediaInfo = SOURCE, steps: int = 4
    ) -> None:
        self.source = source
        self.errors: dict[str, Exception] = {}
        self.transcodings: list[Transcoding] = []
        self.decodings: list[tuple[int, ...]] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.stopped = 0
        self._write = write
        self._steps = steps
        self._made: dict[str, MediaInfo] = {}

    async def probe(self, path: str) -> MediaInfo:
        """Say what a file is."""
        self._fail("probe", path)
        drafted = path.replace("/attempt-", "/draft-")  # as InMemoryMedia publishes
        return self._made.get(drafted, self.source)

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        """Write MEDIA to `target`, which is as planned from then on."""
        self.transcodings.append(Transcoding(source=source, target=target, plan=plan))
        duration = self.source.credible_duration or 0.0
        for step in range(1, self._steps):
            report(duration * step / self._steps)
        self.begun.set()
        try:
            await asyncio.sleep(0)  # an open gate would not let a cancellation in
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        self._fail("transcode", source)
        self._write(target, MEDIA)
        self._made[target] = self._result(plan, duration)
        report(duration)

    async def decode(
        self, path: str, tracks: Sequence[int], report: Callable[[float], None]
    ) -> None:
        """Report the whole duration; `decodings` has the tracks of each call."""
        self._fail("decode", path)
        self.decodings.append(tuple(tracks))
        report(self.source.credible_duration or 0.0)

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        """Write JPEG to `target`, whatever `info` says."""
        del info
        self._fail("thumbnail", source)
        self._write(target, JPEG)

    async def storyboard(self, source: str, target: str, board: Storyboard) -> None:
        """Write JPEG to `target`, whatever `board` says."""
        del board
        self._fail("storyboard", source)
        self._write(target, JPEG)

    async def check(self) -> None:
        """Raise what `errors` has for "check"."""
        self._fail("check", "")

    def _fail(self, method: str, path: str) -> None:
        error = self.errors.get(method) or self.errors.get(path)
        if error is not None:
            raise error

    @staticmethod
    def _result(plan: Plan, duration: float) -> MediaInfo:
        picture = VideoStream(
            index=0, codec="h264", width=plan.width, height=plan.height, pixel_format="yuv420p"
        )
        sound = AudioStream(index=1, codec="aac", sample_rate=48_000, layout="stereo")
        return MediaInfo(
            container="mov",
            duration=duration,
            video=(picture,),
            audio=() if plan.audio_index is None else (sound,),
            faststart=True,
        )
