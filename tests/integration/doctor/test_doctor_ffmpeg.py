"""Real ffmpegs that are crippled on purpose."""

from pathlib import Path

import pytest

from adapters_ffmpeg.abilities import why_not_encoding
from tests.integration.doctor.conftest import Platform


def cripple(ffmpeg: Path, script: str) -> str:
    ffmpeg.with_name("cripple").write_text(script)
    return str(ffmpeg)


def without(question: str, name: str) -> str:
    """Say what an ffmpeg does that was built without something."""
    return f"""
if [ "$2" = {question} ]; then "$real" "$@" | grep -vw "{name}"; else exec "$real" "$@"; fi
"""


def test_an_ffmpeg_that_is_not_there_is_named(platform: Platform) -> None:
    report = platform.doctor(FFMPEG="/nowhere/ffmpeg")

    assert (report.code, report.faults) == (1, {"ffmpeg"})
    assert "there is no program /nowhere/ffmpeg" in report.told("ffmpeg")
    assert "apt install ffmpeg" in report.told("ffmpeg")
    assert "VIDCORE_FFMPEG" in report.told("ffmpeg")


@pytest.mark.parametrize(
    ("question", "name"),
    [("-encoders", "libx264"), ("-encoders", "aac"), ("-filters", "bwdif"), ("-filters", "scale")],
)
def test_an_ffmpeg_that_lacks_what_is_needed_is_named(
    platform: Platform, crippled_ffmpeg: Path, question: str, name: str
) -> None:
    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, without(question, name)))

    assert (report.code, report.faults) == (1, {"ffmpeg"})
    assert f"{crippled_ffmpeg} lacks {name}" in report.told("ffmpeg")


def test_an_encoder_that_is_listed_and_fails_is_named(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    script = """
case "$*" in *rawvideo*) echo "libx264 is broken" >&2; exit 1;; *) exec "$real" "$@";; esac
"""

    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, script))

    assert (report.code, report.faults) == (1, {"ffmpeg.encoding"})
    assert "libx264: libx264 is broken" in report.told("ffmpeg.encoding")


def test_an_encoder_that_fails_without_a_word_is_named(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    script = 'case "$*" in *rawvideo*) exit 7;; *) exec "$real" "$@";; esac'

    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, script))

    assert "it ended with code 7" in report.told("ffmpeg.encoding")


def test_a_program_that_is_gone_meanwhile_does_not_encode() -> None:
    assert "No such file" in str(why_not_encoding("/nowhere/ffmpeg"))


def test_an_ffmpeg_without_a_decoder_is_warned_of(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, without("-decoders", "hevc")))

    assert (report.code, report.warnings) == (0, {"ffmpeg.decoders"})
    assert "There is no decoder for HEVC." in report.told("ffmpeg.decoders")


def test_an_ffmpeg_that_cannot_read_what_it_makes_is_named(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, without("-decoders", "h264")))

    assert (report.code, report.faults) == (1, {"ffmpeg.decoders"})
    assert "There is no decoder for H.264." in report.told("ffmpeg.decoders")


def test_an_ffmpeg_that_does_not_list_its_decoders_is_named(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    script = 'if [ "$2" = -decoders ]; then exit 3; else exec "$real" "$@"; fi'

    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, script))

    assert (report.code, report.faults) == (1, {"ffmpeg.decoders"})
    assert "could not be listed" in report.told("ffmpeg.decoders")


def test_an_ffmpeg_without_tone_mapping_is_warned_of(
    platform: Platform, crippled_ffmpeg: Path
) -> None:
    report = platform.doctor(FFMPEG=cripple(crippled_ffmpeg, without("-filters", "zscale")))

    assert (report.code, report.warnings) == (0, {"ffmpeg.tone-mapping"})
    assert "HDR" in report.checks["ffmpeg.tone-mapping"]["why"]
