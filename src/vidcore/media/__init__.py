"""What a source is, what has to be done to it and why, and what has come of it.

`plan` decides, from the facts of a probe alone, how a source becomes an MP4 that every browser plays:
upright, square pixels, even sizes, no larger than 1080p, 8-bit 4:2:0 in BT.709, at most 60 frames a
second, stereo AAC. What is so already is copied. Each decision is in the plan with its rule in words.
`check_output` holds the result against it before anything is published.

>>> from vidcore import MediaInfo, VideoStream, plan
>>> size = {"width": 3840, "height": 2160, "rotation": 90}
>>> phone = VideoStream(index=0, codec="hevc", pixel_format="yuv420p", **size)
>>> made = plan(MediaInfo(container="mov", duration=12.5, video=(phone,), audio=()))
>>> made.mode, made.width, made.height
(<Mode.VIDEO: 'video'>, 1080, 1920)
>>> made.reasons[0]
'the picture is encoded as H.264 High: its codec is hevc, which not every browser plays'
"""

from vidcore.media.copying import why_audio_is_encoded, why_video_is_encoded
from vidcore.media.outputs import OutputFacts, check_output, copied_tracks
from vidcore.media.plans import Mode, Plan, displayed_size, fit, plan, thumbnail_width
from vidcore.media.sources import (
    AudioStream,
    Edit,
    MediaInfo,
    Transfer,
    VideoStream,
    check_filename,
    check_source,
)
from vidcore.media.storyboards import Storyboard, storyboard_of

__all__ = [
    "AudioStream",
    "Edit",
    "MediaInfo",
    "Mode",
    "OutputFacts",
    "Plan",
    "Storyboard",
    "Transfer",
    "VideoStream",
    "check_filename",
    "check_output",
    "check_source",
    "copied_tracks",
    "displayed_size",
    "fit",
    "plan",
    "storyboard_of",
    "thumbnail_width",
    "why_audio_is_encoded",
    "why_video_is_encoded",
]
