"""The transcoder port, by ffmpeg."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg import boxes, probe_text
from adapters_ffmpeg.arguments import (
    Encoding,
    probe_arguments,
    thumbnail_arguments,
    thumbnail_shots,
    transcode_arguments,
)
from adapters_ffmpeg.failures import explain, readable_log
from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.subprocesses import Finished, Limits, run
from adapters_ffmpeg.watchdog import StalledError, TooSlowError, Watchdog
from vidcore.errors import (
    FileFormatNotSupportedError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.media import DURATION_MAX, MediaInfo, Plan
from vidcore.ports.transcoding import Transcoder

_GIB: Final = 2**30
_DESCRIPTION_MAX: Final = 2**20  # bytes of a probe's answer; honest files need some kilobytes
_OUTPUT_MAX: Final = round(2 * DURATION_MAX * 8_200_000 / 8)  # bytes: twice 8 Mbit/s and the sound


def _memory() -> int:
    """Give the address space for one run, in bytes.

    Scaling 4K takes 1.5 GiB with two threads; each further one takes up to 0.25, and ffmpeg starts
    about one a core for decoding and one for encoding.
    """
    return 4 * _GIB + _cores() * _GIB // 2


def _cores() -> int:
    return os.cpu_count() or 1


def _now() -> float:
    return asyncio.get_running_loop().time()


@attrs.frozen
class FfmpegTranscoder(Transcoder):
    """Runs `ffmpeg`, each time as a limited process of its own.

    `preset` and `crf` are libx264's. All times are in seconds: a transcode is given up after `stall`
    without progress, or when it has taken `grace` + `slowest` for each second of video that is done;
    a probe has to end within `probe_deadline`, a try at a thumbnail within `stall`. A target that was
    begun stays behind when a method raises: it is the caller's draft to discard.
    """

    ffmpeg: Ffmpeg
    preset: str = attrs.field(default="medium", kw_only=True)
    crf: int = attrs.field(default=23, kw_only=True)
    stall: float = attrs.field(default=120.0, kw_only=True)
    grace: float = attrs.field(default=600.0, kw_only=True)
    slowest: float = attrs.field(default=30.0, kw_only=True)
    probe_deadline: float = attrs.field(default=30.0, kw_only=True)

    async def probe(self, path: str) -> MediaInfo:
        """Say what a file is: by ffmpeg, and of an MP4 or MOV by its boxes what ffmpeg tells vaguely.

        Raises FileFormatNotSupportedError, and ServiceUnavailableError if ffmpeg cannot be run.
        """
        try:
            finished = await self._run(
                probe_arguments(path),
                Watchdog(began=_now(), stall=self.probe_deadline),
                stderr_kept=_DESCRIPTION_MAX,
            )
        except StalledError as error:
            raise FileFormatNotSupportedError("The file takes too long to be read.") from error
        if finished.cut:
            raise FileFormatNotSupportedError("The file has too much metadata.")
        log = readable_log(finished.stderr, source=path)
        try:
            info = probe_text.parse(log)
        except FileFormatNotSupportedError:
            failure = explain(finished, log)
            if isinstance(failure, ServiceUnavailableError):
                raise failure from None
            raise
        return info if info.container != "mov" else await asyncio.to_thread(_with_boxes, info, path)

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        """Make `target` as planned. Raises VideoProcessingError and ServiceUnavailableError."""
        encoding = Encoding(preset=self.preset, crf=self.crf, tone_mapping=self.ffmpeg.tone_mapping)
        watchdog = Watchdog(
            began=_now(),
            stall=self.stall,
            grace=self.grace,
            slowest=self.slowest,
            target=target,
            report=report,
        )
        try:
            finished = await self._run(
                transcode_arguments(source, target, plan, encoding), watchdog
            )
        except StalledError as error:
            raise VideoProcessingError("Processing stood still, and was given up.") from error
        except TooSlowError as error:
            raise VideoProcessingError("Processing would take too long.") from error
        if finished.returncode != 0:
            raise explain(finished, readable_log(finished.stderr, source=source, target=target))

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        """Take the picture. Raises VideoProcessingError and ServiceUnavailableError.

        Whether there is one is seen by the file: ffmpeg may end well without, and badly with it.
        """
        stream = info.main_video
        if stream is None:
            raise VideoProcessingError("There is no picture to make a thumbnail of.")
        log = ""
        for shot in thumbnail_shots(info.duration or 0.0):
            _remove(target)
            try:
                finished = await self._run(
                    thumbnail_arguments(source, target, stream, shot),
                    Watchdog(began=_now(), stall=self.stall),
                )
            except StalledError as error:
                raise VideoProcessingError("Making a thumbnail takes too long.") from error
            if _has_bytes(target):
                return
            log = readable_log(finished.stderr, source=source, target=target)
            failure = explain(finished, log)
            if isinstance(failure, ServiceUnavailableError):
                raise failure
        raise VideoProcessingError("No thumbnail can be made of the video.", log)

    async def check(self) -> None:
        """Run ffmpeg, limited as ever. Raises ServiceUnavailableError if that fails."""
        try:
            finished = await self._run(
                ("-version",), Watchdog(began=_now(), stall=self.probe_deadline)
            )
        except StalledError as error:
            raise ServiceUnavailableError("ffmpeg does not answer.") from error
        if finished.returncode != 0:
            raise ServiceUnavailableError(f"ffmpeg {self.ffmpeg.version} cannot be run.")

    async def _run(
        self, arguments: Sequence[str], watchdog: Watchdog, *, stderr_kept: int = 65_536
    ) -> Finished:
        try:
            return await run(
                (self.ffmpeg.path, *arguments),
                limits=Limits(memory=_memory(), cpu=self._cpu(), file_size=_OUTPUT_MAX),
                watchdog=watchdog,
                stderr_kept=stderr_kept,
            )
        except OSError as error:
            raise ServiceUnavailableError("ffmpeg cannot be started.") from error

    def _cpu(self) -> int:
        """Give the seconds of CPU that no run can need, should the watchdog fail."""
        return round((self.grace + self.slowest * DURATION_MAX) * _cores())


def _with_boxes(info: MediaInfo, path: str) -> MediaInfo:
    """Add what the boxes say, as far as they are sound: ffmpeg forgives more than is to be believed."""
    try:
        with Path(path).open("rb") as file:
            facts = boxes.read_facts(file)
    except boxes.BoxError:
        return attrs.evolve(info, faststart=False)
    return attrs.evolve(info, faststart=facts.faststart, duration=facts.duration or info.duration)


def _remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)


def _has_bytes(path: str) -> bool:
    try:
        return Path(path).stat().st_size > 0
    except FileNotFoundError:
        return False
