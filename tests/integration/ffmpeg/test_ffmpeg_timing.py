"""That picture and sound stay together: a flash and a beep, half a second into a clip."""

from pathlib import Path
from typing import Final

import pytest

from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.ffmpeg.measuring import beep, flash
from tests.integration.ffmpeg.publishing import publish
from tests.integration.recipes import AAC, PHONE_TIMES, X264, made_of
from tests.integration.samples import Samples
from vidcore.media import Mode

APART: Final = 0.04  # seconds; EBU R37 allows 40 ms of sound before the picture
FLASH: Final = "color=black:s=160x120:r=60:d=1,drawbox=c=white:t=fill:enable='between(t,0.49,0.6)'"
BEEP: Final = "sine=f=1000:r=48000:d=1,volume=8,volume=0:enable='lt(t,0.5)+gt(t,0.6)'"
CODECS: Final = {
    Mode.REMUX: (*X264, *AAC),
    Mode.AUDIO: (*X264, "-c:a", "ac3"),
    Mode.VIDEO: ("-c:v", "mpeg4", *AAC),
    Mode.ENCODE: ("-c:v", "mpeg4", "-c:a", "ac3"),
}
VARIABLE: Final = ("-vf", PHONE_TIMES, "-fps_mode", "passthrough", "-enc_time_base:v", "1/600")
B_FRAMES: Final = ("-bf", "2")
COPIED_LATE: Final = 0.15  # seconds; so little an edit list may shift a copied track
LATE: Final = 0.5  # seconds; so much makes it encoded


def clip(samples: Samples, name: str, codecs: tuple[str, ...], timing: str) -> Path:
    """Make a clip, its picture or its sound late by what `timing` says."""
    path = samples.folder / name
    what, _, seconds = timing.partition(" ")
    picture, sound = made_of(FLASH), made_of(BEEP)
    if what == "picture":
        picture = ("-itsoffset", seconds, *picture)
    elif what == "sound":
        sound = ("-itsoffset", seconds, *sound)
    times = {"variable": VARIABLE, "reordered": B_FRAMES}.get(what, ())
    samples.run((*picture, *sound, *times, *codecs, str(path)))
    return path


def apart(ffmpeg: str, path: Path) -> float:
    return beep(ffmpeg, path) - flash(ffmpeg, path)


@pytest.mark.parametrize(
    ("mode", "extension"),
    [*((mode, "mov") for mode in Mode), (Mode.REMUX, "mkv"), (Mode.AUDIO, "mkv")],
)
@pytest.mark.parametrize(
    "timing", ["plain", "variable", "reordered", f"picture {COPIED_LATE}", f"sound {COPIED_LATE}"]
)
async def test_picture_and_sound_stay_together_in_every_mode(  # noqa: PLR0913, PLR0917 - a table of three
    transcoder: FfmpegTranscoder,
    samples: Samples,
    tmp_path: Path,
    mode: Mode,
    extension: str,
    timing: str,
) -> None:
    ffmpeg = transcoder.ffmpeg.path
    source = clip(samples, f"flash.{extension}", CODECS[mode], timing)

    result = await publish(transcoder, source, tmp_path)

    assert result.made.mode is mode
    assert apart(ffmpeg, result.media) == pytest.approx(apart(ffmpeg, source), abs=APART)


@pytest.mark.parametrize("extension", ["mov", "mkv"])
@pytest.mark.parametrize("what", ["picture", "sound"])
async def test_a_track_that_begins_late_stays_late(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path, extension: str, what: str
) -> None:
    ffmpeg = transcoder.ffmpeg.path
    source = clip(samples, f"late_{what}.{extension}", CODECS[Mode.REMUX], f"{what} {LATE}")

    result = await publish(transcoder, source, tmp_path)

    wanted = LATE if what == "sound" else -LATE
    assert apart(ffmpeg, result.media) == pytest.approx(wanted, abs=APART)
