"""What people upload, and what has to become of it: `test_ffmpeg_kinds` holds ffmpeg to this table.

`docs/media.md` shows it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from tests.integration.samples import CONCAT, DASH, PLAYLIST, Samples
from vidcore.media import Mode

UPRIGHT: Final = ("red", "green", "blue", "white")
ELSEWHERE: Final = "file:///etc/hostname"


def _by_name(samples: Samples, name: str) -> Path:
    return samples(name)


@attrs.frozen
class Kind:
    """An upload that is published, in `size` pixels and `seconds`.

    `corners` are its colours from top left to bottom right, none if they are not to be told.
    `falls_back` says that the plan turns out wrong, and that everything is encoded.
    """

    name: str
    what: str
    mode: Mode
    size: tuple[int, int]
    seconds: float
    sounds: bool = attrs.field(default=False, kw_only=True)
    corners: tuple[str, ...] = attrs.field(default=UPRIGHT, kw_only=True)
    falls_back: bool = attrs.field(default=False, kw_only=True)
    make: Callable[[Samples, str], Path] = attrs.field(default=_by_name, kw_only=True)


@attrs.frozen
class Refusal:
    """An upload that is refused, or that fails when it is processed, with what its owner is told."""

    name: str
    what: str
    told: str
    make: Callable[[Samples, str], Path] = attrs.field(default=_by_name, kw_only=True)


COPIED: Final = (
    Kind(
        "plain.mp4", "H.264 and AAC, as browsers play it", Mode.REMUX, (640, 360), 1.0, sounds=True
    ),
    Kind("index_last.mp4", "its index at the end", Mode.REMUX, (1920, 1080), 0.2, sounds=True),
    Kind("full_hd.mkv", "H.264 and AAC in an MKV", Mode.REMUX, (1920, 1080), 0.4, sounds=True),
    Kind("silent.mp4", "without sound", Mode.REMUX, (640, 360), 0.4),
    Kind("portrait.mp4", "held upright", Mode.REMUX, (720, 1280), 0.4),
    Kind(
        "fragments.mp4",
        "in fragments, as streams are saved",
        Mode.REMUX,
        (640, 360),
        1,
        sounds=True,
    ),
    Kind("cover.mp4", "with a cover picture", Mode.REMUX, (320, 240), 0.4),
    Kind(
        "located.mov",
        "with the place where it was taken, and a timecode track",
        Mode.REMUX,
        (320, 240),
        0.4,
        sounds=True,
    ),
    Kind(
        "phone.mov",
        "of a phone, with a variable frame rate",
        Mode.REMUX,
        (640, 360),
        1.0,
        sounds=True,
    ),
    Kind("standard.mp4", "PAL, in the colours of BT.470", Mode.REMUX, (720, 576), 0.4),
    Kind("high_definition.mp4", "HD, its colours without a tag", Mode.REMUX, (1280, 720), 0.2),
    Kind("dark_start.mp4", "black at first", Mode.REMUX, (640, 360), 2.0),
    Kind("all_dark.mp4", "black to the end", Mode.REMUX, (640, 360), 0.5, corners=()),
    Kind("titled.mkv", "a title that poses as a track", Mode.REMUX, (320, 240), 0.2),
    Kind(
        "boastful.mp4",
        "an index that claims to last for years",
        Mode.REMUX,
        (640, 360),
        0.4,
        make=lambda samples, _: samples.boastful(),
    ),
    Kind(
        "damaged.mp4",
        "wrong bytes in the middle",
        Mode.REMUX,
        (640, 360),
        1.0,
        sounds=True,
        corners=(),
        falls_back=True,
        make=lambda samples, _: samples.damaged(),
    ),
)
ENCODED: Final = (
    Kind("small_mono.mp4", "sound of 8 kHz", Mode.AUDIO, (320, 240), 1.0, sounds=True),
    Kind(
        "many_tracks.mkv",
        "a commentary, and a film's sound in 5.1",
        Mode.AUDIO,
        (320, 240),
        1.0,
        sounds=True,
    ),
    Kind(
        "late.mp4",
        "sound that begins half a second late",
        Mode.AUDIO,
        (640, 360),
        1.5,
        sounds=True,
        make=lambda samples, _: samples.late(),
    ),
    Kind("uhd.mp4", "4K", Mode.VIDEO, (1920, 1080), 0.08),
    Kind("one_frame.mp4", "a single picture", Mode.VIDEO, (640, 360), 0.04),
    Kind("sparse_keys.mp4", "one key frame for 12 s", Mode.VIDEO, (160, 120), 12.0),
    Kind("large_rate.mp4", "a needlessly large bit rate", Mode.VIDEO, (320, 240), 0.4, corners=()),
    Kind("full_range.mp4", "colours in the full range", Mode.VIDEO, (640, 360), 0.4),
    Kind("hevc.mp4", "HEVC", Mode.VIDEO, (640, 360), 0.4, sounds=True),
    Kind("hdr_pq.mp4", "HDR: PQ, of a camera", Mode.VIDEO, (640, 180), 0.3, corners=()),
    Kind("hdr_hlg.mov", "HDR: HLG, of a phone", Mode.VIDEO, (640, 180), 0.3, corners=()),
    Kind("ten_bit.mkv", "H.264 of 10 bits", Mode.VIDEO, (640, 360), 0.4),
    Kind("rgb.mkv", "a screen, in RGB", Mode.VIDEO, (320, 240), 0.4),
    Kind("anamorphic.mkv", "pixels that are not square", Mode.VIDEO, (512, 288), 0.4),
    Kind("interlaced.mkv", "interlaced", Mode.VIDEO, (720, 576), 0.4),
    Kind("fast.mkv", "120 frames/s", Mode.VIDEO, (320, 240), 0.4),
    Kind(
        "rotated.mov",
        "a phone held upright",
        Mode.VIDEO,
        (360, 640),
        1.0,
        sounds=True,
        corners=("blue", "red", "white", "green"),
        make=lambda samples, _: samples.rotated(),
    ),
    Kind(
        "trimmed.mp4",
        "cut by an edit list",
        Mode.ENCODE,
        (640, 360),
        0.5,
        sounds=True,
        make=lambda samples, _: samples.trimmed(),
    ),
    Kind("camera.mov", "ProRes and PCM", Mode.ENCODE, (720, 576), 0.2, sounds=True),
    Kind("vp9.webm", "VP9 and Opus", Mode.ENCODE, (640, 360), 0.4, sounds=True),
    Kind("av1.webm", "AV1 and Opus", Mode.ENCODE, (640, 360), 0.4, sounds=True),
    Kind("film.avi", "MPEG-4 and MP3", Mode.ENCODE, (640, 480), 0.8, sounds=True),
    Kind("odd.avi", "641x359 pixels", Mode.ENCODE, (640, 358), 0.8, sounds=True),
)

_NO_VIDEO: Final = "The file is no MP4, MOV, AVI, MKV or WEBM video inside, or is damaged."


def _posing(text: str) -> Callable[[Samples, str], Path]:
    return lambda samples, name: samples.written(name, text.format(target=ELSEWHERE).encode())


def _renamed(original: str) -> Callable[[Samples, str], Path]:
    return lambda samples, _: samples.renamed(original)


FAILING: Final = (
    Refusal(
        "broken_off.mp4",
        "the first 30 % of a file, its index first",
        "The file breaks off after 0.3 s of 1.0 s.",
        make=lambda samples, _: samples.cut("plain.mp4", 0.3),
    ),
)
REFUSED: Final = (
    Refusal(
        "headless.mp4",
        "the first 60 % of a file, its index last",
        "The file is incomplete: its index is missing.",
        make=lambda samples, _: samples.cut("index_last.mp4", 0.6),
    ),
    Refusal("only_sound.mp4", "sound alone", "The file has no video track."),
    Refusal(
        "far_too_large.mkv",
        "frames of 6016x6016 pixels",
        "The picture has 6016x6016 pixels; 36000000 in all are allowed.",
    ),
    Refusal(
        "spoken.mkv",
        "a language that poses as a track",
        "The tracks of the file are not described clearly.",
    ),
    Refusal("empty.mp4", "nothing", _NO_VIDEO, make=_posing("")),
    Refusal("text.mp4", "text", _NO_VIDEO, make=_posing("hello, not a video\n" * 50)),
    Refusal("noise.mp4", "noise", _NO_VIDEO, make=lambda samples, _: samples.garbage()),
    Refusal("jpeg.mp4", "a JPEG under another name", _NO_VIDEO, make=_renamed("picture.jpg")),
    Refusal("png.mp4", "a PNG under another name", _NO_VIDEO, make=_renamed("picture.png")),
    Refusal("gif.mp4", "a GIF under another name", _NO_VIDEO, make=_renamed("moving.gif")),
    Refusal("stream.mp4", "an MPEG-TS under another name", _NO_VIDEO, make=_renamed("stream.ts")),
    Refusal("hls.mp4", "an HLS playlist of another file", _NO_VIDEO, make=_posing(PLAYLIST)),
    Refusal("concat.mp4", "a list of other files", _NO_VIDEO, make=_posing(CONCAT)),
    Refusal("dash.mp4", "a DASH playlist of another file", _NO_VIDEO, make=_posing(DASH)),
)
