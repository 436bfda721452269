import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.media.tracks import picture, sound, source
from vidcore.errors import VideoProcessingError
from vidcore.media import MediaInfo, OutputFacts, Plan, check_output, copied_tracks, plan

SOURCE = source()
MADE = plan(SOURCE)
OUTPUT = source(faststart=True)


def refused(output: MediaInfo, *, made: Plan = MADE, original: MediaInfo = SOURCE) -> str:
    with pytest.raises(VideoProcessingError) as refusal:
        check_output(made, original, output)
    return str(refusal.value)


@pytest.mark.parametrize("made", [MADE, plan(SOURCE, copying=False)])
def test_an_output_as_planned_is_described_by_itself(made: Plan) -> None:
    facts = check_output(made, SOURCE, OUTPUT)

    assert facts == OutputFacts(duration_seconds=10.0, width=1280, height=720)


@pytest.mark.parametrize(
    "changes",
    [{"level": None}, {"level": 42}, {"key_frame_gap": None}, {"key_frame_gap": 10.0}],
)
def test_an_output_within_its_bounds_or_of_unknown_ones_passes(changes: dict[str, float]) -> None:
    facts = check_output(MADE, SOURCE, attrs.evolve(OUTPUT, video=(picture(**changes),)))

    assert facts.width == 1280


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
    ("output", "reason"),
    [
        (attrs.evolve(OUTPUT, video=()), "Processing ended without a playable video."),
        (attrs.evolve(OUTPUT, duration=None), "Processing ended without a playable video."),
        (attrs.evolve(OUTPUT, faststart=False), "Processing ended without a playable video."),
        (attrs.evolve(OUTPUT, faststart=None), "Processing ended without a playable video."),
        (
            attrs.evolve(OUTPUT, video=(picture(codec="hevc"),)),
            "Processing made hevc of 1280x720, where H.264 of 1280x720 was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(width=1278),)),
            "Processing made h264 of 1278x720, where H.264 of 1280x720 was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(height=718),)),
            "Processing made h264 of 1280x718, where H.264 of 1280x720 was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(pixel_format="yuv444p"),)),
            "Processing made yuv444p, turned by 0 degrees, where upright yuv420p was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(pixel_format="nv12"),)),
            "Processing made nv12, turned by 0 degrees, where upright yuv420p was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(rotation=180),)),
            "Processing made yuv420p, turned by 180 degrees, where upright yuv420p was planned.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(level=43),)),
            "Processing made level 4.3, where 4.2 is the most.",
        ),
        (
            attrs.evolve(OUTPUT, video=(picture(key_frame_gap=10.1),)),
            "Key frames are up to 10.1 s apart, where 10 s are the most.",
        ),
        (attrs.evolve(OUTPUT, audio=()), "Processing lost the sound."),
        (
            attrs.evolve(OUTPUT, audio=(sound(codec="mp3"),)),
            "Processing made mp3 of the sound instead of AAC.",
        ),
        (
            attrs.evolve(OUTPUT, audio=(sound(codec="8svx_fib"),)),
            "Processing made 8svx_fib of the sound instead of AAC.",
        ),
        (attrs.evolve(OUTPUT, duration=9.4), "The file breaks off after 9.4 s of 0:10."),
    ],
)
def test_another_output_is_never_published_and_the_difference_is_told(
    output: MediaInfo, reason: str
) -> None:
    assert refused(output) == reason


def test_sound_that_nobody_planned_is_a_fault_too() -> None:
    silent = source(audio=())

    assert refused(OUTPUT, made=plan(silent), original=silent)
    assert check_output(plan(silent), silent, attrs.evolve(OUTPUT, audio=())).width == 1280


def test_a_long_file_may_lack_a_hundredth_and_no_more() -> None:
    minutes = source(duration=600.0)

    assert check_output(MADE, minutes, attrs.evolve(OUTPUT, duration=594.0)).width == 1280
    assert refused(attrs.evolve(OUTPUT, duration=593.9), original=minutes) == (
        "The file breaks off after 9:54 of 10:00."
    )


@pytest.mark.parametrize(
    ("original", "tracks"),
    [
        (source(), (4, 7)),
        (source(video=(picture(codec="vp9"),)), (7,)),
        (source(audio=(sound(codec="opus"),)), (4,)),
        (source(audio=()), (4,)),
        (source(video=(picture(codec="vp9"),), audio=(sound(codec="opus"),)), ()),
    ],
)
def test_of_an_output_the_tracks_that_were_copied_are_decoded(
    original: MediaInfo, tracks: tuple[int, ...]
) -> None:
    audio = (sound(index=7),) if original.audio else ()
    output = source(video=(picture(index=4),), audio=audio)

    assert copied_tracks(plan(original), output) == tracks


@given(flags=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()))
def test_a_copied_track_that_the_output_does_not_have_is_not_decoded(
    flags: tuple[bool, bool, bool, bool],
) -> None:
    copy_video, copy_audio, has_video, has_audio = flags
    made = attrs.evolve(MADE, copy_video=copy_video, copy_audio=copy_audio)
    output = source(
        video=(picture(index=4),) if has_video else (), audio=(sound(index=7),) if has_audio else ()
    )

    expected = ([4] if copy_video and has_video else []) + ([7] if copy_audio and has_audio else [])
    assert copied_tracks(made, output) == tuple(expected)
