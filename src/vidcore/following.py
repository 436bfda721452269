"""What whoever follows a video wants to be told: every change of its status, and of its progress.

>>> from datetime import UTC, datetime
>>> from vidcore import is_final, is_news
>>> from vidcore.testing.examples import example_processing, example_user
>>> before = example_processing(1, example_user(2))
>>> now = datetime(2026, 11, 20, tzinfo=UTC)
>>> is_news(before, before.reported(1, progress=0.009, now=now))
False
>>> is_news(before, before.reported(1, progress=0.01, now=now))
True
>>> is_final(before)
False
"""

from typing import Final

from vidcore.lifecycle import Status
from vidcore.videos import Video

STEP: Final = 0.01  # of the progress; promised to clients


def is_news(told: Video | None, now: Video) -> bool:
    """Say whether `now` differs from what was told last: in the status, or by a step of progress."""
    if told is None:
        return True
    moved = abs(now.progress - told.progress)
    return told.status is not now.status or moved >= STEP or (moved > 0 and is_final(now))


def is_final(video: Video) -> bool:
    """Say whether nothing more is going to happen by itself."""
    return video.status in {Status.COMPLETED, Status.FAILED}
