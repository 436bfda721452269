"""The transcoder port, by ffmpeg."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg import limits, probe_text
from adapters_ffmpeg.arguments import (
    Encoding,
    decode_arguments,
    probe_arguments,
    transcode_arguments,
)
from adapters_ffmpeg.failures import damaged, explain, readable_log
from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.indexed import with_index
from adapters_ffmpeg.still_arguments import (
    storyboard_arguments,
    thumbnail_arguments,
    thumbnail_shots,
)
from adapters_ffmpeg.subprocesses import Finished, Limits, run
from adapters_ffmpeg.watchdog import StalledError, TooSlowError, Watchdog
from vidcore.errors import (
    FileFormatNotSupportedError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.media import MediaInfo, Plan, Storyboard, VideoStream
from vidcore.media import plan as plan_of
from vidcore.media.sources import DURATION_MAX
from vidcore.ports.transcoding import Transcoder

_DESCRIPTION_MAX: Final = 2**20  # bytes of a probe's answer; honest files need some kilobytes
_LOG_MAX: Final = 65_536  # bytes at its end; what admins are shown


def _now() -> float:
    return asyncio.get_running_loop().time()


def _probes_at_once() -> asyncio.Semaphore:
    return asyncio.Semaphore(2 * limits.cores())  # half of a short run is waiting for the disk


@attrs.frozen
class FfmpegTranscoder(Transcoder):
    """Runs `ffmpeg`, each time as a limited process of its own; two probes a core at once, at most.

    `preset` and `crf` are libx264's. All times are in seconds: a transcode is given up after `stall`
    without progress, or when it has taken `grace` + `slowest` for each second of video that is done;
    a probe has to end within `probe_deadline`, a try at a thumbnail within `stall`, a storyboard
    within `stall` + the video's own duration. A target that was begun stays behind when a method
    raises: it is the caller's draft to discard.
    """

    ffmpeg: Ffmpeg
    preset: str = attrs.field(default="medium", kw_only=True)
    crf: int = attrs.field(default=23, kw_only=True)
    stall: float = attrs.field(default=120.0, kw_only=True)
    grace: float = attrs.field(default=600.0, kw_only=True)
    slowest: float = attrs.field(default=30.0, kw_only=True)
    probe_deadline: float = attrs.field(default=30.0, kw_only=True)
    _probes: asyncio.Semaphore = attrs.field(factory=_probes_at_once, init=False, eq=False)

    async def probe(self, path: str) -> MediaInfo:
        """Say what a file is: by ffmpeg, and of an MP4 or MOV by its boxes what ffmpeg tells vaguely.

        Raises FileFormatNotSupportedError, and ServiceUnavailableError if ffmpeg cannot be run or the
        file not be read.
        """
        try:
            async with self._probes:
                finished = await self._run_short(
                    probe_arguments(path), self.probe_deadline, stderr_kept=_DESCRIPTION_MAX
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
        if info.container != "mov":
            return info
        try:
            return await asyncio.to_thread(with_index, info, path, probe_text.track_ids(log))
        except FileNotFoundError as error:
            raise ServiceUnavailableError("A file or folder of the storage is gone.") from error
        except OSError as error:
            raise ServiceUnavailableError("The storage cannot be read.") from error

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        """Make `target` as planned. Raises VideoProcessingError and ServiceUnavailableError."""
        encoding = Encoding(preset=self.preset, crf=self.crf, tone_mapping=self.ffmpeg.tone_mapping)
        allowed = limits.for_film(plan, _size(source), grace=self.grace, slowest=self.slowest)
        watchdog = self._watchdog(report, target=target)
        finished = await self._run_long(
            transcode_arguments(source, target, plan, encoding), watchdog, allowed
        )
        if finished.returncode != 0:
            log = readable_log(finished.stderr, source=source, target=target)
            raise explain(finished, log, done=watchdog.done)

    async def decode(
        self, path: str, tracks: Sequence[int], report: Callable[[float], None]
    ) -> None:
        """Decode tracks to their ends; whatever ffmpeg tells of as an error is damage.

        Raises VideoProcessingError and ServiceUnavailableError.
        """
        watchdog = self._watchdog(report)
        allowed = limits.for_still(self.grace + self.slowest * DURATION_MAX)
        finished = await self._run_long(decode_arguments(path, tracks), watchdog, allowed)
        log = readable_log(finished.stderr, source=path)
        if finished.returncode != 0:
            raise explain(finished, log, done=watchdog.done)
        if log:
            raise damaged(log)

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        """Take the picture. Raises VideoProcessingError and ServiceUnavailableError.

        Whether there is one is seen by the file: ffmpeg may end well without, and badly with it.
        """
        stream, matrix = _readable(info)
        log = ""
        for shot in thumbnail_shots(info.duration or 0.0):
            arguments = thumbnail_arguments(source, target, stream, matrix, shot)
            log = await self._still(arguments, source, target, within=self.stall)
            if _has_bytes(target):
                return
        raise VideoProcessingError("No thumbnail can be made of the video.", log)

    async def storyboard(self, source: str, target: str, board: Storyboard) -> None:
        """Take the tiles of a storyboard. Raises VideoProcessingError and ServiceUnavailableError."""
        stream, matrix = _readable(await self.probe(source))
        arguments = storyboard_arguments(source, target, stream, matrix, board)
        log = await self._still(arguments, source, target, within=self.stall + board.duration)
        if not _has_bytes(target):
            raise VideoProcessingError("No storyboard can be made of the video.", log)

    async def check(self) -> None:
        """Run ffmpeg, limited as ever. Raises ServiceUnavailableError if that fails."""
        try:
            finished = await self._run_short(("-version",), self.probe_deadline)
        except StalledError as error:
            raise ServiceUnavailableError("ffmpeg does not answer.") from error
        if finished.returncode != 0:
            raise ServiceUnavailableError(f"ffmpeg {self.ffmpeg.version} cannot be run.")

    def _watchdog(self, report: Callable[[float], None], target: str | None = None) -> Watchdog:
        return Watchdog(
            began=_now(),
            stall=self.stall,
            grace=self.grace,
            slowest=self.slowest,
            target=target,
            report=report,
        )

    async def _still(
        self, arguments: Sequence[str], source: str, target: str, *, within: float
    ) -> str:
        """Try to make a picture, and give the log. Raises VideoProcessingError if it takes too long."""
        _remove(target)
        try:
            finished = await self._run_short(arguments, within)
        except StalledError as error:
            raise VideoProcessingError("Making a picture of the video takes too long.") from error
        log = readable_log(finished.stderr, source=source, target=target)
        if not _has_bytes(target):
            failure = explain(finished, log)
            if isinstance(failure, ServiceUnavailableError):
                raise failure
        return log

    async def _run_long(
        self, arguments: Sequence[str], watchdog: Watchdog, allowed: Limits
    ) -> Finished:
        try:
            return await self._run(arguments, watchdog, allowed, stderr_kept=_LOG_MAX)
        except StalledError as error:
            raise VideoProcessingError("Processing stood still, and was given up.") from error
        except TooSlowError as error:
            raise VideoProcessingError("Processing would take too long.") from error

    async def _run_short(
        self, arguments: Sequence[str], within: float, *, stderr_kept: int = _LOG_MAX
    ) -> Finished:
        """Run without progress, `within` so many seconds. Raises StalledError."""
        watchdog = Watchdog(began=_now(), stall=within)
        return await self._run(
            arguments, watchdog, limits.for_still(within), stderr_kept=stderr_kept
        )

    async def _run(
        self, arguments: Sequence[str], watchdog: Watchdog, allowed: Limits, *, stderr_kept: int
    ) -> Finished:
        try:
            return await run(
                (self.ffmpeg.path, *arguments),
                limits=allowed,
                watchdog=watchdog,
                stderr_kept=stderr_kept,
            )
        except OSError as error:
            raise ServiceUnavailableError("ffmpeg cannot be started.") from error


def _readable(info: MediaInfo) -> tuple[VideoStream, str]:
    """Give the picture of a published file, and how its colours are read: as those of a source."""
    stream = info.main_video
    if stream is None:
        raise VideoProcessingError("There is no picture in the video.")
    return stream, plan_of(info).matrix


def _remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)


def _size(path: str) -> int:
    """Give the bytes of a file, 0 if it is gone, which ffmpeg will tell."""
    try:
        return Path(path).stat().st_size
    except FileNotFoundError:
        return 0


def _has_bytes(path: str) -> bool:
    return _size(path) > 0
