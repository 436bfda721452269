"""A file that is fit to be copied, and others that differ from it by what a test says."""

from typing import Any

import attrs

from vidcore.media import AudioStream, MediaInfo, VideoStream
from vidcore.testing.transcoding import COPYABLE


def picture(**changes: Any) -> VideoStream:
    return attrs.evolve(COPYABLE.video[0], **changes)


def sound(**changes: Any) -> AudioStream:
    return attrs.evolve(COPYABLE.audio[0], **changes)


def source(**changes: Any) -> MediaInfo:
    return attrs.evolve(COPYABLE, **changes)
