"""The command lines that make and check a film: pure functions from what is wanted to ffmpeg's arguments.

Paths are absolute and always behind `file:`, so that no name is taken for an option, a protocol or a
pattern. Every number that is not explained here was measured with ffmpeg 5.1 and 9.0.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from adapters_ffmpeg.codecs import INPUT
from vidcore.media import Plan, Transfer
from vidcore.media.copying import FRAME_RATE_MAX, LEVEL_MAX
from vidcore.media.sources import DURATION_MAX

QUIET: Final = ("-nostdin", "-hide_banner", "-nostats", "-y")
BARE: Final = ("-map_metadata", "-1", "-map_chapters", "-1")
_PROGRESS: Final = ("-progress", "pipe:1", "-stats_period", "1")

# Times in 1/90000 s keep each frame's own; a rate's would round those of a variable one.
_OWN_TIMES: Final = ("-enc_time_base:v", "1:90000")
_ENCODED_VIDEO: Final = (
    *("-fps_mode", "vfr", *_OWN_TIMES, "-c:v", "libx264"),
    *("-maxrate", "8M", "-bufsize", "16M", "-profile:v", "high", "-pix_fmt", "yuv420p"),
    *("-force_key_frames", "expr:gte(t,n_forced*2)"),  # every 2 s: seeking, and HLS later
)
_ENCODED_AUDIO: Final = (
    *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"),
    *("-af", "aresample=async=1:first_pts=0"),  # fills gaps, keeps sound and picture together
)
# With these, x264 refers to more frames than level 4.2 lets 1080p have, unless it is told the level.
_MANY_REFERENCES: Final = frozenset({"slow", "slower", "veryslow"})
_LEVEL: Final = ("-level:v", f"{LEVEL_MAX / 10:.1f}")
_COPIED_VIDEO: Final = ("-c:v", "copy", "-tag:v", "avc1")  # Safari plays no other tag
_COPIED_AUDIO: Final = ("-c:a", "copy")
_MP4: Final = (
    *("-write_tmcd", "0", "-movflags", "+faststart"),
    *("-max_muxing_queue_size", "4096", "-f", "mp4"),  # for tracks that begin seconds apart
)

_DEINTERLACE: Final = "bwdif=mode=send_frame:parity=auto:deint=interlaced"
_TAGS: Final = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


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
    return (
        *(*QUIET, "-loglevel", "warning", *_PROGRESS, *INPUT),
        *("-i", f"file:{source}", "-map", f"0:{plan.video_index}"),
        *(() if plan.audio_index is None else ("-map", f"0:{plan.audio_index}")),
        *("-sn", "-dn", *BARE, "-t", f"{DURATION_MAX:.0f}"),
        *(_COPIED_VIDEO if plan.copy_video else _encoded_video(plan, encoding)),
        *_audio(plan),
        *(*_MP4, f"file:{target}"),
    )


def decode_arguments(source: str, tracks: Sequence[int]) -> tuple[str, ...]:
    """Decode tracks of a published `source`; nothing is written, and only what is damaged is told."""
    return (
        *(*QUIET, "-loglevel", "error", *_PROGRESS, *INPUT, "-i", f"file:{source}"),
        *(word for track in tracks for word in ("-map", f"0:{track}")),
        *("-fps_mode", "passthrough", *_OWN_TIMES, "-f", "null", "-"),
    )


def _audio(plan: Plan) -> tuple[str, ...]:
    if plan.audio_index is None:
        return ()
    return _COPIED_AUDIO if plan.copy_audio else _ENCODED_AUDIO


def _encoded_video(plan: Plan, encoding: Encoding) -> tuple[str, ...]:
    return (
        *("-vf", _picture(plan, tone_mapping=encoding.tone_mapping)),
        *(*_ENCODED_VIDEO, "-preset", encoding.preset, "-crf", str(encoding.crf)),
        *(_LEVEL if encoding.preset in _MANY_REFERENCES else ()),
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
