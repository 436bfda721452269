"""Every method that takes a video a step on, in every status: where it leads, or how it is refused.

`test_video_lifecycle.py` holds the events against the drawing; here are all the methods, those for
lost workers and for passing faults too, the last try, and workers that come late.
"""

from collections.abc import Callable

import attrs
import pytest

from vidcore.errors import (
    IllegalTransitionError,
    LeaseLostError,
    VideoNotReadyError,
)
from vidcore.testing.examples import (
    NOW,
    PLAN,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.videos import Rendition, Video

OWNER = example_user(1)
ATTEMPT = 5
OUTPUT = Rendition(
    media="m", thumbnail="t", file_size_bytes=1, duration_seconds=1.0, width=2, height=2
)
VIDEOS = {
    "pending": example_video(9, OWNER, attempt=ATTEMPT, tries=1),
    "processing": example_processing(9, OWNER, attempt=ATTEMPT, tries=2),
    "last try": example_processing(9, OWNER, attempt=ATTEMPT, tries=3),
    "completed": example_completed(9, OWNER, attempt=ATTEMPT),
    "failed": example_failed(9, OWNER, attempt=ATTEMPT, tries=3),
}
STEPS: dict[str, Callable[[Video, int], Video]] = {
    "claimed": lambda video, _: video.claimed(NOW),
    "reported": lambda video, attempt: video.reported(attempt, progress=0.5, now=NOW),
    "planned": lambda video, attempt: video.planned(attempt, PLAN),
    "completed": lambda video, attempt: video.completed(attempt, OUTPUT),
    "failed": lambda video, attempt: video.failed(attempt, reason="why", log=""),
    "stumbled": lambda video, attempt: video.stumbled(attempt, reason="why", log="", now=NOW),
    "handed_back": lambda video, attempt: video.handed_back(attempt, NOW),
    "recovered": lambda video, _: video.recovered(NOW),
    "retried": lambda video, _: video.retried(NOW),
    "lost": lambda video, _: video.lost("why"),
    "found_again": lambda video, _: video.found_again(),
    "redone": lambda video, _: video.redone("source", file_size_bytes=9, now=NOW),
}
TABLE = """
             pending     processing  last try    completed   failed
claimed      processing  illegal     illegal     illegal     illegal
reported     lost        processing  processing  lost        lost
planned      lost        processing  processing  lost        lost
completed    lost        completed   completed   lost        lost
failed       lost        failed      failed      lost        lost
stumbled     lost        pending     failed      lost        lost
handed_back  lost        pending     pending     lost        lost
recovered    illegal     pending     failed      illegal     illegal
retried      not ready   not ready   not ready   not ready   pending
lost         failed      illegal     illegal     failed      illegal
found_again  illegal     illegal     illegal     illegal     illegal
redone       illegal     illegal     illegal     pending     illegal
"""
REFUSALS: dict[str, type[Exception]] = {
    "illegal": IllegalTransitionError,
    "lost": LeaseLostError,
    "not ready": VideoNotReadyError,
}


def cells() -> list[tuple[str, str, str]]:
    head, *rows = TABLE.strip("\n").splitlines()
    starts = [head.index(status) for status in VIDEOS]
    return [
        (row.split()[0], status, row[start : start + 12].strip())
        for row in rows
        for status, start in zip(VIDEOS, starts, strict=True)
    ]


def refused(step: str, video: Video, attempt: int) -> type[Exception] | None:
    before = attrs.asdict(video)
    try:
        STEPS[step](video, attempt)
    except (IllegalTransitionError, LeaseLostError, VideoNotReadyError) as error:
        assert attrs.asdict(video) == before
        return type(error)
    return None


def test_the_table_has_every_step_in_every_status() -> None:
    assert {(step, status) for step, status, _ in cells()} == {
        (step, status) for step in STEPS for status in VIDEOS
    }


@pytest.mark.parametrize(("step", "status", "expected"), cells())
def test_each_step_leads_where_the_table_says(step: str, status: str, expected: str) -> None:
    video = VIDEOS[status]

    if expected in REFUSALS:
        assert refused(step, video, ATTEMPT) is REFUSALS[expected]
    else:
        assert STEPS[step](video, ATTEMPT).status == expected


@pytest.mark.parametrize("attempt", [ATTEMPT - 1, ATTEMPT + 1])
@pytest.mark.parametrize(
    "step", ["reported", "planned", "completed", "failed", "stumbled", "handed_back"]
)
def test_whoever_has_another_attempt_is_always_late(step: str, attempt: int) -> None:
    for video in VIDEOS.values():
        assert refused(step, video, attempt) is LeaseLostError
