import math

import attrs
import pytest

from vidcore.errors import VideoProcessingError
from vidcore.media import MediaInfo, OutputFacts, check_output, plan
from vidcore.testing.transcoding import SOURCE

PICTURE = SOURCE.video[0]
MADE = plan(SOURCE)
OUTPUT = attrs.evolve(SOURCE, faststart=True)


def test_an_output_as_planned_is_described_by_itself() -> None:
    facts = check_output(MADE, SOURCE, OUTPUT)

    assert facts == OutputFacts(duration_seconds=10.0, width=1280, height=720)


@pytest.mark.parametrize(
    ("claimed", "found"),
    [(10.0, 9.5), (100.0, 99.0), (10.0, 12.0), (None, 0.1), (math.inf, 3.0)],
)
def test_an_output_of_about_the_credible_duration_passes(
    claimed: float | None, found: float
) -> None:
    facts = check_output(
        MADE, attrs.evolve(SOURCE, duration=claimed), attrs.evolve(OUTPUT, duration=found)
    )

    assert facts.duration_seconds == found


@pytest.mark.parametrize(
    "output",
    [
        attrs.evolve(OUTPUT, video=()),
        attrs.evolve(OUTPUT, duration=None),
        attrs.evolve(OUTPUT, faststart=False),
        attrs.evolve(OUTPUT, faststart=None),
        attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, codec="hevc"),)),
        attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, width=1278),)),
        attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, height=718),)),
        attrs.evolve(OUTPUT, audio=()),
        attrs.evolve(OUTPUT, duration=9.4),
    ],
)
def test_another_output_is_never_published(output: MediaInfo) -> None:
    with pytest.raises(VideoProcessingError) as refused:
        check_output(MADE, SOURCE, output)

    assert str(refused.value).endswith(".")


def test_sound_that_nobody_planned_is_a_fault_too() -> None:
    silent = attrs.evolve(SOURCE, audio=())

    with pytest.raises(VideoProcessingError):
        check_output(plan(silent), silent, OUTPUT)
    assert check_output(plan(silent), silent, attrs.evolve(OUTPUT, audio=())).width == 1280


def test_a_long_file_may_lack_a_hundredth_and_no_more() -> None:
    with pytest.raises(VideoProcessingError, match=r"breaks off after 98\.9 of 100\.0 seconds"):
        check_output(
            MADE, attrs.evolve(SOURCE, duration=100.0), attrs.evolve(OUTPUT, duration=98.9)
        )
