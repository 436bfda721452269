"""What becomes of a video whose files are lost, come back, or are made again."""

from datetime import timedelta

import attrs
import pytest

from vidcore.errors import IllegalTransitionError
from vidcore.lifecycle import Status
from vidcore.media import storyboard_of
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    PLAN,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.videos import Video

OWNER = example_user(1)
PUBLISHED = example_completed(
    9,
    OWNER,
    storyboard="tiles.jpg",
    storyboard_layout=storyboard_of(duration=12.5, width=640, height=360),
    tries=2,
    view_count=41,
)


def test_a_lost_video_has_failed_and_still_knows_where_its_files_were() -> None:
    lost = PUBLISHED.lost("The file is gone.")

    assert lost == attrs.evolve(
        PUBLISHED,
        status=Status.FAILED,
        progress=0.0,
        error_message="The file is gone.",
        error_log="",
    )


def test_a_lost_upload_is_known_no_more() -> None:
    lost = example_video(9, OWNER).lost("The upload is gone.")

    assert lost == example_failed(
        9,
        OWNER,
        attempt=0,
        tries=0,
        claimed_at=None,
        source=None,
        error_message="The upload is gone.",
        error_log="",
    )


def test_what_was_lost_and_found_is_as_it_was() -> None:
    assert PUBLISHED.lost("The file is gone.").found_again() == PUBLISHED


def test_a_completed_video_is_processed_again_as_if_it_had_just_arrived() -> None:
    later = NOW + timedelta(days=3)

    again = PUBLISHED.redone("source-10", file_size_bytes=77, now=later)

    assert again == example_video(
        9,
        OWNER,
        source="source-10",
        file_size_bytes=77,
        plan=PLAN,
        attempt=1,
        view_count=41,
        ready_at=later,
        due_at=later + timedelta(hours=1),
    )


def test_only_a_completed_video_is_processed_again() -> None:
    for video in (example_video(9, OWNER), example_processing(9, OWNER), example_failed(9, OWNER)):
        with pytest.raises(IllegalTransitionError):
            video.redone("source-10", file_size_bytes=77, now=NOW)


@pytest.mark.parametrize(
    ("video", "waits"),
    [
        (example_video(9, OWNER), True),
        (example_video(9, OWNER, ready_at=NOW + MICROSECOND), True),
        (example_processing(9, OWNER), False),
        (example_processing(9, OWNER, lease_until=NOW), True),
        (example_processing(9, OWNER, lease_until=NOW + MICROSECOND), False),
        (PUBLISHED, False),
        (example_failed(9, OWNER), False),
    ],
)
def test_a_video_has_a_turn_until_somebody_holds_it(video: Video, *, waits: bool) -> None:
    assert video.is_waiting(NOW) is waits
