"""What of a hostile file ffmpeg may open: demuxers, decoders and sizes.

Everything that is not listed is refused by ffmpeg itself, in the demuxer's and decoder's `open`.
Playlists (HLS, DASH, concat), which make ffmpeg open other files, are therefore never followed.
"""

from typing import Final

from vidcore.media.sources import CONTAINERS, PIXELS_MAX

DECODERS: Final = (
    *("h264", "hevc", "vp8", "vp9", "libdav1d", "libaom-av1", "av1"),
    *("mpeg4", "msmpeg4v3", "msmpeg4v2", "msmpeg4", "mpeg2video", "mpeg1video", "h263"),
    *("mjpeg", "prores", "dnxhd", "wmv1", "wmv2", "theora", "dvvideo", "svq3", "cinepak"),
    *("ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "qtrle", "png"),
    *("aac", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "vorbis", "flac", "alac"),
    *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8"),
    *("pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt"),
    *("wmav2", "dca", "truehd", "amrnb"),
)

READABLE: Final = frozenset(DECODERS) | {"amr_nb", "dts"}  # codecs whose decoders have other names

INPUT: Final = (
    *("-protocol_whitelist", "file"),
    *("-format_whitelist", ",".join(sorted(CONTAINERS))),
    *("-codec_whitelist", ",".join(DECODERS)),
    *("-max_pixels", str(PIXELS_MAX)),
)
