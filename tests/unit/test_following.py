import math

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.following import STEP, is_final, is_news
from vidcore.lifecycle import Status
from vidcore.testing.examples import example_processing, example_user
from vidcore.testing.strategies import videos
from vidcore.videos import Video

OWNER = example_user(1)
VIDEO = example_processing(2, OWNER)


@given(video=videos(OWNER.id))
def test_who_was_told_nothing_is_told_and_then_of_no_change_that_is_none(video: Video) -> None:
    assert is_news(None, video)
    assert not is_news(video, attrs.evolve(video, view_count=video.view_count + 1))


@given(video=videos(OWNER.id), status=st.sampled_from(Status))
def test_every_change_of_status_is_news(video: Video, status: Status) -> None:
    assert is_news(video, attrs.evolve(video, status=status)) == (status is not video.status)


@pytest.mark.parametrize(
    ("status", "progress", "news"),
    [
        (Status.PROCESSING, 0.509, False),
        (Status.PROCESSING, 0.51, True),
        (Status.PROCESSING, 0.49, True),
        (Status.COMPLETED, 0.501, True),
        (Status.COMPLETED, 0.5, False),
    ],
)
def test_progress_is_news_by_steps_and_at_the_end_in_any_case(
    status: Status,
    progress: float,
    news: bool,  # noqa: FBT001 - a table
) -> None:
    video = attrs.evolve(VIDEO, status=status, progress=0.5)

    assert is_news(video, attrs.evolve(video, progress=progress)) is news


def test_a_whole_step_is_news() -> None:
    begun = attrs.evolve(VIDEO, progress=0.0)

    assert is_news(begun, attrs.evolve(VIDEO, progress=STEP))
    assert not is_news(begun, attrs.evolve(VIDEO, progress=math.nextafter(STEP, 0.0)))


def test_completed_and_failed_are_final() -> None:
    assert {status for status in Status if is_final(attrs.evolve(VIDEO, status=status))} == {
        Status.COMPLETED,
        Status.FAILED,
    }
