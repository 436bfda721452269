"""How ffmpeg makes the clips of `samples`: each name with the arguments that come before the path.

Each picture has a red, a green, a blue and a white corner: top left, top right, bottom left, bottom
right, as its player is to show them unless the clip says otherwise.
"""

from collections.abc import Mapping
from typing import Final

X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "33", "-pix_fmt", "yuv420p")
X265: Final = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
AAC: Final = ("-c:a", "aac", "-b:a", "64k")
FASTSTART: Final = ("-movflags", "+faststart")
BLACK: Final = "color=black:s=640x360:d=0.5:r=20"
BT709: Final = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
SAY_BT709: Final = f"scale=out_color_matrix=bt709:out_range=limited,format=yuv420p,{BT709}"


def picture(width: int, height: int, seconds: float, rate: int = 25) -> str:
    corners = (("0", "0", "red"), ("iw*3/4", "0", "0x00ff00"), ("0", "ih*3/4", "blue"))
    boxes = ",".join(
        f"drawbox={x}:{y}:iw/4:ih/4:{colour}:fill"
        for x, y, colour in (*corners, ("iw*3/4", "ih*3/4", "white"))
    )
    return f"testsrc2=s={width}x{height}:d={seconds}:r={rate},{boxes}"


def sound(seconds: float, hertz: int = 440, layout: str = "stereo") -> str:
    return f"sine=f={hertz}:d={seconds}:r=48000,aformat=channel_layouts={layout}"


def made_of(*graphs: str, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    inputs = (word for graph in graphs for word in ("-f", "lavfi", "-i", graph))
    return (*inputs, *options)


# A clip of SDR in a tenth of BT.2100's range, with white at 203 nit (BT.2408): how masters are made.
CHART: Final = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "dark": (48, 48, 48),
    "skin": (194, 150, 130),
    "foliage": (87, 108, 67),
}


def chart() -> str:
    """Draw the colours of CHART side by side, each 80x180 pixels."""
    boxes = ",".join(
        f"drawbox={80 * place}:0:80:ih:0x{red:02x}{green:02x}{blue:02x}:fill"
        for place, (red, green, blue) in enumerate(CHART.values())
    )
    return f"color=black:s=640x180:r=10:d=0.3,format=gbrp,{boxes},{SAY_BT709}"


def high_dynamic_range(transfer: str) -> tuple[str, ...]:
    graph = (
        f"{chart()},zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020,"
        f"zscale=t={transfer}:m=bt2020nc:r=limited:npl=203,format=yuv420p10le"
    )
    tags = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc")
    return made_of(graph, options=(*X265, "-crf", "10", "-tag:v", "hvc1", *tags))


PHONE_TIMES: Final = r"select='gt(mod(n*7919\,13)\,4)',settb=1/600,setpts='PTS+if(mod(N\,3)\,0\,3)'"  # as iPhones have

RECIPES: Final[Mapping[str, tuple[str, ...]]] = {
    "full_hd.mkv": made_of(picture(1920, 1080, 0.4), sound(0.4), options=(*X264, *AAC)),
    "plain.mp4": made_of(picture(640, 360, 1), sound(1), options=(*X264, *AAC, *FASTSTART)),
    "small.mp4": made_of(picture(64, 64, 0.4), sound(0.4), options=(*X264, *AAC)),
    "index_last.mp4": made_of(picture(1920, 1080, 0.2), sound(0.2), options=(*X264, *AAC)),
    "silent.mp4": made_of(picture(640, 360, 0.4), options=X264),
    "one_frame.mp4": made_of(picture(640, 360, 0.04), options=(*X264, "-frames:v", "1")),
    "portrait.mp4": made_of(picture(720, 1280, 0.4), options=X264),
    "uhd.mp4": made_of(picture(3840, 2160, 0.08), options=X264),
    "small_mono.mp4": made_of(
        picture(320, 240, 1, rate=15),
        "sine=f=440:d=1:r=8000",
        options=(*X264, "-c:a", "aac", "-b:a", "16k"),
    ),
    "standard.mp4": made_of(
        f"{picture(720, 576, 0.4)},scale=out_color_matrix=bt470bg:out_range=limited,format=yuv420p,"
        "setparams=range=limited:color_primaries=bt470bg:color_trc=smpte170m:colorspace=bt470bg",
        options=X264,
    ),
    "high_definition.mp4": made_of(
        f"{picture(1280, 720, 0.2)},scale=out_color_matrix=bt709:out_range=limited,format=yuv420p,"
        "setparams=color_primaries=unknown:color_trc=unknown:colorspace=unknown",
        options=X264,
    ),
    "fragments.mp4": made_of(
        picture(640, 360, 1),
        sound(1),
        options=(*X264, "-g", "10", *AAC, "-movflags", "+frag_keyframe+empty_moov"),
    ),
    "cover.mp4": made_of(
        picture(320, 240, 0.4),
        "color=orange:s=64x64:d=0.04",
        options=(
            *("-map", "0", "-map", "1", *X264, "-c:v:1", "mjpeg", "-pix_fmt:v:1", "yuvj420p"),
            *("-disposition:v:1", "attached_pic"),
        ),
    ),
    "located.mov": made_of(
        picture(320, 240, 0.4),
        sound(0.4),
        options=(
            *X264,
            *AAC,
            "-metadata",
            "location=+48.1374+011.5755/",
            "-timecode",
            "01:00:00:00",
        ),
    ),
    "sparse_keys.mp4": made_of(
        picture(160, 120, 12, rate=5), options=(*X264, "-g", "999", "-sc_threshold", "0")
    ),
    "large_rate.mp4": made_of(
        f"{picture(320, 240, 0.4)},noise=alls=60:allf=t", options=(*X264, "-crf", "1")
    ),
    "full_range.mp4": made_of(
        f"{picture(640, 360, 0.4)},scale=out_range=full,format=yuvj420p",
        options=("-c:v", "libx264", "-preset", "ultrafast"),
    ),
    "phone.mov": made_of(
        f"{picture(640, 360, 1, rate=60)},{PHONE_TIMES}",
        sound(1),
        options=(
            *("-fps_mode", "passthrough", "-enc_time_base", "1/600"),
            *("-video_track_timescale", "600", *X264, *AAC),
        ),
    ),
    "camera.mov": made_of(
        picture(720, 576, 0.2),
        sound(0.2),
        options=(
            *("-c:v", "prores_ks", "-profile:v", "0", "-pix_fmt", "yuv422p10le"),
            *("-c:a", "pcm_s24le", "-ar", "96000"),
        ),
    ),
    "hevc.mp4": made_of(picture(640, 360, 0.4), sound(0.4), options=(*X265, *AAC)),
    "ten_bit.mkv": made_of(
        picture(640, 360, 0.4),
        options=("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
    ),
    "odd.avi": made_of(
        f"{picture(640, 360, 0.8)},scale=641:359,setsar=1",
        sound(0.8),
        options=("-c:v", "mpeg4", "-q:v", "8", "-c:a", "pcm_s16le"),
    ),
    "film.avi": made_of(
        picture(640, 480, 0.8),
        sound(0.8),
        options=("-c:v", "mpeg4", "-q:v", "8", "-c:a", "libmp3lame", "-b:a", "64k"),
    ),
    "vp9.webm": made_of(
        picture(640, 360, 0.4),
        sound(0.4),
        options=(
            *("-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"),
            *("-c:a", "libopus"),
        ),
    ),
    "av1.webm": made_of(
        picture(640, 360, 0.4),
        sound(0.4),
        options=("-c:v", "libsvtav1", "-preset", "12", "-crf", "40", "-c:a", "libopus"),
    ),
    "anamorphic.mkv": made_of(f"{picture(360, 288, 0.4)},setsar=64/45", options=X264),
    "interlaced.mkv": made_of(
        f"{picture(720, 576, 0.4, rate=50)},tinterlace=interleave_top,setfield=tff",
        options=("-c:v", "mpeg2video", "-q:v", "5", "-flags", "+ildct+ilme", "-field_order", "tt"),
    ),
    "fast.mkv": made_of(picture(320, 240, 0.4, rate=120), options=X264),
    "hdr_pq.mp4": high_dynamic_range("smpte2084"),
    "hdr_hlg.mov": high_dynamic_range("arib-std-b67"),
    "rgb.mkv": made_of(picture(320, 240, 0.4), options=("-c:v", "ffv1", "-pix_fmt", "bgr0")),
    "many_tracks.mkv": made_of(
        picture(320, 240, 1),
        sound(1, hertz=200, layout="mono"),
        sound(1, layout="5.1"),
        options=(
            *("-map", "0", "-map", "1", "-map", "2", *X264, "-c:a", "ac3"),
            *("-disposition:a:0", "comment", "-disposition:a:1", "default"),
        ),
    ),
    "dark_start.mp4": made_of(
        f"color=black:s=640x360:d=1.2:r=20[a];{picture(640, 360, 0.8, rate=20)}[b];[a][b]concat=n=2:v=1",
        options=X264,
    ),
    "all_dark.mp4": made_of(BLACK, options=X264),
    "only_sound.mp4": made_of(sound(0.4), options=AAC),
    "picture.png": made_of(picture(640, 360, 1, rate=1), options=("-frames:v", "1")),
    "picture.jpg": made_of(picture(640, 360, 1, rate=1), options=("-frames:v", "1")),
    "moving.gif": made_of(picture(160, 120, 0.4, rate=10)),
    "stream.ts": made_of(picture(320, 240, 0.4), options=X264),
    "far_too_large.mkv": made_of(
        "color=gray:s=6016x6016:r=1:d=1", options=(*X264, "-frames:v", "1")
    ),
    "spoken.mkv": made_of(
        picture(320, 240, 0.2),
        options=(
            *X264,
            "-metadata:s:v",
            "language=en): Data: none\n  Stream #0:7: Video: h264, yuv420p, 64x64",
        ),
    ),
    "titled.mkv": made_of(
        picture(320, 240, 0.2),
        options=(*X264, "-metadata", "title=x\n  Stream #0:1: Video: h264, yuv420p, 64x64"),
    ),
}
