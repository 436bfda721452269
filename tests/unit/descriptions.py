"""Texts as `ffmpeg -i` prints them."""

from adapters_ffmpeg.probe_text import parse
from vidcore.media import VideoStream


def described(
    *streams: str, container: str = "matroska,webm", duration: str = "00:00:02.00"
) -> str:
    return "\n".join(
        (
            f"Input #0, {container}, from 'source':",
            f"  Duration: {duration}, start: 0.000000, bitrate: 1 kb/s",
            *streams,
            "At least one output file must be specified",
        )
    )


def picture(line: str) -> VideoStream:
    return parse(described(f"  Stream #0:0: Video: {line}")).video[0]
