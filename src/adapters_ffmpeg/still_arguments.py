"""The command lines that take still pictures of a published video: its thumbnail, its storyboard.

`matrix` is how the colours of the video are read, as ffmpeg's scaler names it: an encoded video is in
BT.709, but a copied one may have been recorded in another, and say so or not.
"""

from typing import Final

import attrs

from adapters_ffmpeg.arguments import BARE, QUIET
from adapters_ffmpeg.codecs import INPUT
from vidcore.media import Storyboard, VideoStream, thumbnail_width
from vidcore.media.plans import THUMBNAIL_HEIGHT

_NOT_DARK: Final = "metadata=mode=select:key=lavfi.signalstats.YAVG:value=40:function=greater"


@attrs.frozen(kw_only=True)
class Shot:
    """Where to look for a thumbnail: from `at` s on, at what is not dark or at anything.

    What is not dark has a mean luma, of 16 to 235, over 40.
    """

    at: float
    skip_dark: bool


def thumbnail_shots(duration: float) -> tuple[Shot, ...]:
    """Give the tries, the wanted one first; some leave no picture, as all of a video may be dark."""
    start = min(1.0, duration / 2)
    return (
        Shot(at=start, skip_dark=True),
        Shot(at=0.3 * duration, skip_dark=True),
        Shot(at=start, skip_dark=False),
        Shot(at=0.0, skip_dark=False),
    )


def thumbnail_arguments(
    source: str, target: str, stream: VideoStream, matrix: str, shot: Shot
) -> tuple[str, ...]:
    """Make the JPEG `target` of a track of `source`, from the 10 s that follow `shot.at`."""
    width = thumbnail_width(stream.width, stream.height)
    return (
        *(*QUIET, "-loglevel", "error", *INPUT),
        *("-ss", f"{shot.at:.3f}", "-t", "10", "-i", f"file:{source}"),
        *("-map", f"0:{stream.index}", "-an", "-sn", "-dn", *BARE),
        "-vf",
        ",".join(
            (
                f"scale={width}:{THUMBNAIL_HEIGHT}:flags=bicubic,format=yuv420p",
                *(("signalstats", _NOT_DARK) if shot.skip_dark else ()),
                *(_to_jpeg(matrix), "setsar=1"),
            )
        ),
        *_jpeg(target, quality=4),
    )


def storyboard_arguments(
    source: str, target: str, stream: VideoStream, matrix: str, board: Storyboard
) -> tuple[str, ...]:
    """Make the JPEG `target` of the tiles of a board.

    Each tile is the last key frame that is not after its begin; only those are decoded. The last
    ones are repeated where there are too few, so that the picture is always complete.
    """
    return (
        *(*QUIET, "-loglevel", "error", *INPUT),
        *("-skip_frame", "nokey", "-i", f"file:{source}"),
        *("-map", f"0:{stream.index}", "-an", "-sn", "-dn", *BARE),
        "-vf",
        ",".join(
            (
                f"fps=1/{board.interval:g}:round=up:start_time=0",
                f"scale={board.tile_width}:{board.tile_height}:flags=bicubic,format=yuv420p",
                *(_to_jpeg(matrix), "setsar=1"),
                f"tpad=stop={board.columns * board.rows}:stop_mode=clone",
                f"tile={board.columns}x{board.rows}",
            )
        ),
        *_jpeg(target, quality=5),
    )


def _to_jpeg(matrix: str) -> str:
    """Convert to the full range and the matrix of BT.601, which JFIF has (ITU-T T.871)."""
    return (
        f"scale=in_color_matrix={matrix}:in_range=limited"
        ":out_color_matrix=smpte170m:out_range=full,format=yuvj420p"
    )


def _jpeg(target: str, *, quality: int) -> tuple[str, ...]:
    return (
        *("-frames:v", "1", "-c:v", "mjpeg", "-q:v", str(quality)),
        *("-f", "image2", "-update", "1", f"file:{target}"),
    )
