"""Whether what was made is what was planned, before anybody sees it.

>>> from vidcore import MediaInfo, VideoStream, check_output, plan
>>> camera = VideoStream(index=0, codec="hevc", pixel_format="yuv420p", width=640, height=360)
>>> source = MediaInfo(container="mov", duration=75.0, video=(camera,), audio=())
>>> copied = VideoStream(index=0, codec="h264", pixel_format="yuv420p", width=640, height=360)
>>> output = MediaInfo(container="mov", duration=31.0, video=(copied,), audio=(), faststart=True)
>>> check_output(plan(source), source, output)
Traceback (most recent call last):
vidcore.errors.VideoProcessingError: The file breaks off after 0:31 of 1:15.
"""

from typing import Final

import attrs

from vidcore.errors import VideoProcessingError
from vidcore.media.copying import KEY_FRAME_GAP_MAX, LEVEL_MAX
from vidcore.media.plans import Plan
from vidcore.media.sources import MediaInfo, VideoStream
from vidcore.text import clock_time

DURATION_TOLERANCE: Final = 0.01  # of the duration; what lacks more is broken off
DURATION_SLACK: Final = 0.5  # seconds; the last frame, and encoder delay of the audio


@attrs.frozen(kw_only=True)
class OutputFacts:
    """What the published file was found to be: its duration in seconds, its size in pixels."""

    duration_seconds: float
    width: int
    height: int


def check_output(made: Plan, source: MediaInfo, output: MediaInfo) -> OutputFacts:
    """Give the facts of an output, if it is what the plan wanted.

    Raises VideoProcessingError, whose reason is a sentence for the owner.
    """
    stream = output.main_video
    if stream is None or output.duration is None or not output.faststart:
        raise VideoProcessingError("Processing ended without a playable video.")
    if (stream.codec, stream.width, stream.height) != ("h264", made.width, made.height):
        raise VideoProcessingError(
            f"Processing made {stream.codec} of {stream.width}x{stream.height}, where H.264 of "
            f"{made.width}x{made.height} was planned."
        )
    _check_playable(stream)
    sound = output.main_audio
    if (made.audio_index is None) != (sound is None):
        raise VideoProcessingError("Processing lost the sound.")
    if sound is not None and sound.codec != "aac":
        raise VideoProcessingError(f"Processing made {sound.codec} of the sound instead of AAC.")
    _check_duration(source.credible_duration, output.duration)
    return OutputFacts(duration_seconds=output.duration, width=stream.width, height=stream.height)


def copied_tracks(made: Plan, output: MediaInfo) -> tuple[int, ...]:
    """Give the indexes of the tracks in the output that nobody has decoded yet."""
    tracks = ((made.copy_video, output.main_video), (made.copy_audio, output.main_audio))
    return tuple(stream.index for copied, stream in tracks if copied and stream is not None)


def _check_playable(stream: VideoStream) -> None:
    if stream.pixel_format != "yuv420p" or stream.rotation:
        raise VideoProcessingError(
            f"Processing made {stream.pixel_format}, turned by {stream.rotation} degrees, where "
            "upright yuv420p was planned."
        )
    if stream.level is not None and stream.level > LEVEL_MAX:
        raise VideoProcessingError(
            f"Processing made level {stream.level / 10:.1f}, where {LEVEL_MAX / 10:.1f} is the most."
        )
    if stream.key_frame_gap is not None and stream.key_frame_gap > KEY_FRAME_GAP_MAX:
        raise VideoProcessingError(
            f"Key frames are up to {stream.key_frame_gap:.1f} s apart, where "
            f"{KEY_FRAME_GAP_MAX:.0f} s are the most."
        )


def _check_duration(claimed: float | None, found: float) -> None:
    if claimed is None:
        return
    if claimed - found > max(DURATION_SLACK, DURATION_TOLERANCE * claimed):
        raise VideoProcessingError(
            f"The file breaks off after {clock_time(found)} of {clock_time(claimed)}."
        )
