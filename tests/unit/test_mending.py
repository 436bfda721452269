from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_checkup import ADA, ALL_THERE, PUBLISHED, video_files, videos
from vidcore.checkup import (
    STUCK_AFTER,
    WAITING_MAX,
    FindingKind,
    LeftSource,
    VideoFiles,
    check_video,
)
from vidcore.errors import IllegalTransitionError
from vidcore.lifecycle import TRIES_MAX, Status
from vidcore.mending import mend_video
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_failed,
    example_processing,
    example_video,
)
from vidcore.turns import RETRY_DELAY
from vidcore.videos import Video

LEFT = LeftSource(name="upload", size_bytes=77)
GONE = VideoFiles(media=None, thumbnail=10, storyboard=20)


@given(videos(), video_files, st.sampled_from(FindingKind), st.sampled_from([None, LEFT]))
def test_only_what_is_wrong_is_mended_and_then_it_is_not_wrong_any_more(
    video: Video, files: VideoFiles, kind: FindingKind, left: LeftSource | None
) -> None:
    files = attrs.evolve(files, left=left)
    before = {finding.kind for finding in check_video(video, files, NOW)}

    mended = mend_video(video, kind, files, NOW)

    if kind not in before:
        assert mended is None
    if mended is not None:
        assert mended.repaired.endswith(".")
        # What a redone video is made of are other files than were seen; and a queue cannot be seen.
        if mended.video not in (video, None) and mended.video.source in (video.source, None):
            assert kind not in {f.kind for f in check_video(mended.video, files, NOW)}


def test_lost_media_fail_the_video_until_they_are_found_again() -> None:
    lost = mend_video(PUBLISHED, FindingKind.MEDIA_MISSING, GONE, NOW)
    assert lost is not None
    assert (lost.video.status, lost.video.error_message) == (
        Status.FAILED,
        "The video's file is gone from the storage.",
    )
    assert check_video(lost.video, GONE, NOW) == []

    found = mend_video(lost.video, FindingKind.MEDIA_RETURNED, ALL_THERE, NOW)

    assert found is not None
    assert found.video == PUBLISHED


def test_lost_media_are_made_again_of_an_upload_that_is_left() -> None:
    mended = mend_video(PUBLISHED, FindingKind.MEDIA_MISSING, attrs.evolve(GONE, left=LEFT), NOW)

    assert mended is not None
    video = mended.video
    assert (video.status, video.source, video.file_size_bytes) == (Status.PENDING, "upload", 77)
    assert (video.media, video.thumbnail, video.storyboard, video.width) == (None,) * 4
    assert (video.tries, video.attempt, video.due_at) == (0, PUBLISHED.attempt, NOW + RETRY_DELAY)
    assert check_video(video, VideoFiles(source=77), NOW) == []
    claimed = video.claimed(NOW)
    assert claimed.attempt == PUBLISHED.attempt + 1


def test_a_lost_upload_fails_what_waits_for_it_and_leaves_what_is_held() -> None:
    kind = FindingKind.SOURCE_MISSING
    waiting, failed = example_video(9, ADA), example_failed(9, ADA)

    lost = mend_video(waiting, kind, VideoFiles(), NOW)
    told = mend_video(failed, kind, VideoFiles(), NOW)

    assert lost is not None
    assert (lost.video.status, lost.video.source) == (Status.FAILED, None)
    assert lost.video.error_message == "The uploaded file is gone from the storage."
    assert told is not None
    assert told.video == attrs.evolve(failed, source=None)
    assert mend_video(example_processing(9, ADA), kind, VideoFiles(), NOW) is None


@pytest.mark.parametrize(
    ("tries", "status", "said"),
    [(1, Status.PENDING, "it waits again"), (TRIES_MAX, Status.FAILED, "failed after all tries")],
)
def test_a_stuck_video_is_taken_from_its_worker(tries: int, status: Status, said: str) -> None:
    over = NOW - STUCK_AFTER - MICROSECOND
    stuck = example_processing(9, ADA, tries=tries, lease_until=over)

    mended = mend_video(stuck, FindingKind.STUCK_VIDEO, VideoFiles(source=1_000), NOW)

    assert mended is not None
    assert mended.video == stuck.recovered(NOW)
    assert mended.video.status is status
    assert said in mended.repaired


def test_a_video_that_nobody_takes_is_announced_again() -> None:
    due = NOW - WAITING_MAX - timedelta(hours=1)
    waiting = example_video(9, ADA, ready_at=due)
    files = VideoFiles(source=1_000)
    [finding] = check_video(waiting, files, NOW)

    mended = mend_video(waiting, FindingKind.STUCK_VIDEO, files, NOW)

    assert finding.detail == "It has been due for 25 hours: no worker takes it."
    assert mended is not None
    assert mended.video == waiting
    assert mended.repaired == "Workers have been told of it again."


@pytest.mark.parametrize("kind", [FindingKind.SIZE_DIFFERS, FindingKind.THUMBNAIL_MISSING])
def test_no_record_mends_a_file(kind: FindingKind) -> None:
    files = VideoFiles(media=5, storyboard=20)

    assert kind in {finding.kind for finding in check_video(PUBLISHED, files, NOW)}
    assert mend_video(PUBLISHED, kind, files, NOW) is None


def test_only_a_video_that_had_files_can_be_found_again() -> None:
    with pytest.raises(IllegalTransitionError):
        example_failed(9, ADA).found_again()


def test_a_count_is_only_ever_raised() -> None:
    ada = attrs.evolve(ADA, weekly_upload_bytes=50)

    assert ada.counted(70, NOW).weekly_upload_bytes == 70
    assert ada.counted(30, NOW) == ada
