import attrs
import pytest

from adapters_ffmpeg.limits import cores, cpu_time, for_film, for_still
from adapters_ffmpeg.subprocesses import Limits
from vidcore.media import Plan
from vidcore.media.sources import DURATION_MAX

MIB = 2**20
MINUTE = Plan(video_index=0, audio_index=1, width=64, height=64, matrix="bt709", duration=60.0)


def limits(plan: Plan, source_bytes: int = 50 * MIB) -> Limits:
    return for_film(plan, source_bytes, grace=600.0, slowest=30.0)


@pytest.mark.parametrize(
    ("copy_video", "copy_audio", "expected"),
    [
        (True, True, 50 * MIB),
        (True, False, 50 * MIB + 60 * 20_000),
        (False, True, 50 * MIB + 60 * 1_000_000),
        (False, False, 60 * 1_020_000),
    ],
)
def test_an_output_may_be_twice_what_is_expected(
    copy_video: bool,  # noqa: FBT001 - a table
    copy_audio: bool,  # noqa: FBT001 - a table
    expected: int,
) -> None:
    plan = attrs.evolve(MINUTE, copy_video=copy_video, copy_audio=copy_audio)

    assert limits(plan).file_size == 2 * expected + 16 * MIB


def test_silence_needs_no_bytes() -> None:
    silent = attrs.evolve(MINUTE, audio_index=None)

    assert limits(silent).file_size == 2 * 60 * 1_000_000 + 16 * MIB


def test_cpu_time_goes_by_the_duration_and_the_cores() -> None:
    assert limits(MINUTE).cpu == (600 + 30 * 60) * cores()
    unknown = attrs.evolve(MINUTE, duration=None)
    assert limits(unknown).cpu == (600 + 30 * DURATION_MAX) * cores()
    assert cpu_time(1.0) == cores()


def test_a_still_picture_is_small() -> None:
    assert for_still(30.0).file_size == 64 * MIB
    assert for_still(30.0).cpu == 30 * cores()
    assert for_still(30.0).memory >= 4 * 2**30
