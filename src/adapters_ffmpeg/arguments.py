"""The command lines: pure functions from what is wanted to ffmpeg's arguments.

Paths are absolute and always behind `file:`, so that no name is taken for an option, a protocol or a
pattern. Every number that is not explained here was measured with ffmpeg 5.1 and 9.0.
"""

from typing import Final

import attrs

from adapters_ffmpeg.codecs import INPUT
from vidcore.media import (
    DURATION_MAX,
    FRAME_RATE_MAX,
    THUMBNAIL_HEIGHT,
    Plan,
    Transfer,
    VideoStream,
    thumbnail_width,
)

_QUIET: Final = ("-nostdin", "-hide_banner", "-nostats", "-y")
_PROGRESS: Final = ("-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "1")
_BARE: Final = ("-map_metadata", "-1", "-map_chapters", "-1")

_VIDEO: Final = (
    *("-fps_mode", "vfr", "-enc_time_base:v", "1:90000", "-c:v", "libx264"),
    *("-maxrate", "8M", "-bufsize", "16M", "-profile:v", "high", "-pix_fmt", "yuv420p"),
    *("-force_key_frames", "expr:gte(t,n_forced*2)"),  # every 2 s: seeking, and HLS later
)
_AUDIO: Final = (
    *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"),
    *("-af", "aresample=async=1:first_pts=0"),  # fills gaps, keeps sound and picture together
)
_MP4: Final = (
    *("-write_tmcd", "0", "-movflags", "+faststart"),
    *("-max_muxing_queue_size", "4096", "-f", "mp4"),  # for tracks that begin seconds apart
)

_DEINTERLACE: Final = "bwdif=mode=send_frame:parity=auto:deint=interlaced"
_TAGS: Final = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
_NOT_DARK: Final = "metadata=mode=select:key=lavfi.signalstats.YAVG:value=40:function=greater"
_TO_JPEG: Final = (
    "scale=in_color_matrix=bt709:in_range=limited:out_color_matrix=smpte170m:out_range=full,"
    "format=yuvj420p"
)


def probe_arguments(source: str) -> tuple[str, ...]:
    """Ask ffmpeg for a description of `source`, which it prints before it fails for want of an output."""
    return ("-nostdin", "-hide_banner", *INPUT, "-i", f"file:{source}")


@attrs.frozen(kw_only=True)
class Encoding:
    """How libx264 is set. Without `tone_mapping`, ffmpeg lacks the filters for it: HDR looks pale."""

    preset: str
    crf: int
    tone_mapping: bool


def transcode_arguments(
    source: str, target: str, plan: Plan, encoding: Encoding
) -> tuple[str, ...]:
    """Make the MP4 `target` as planned."""
    audio = plan.audio_index is not None
    return (
        *_QUIET,
        *_PROGRESS,
        *INPUT,
        *("-i", f"file:{source}", "-map", f"0:{plan.video_index}"),
        *(("-map", f"0:{plan.audio_index}") if audio else ()),
        *("-sn", "-dn", *_BARE, "-t", f"{DURATION_MAX:.0f}"),
        *("-vf", _picture(plan, tone_mapping=encoding.tone_mapping)),
        *(*_VIDEO, "-preset", encoding.preset, "-crf", str(encoding.crf)),
        *(_AUDIO if audio else ()),
        *(*_MP4, f"file:{target}"),
    )


def _picture(plan: Plan, *, tone_mapping: bool) -> str:
    size = f"scale={plan.width}:{plan.height}:flags=bicubic"
    if plan.tone_map is not None and tone_mapping:
        colours = (size, *_tone_map(plan.tone_map))
    else:
        colours = (
            f"{size}:in_color_matrix={plan.matrix}:out_color_matrix=bt709:out_range=limited",
        )
    return ",".join(
        (
            *((_DEINTERLACE,) if plan.deinterlace else ()),
            *((f"fps={FRAME_RATE_MAX}",) if plan.cap_frame_rate else ()),
            *colours,
            "format=yuv420p",
            "setsar=1",
            _TAGS,
        )
    )


def _tone_map(transfer: Transfer) -> tuple[str, ...]:
    """Bring BT.2100 to BT.709, with white at 203 nit as BT.2408 has it, keeping highlights."""
    return (
        f"zscale=tin={transfer}:pin=2020:min=2020_ncl:rin=limited:t=linear:npl=203",
        "format=gbrpf32le",
        "zscale=p=709",
        "tonemap=mobius:param=0.6:peak=5:desat=0",
        "zscale=t=709:m=709:r=limited",
    )


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
    source: str, target: str, stream: VideoStream, shot: Shot
) -> tuple[str, ...]:
    """Make the JPEG `target` of a track of a published `source`, from the 10 s that follow `shot.at`."""
    width = thumbnail_width(stream.width, stream.height)
    return (
        *_QUIET,
        *("-loglevel", "error", *INPUT),
        *("-ss", f"{shot.at:.3f}", "-t", "10", "-i", f"file:{source}"),
        *("-map", f"0:{stream.index}", "-an", "-sn", "-dn", *_BARE),
        "-vf",
        ",".join(
            (
                f"scale={width}:{THUMBNAIL_HEIGHT}:flags=bicubic,format=yuv420p",
                *(("signalstats", _NOT_DARK) if shot.skip_dark else ()),
                _TO_JPEG,
            )
        ),
        *("-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4"),
        *("-f", "image2", "-update", "1", f"file:{target}"),
    )
