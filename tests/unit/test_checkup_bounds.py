"""Each finding just before and just after what makes it one, in plain numbers."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from vidcore.checkup import (
    FindingKind,
    StoredFile,
    VideoFiles,
    check_expiry,
    check_file,
    check_quota,
    check_video,
    counted_for_sure,
)
from vidcore.media import MediaInfo, VideoStream
from vidcore.quota import WEEK
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    SUNDAY,
    example_completed,
    example_failed,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.identity import numbered_id
from vidcore.videos import Video

ADA = example_user(1)
PUBLISHED = example_completed(9, ADA)
ALL_THERE = VideoFiles(source=1_000, media=1_000, thumbnail=10)
PICTURE = VideoStream(index=0, codec="h264", pixel_format="yuv420p", width=640, height=360)
OUTPUT = MediaInfo(container="mov", duration=12.5, video=(PICTURE,), audio=(), faststart=True)


def found(video: Video, files: VideoFiles = ALL_THERE) -> list[str]:
    return [str(finding.kind) for finding in check_video(video, files, NOW)]


@pytest.mark.parametrize("ago", [timedelta(), timedelta(seconds=299), timedelta(seconds=300)])
def test_a_worker_may_be_there_for_ten_leases(ago: timedelta) -> None:
    assert found(example_processing(9, ADA, lease_until=NOW - ago)) == []


@pytest.mark.parametrize(
    "ago", [timedelta(seconds=300) + MICROSECOND, timedelta(seconds=301), timedelta(days=1)]
)
def test_after_ten_leases_nobody_holds_it(ago: timedelta) -> None:
    assert found(example_processing(9, ADA, lease_until=NOW - ago)) == ["stuck_video"]


@pytest.mark.parametrize("ago", [timedelta(), timedelta(hours=23), timedelta(days=1)])
def test_a_video_may_wait_for_a_day(ago: timedelta) -> None:
    assert found(example_video(9, ADA, ready_at=NOW - ago)) == []


@pytest.mark.parametrize(
    ("ago", "hours"),
    [
        (timedelta(days=1) + MICROSECOND, 24),
        (timedelta(hours=25) - MICROSECOND, 24),
        (timedelta(hours=25), 25),
        (timedelta(days=3, minutes=59), 72),
    ],
)
def test_a_video_that_waits_longer_is_told_with_its_whole_hours(ago: timedelta, hours: int) -> None:
    [stuck] = check_video(example_video(9, ADA, ready_at=NOW - ago), ALL_THERE, NOW)

    assert stuck.kind is FindingKind.STUCK_VIDEO
    assert stuck.detail == f"It has been due for {hours} hours: no worker takes it."


@pytest.mark.parametrize("size", [1, 999, 1_001, 10_000])
def test_a_file_has_the_size_of_its_record_and_no_other(size: int) -> None:
    other = VideoFiles(source=size, media=size, thumbnail=10)

    assert found(PUBLISHED) == found(example_video(9, ADA)) == []
    assert found(PUBLISHED, other) == found(example_video(9, ADA), other) == ["size_differs"]


@pytest.mark.parametrize(("size", "is_back"), [(999, False), (1_000, True), (1_001, False)])
def test_a_lost_file_is_back_when_it_has_its_size(size: int, *, is_back: bool) -> None:
    failed = example_failed(9, ADA, media="videos/9.mp4")

    assert found(failed, VideoFiles(source=1_000, media=size)) == ["media_returned"] * is_back
    assert found(attrs.evolve(failed, media=None), VideoFiles(source=1_000, media=size)) == []


@pytest.mark.parametrize(
    "changes",
    [{"width": 638}, {"width": 642}, {"height": 358}, {"height": 362}, {"width": 642, "height": 2}],
)
def test_a_picture_has_the_size_of_its_record_and_no_other(changes: dict[str, Any]) -> None:
    output = attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, **changes),))

    assert found(PUBLISHED, attrs.evolve(ALL_THERE, output=OUTPUT)) == []
    assert found(PUBLISHED, attrs.evolve(ALL_THERE, output=output)) == ["output_broken"]


@pytest.mark.parametrize("codec", ["av1", "hevc", "mpeg4"])
def test_only_h264_is_what_every_browser_plays(codec: str) -> None:
    output = attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, codec=codec),))

    assert found(PUBLISHED, attrs.evolve(ALL_THERE, output=output)) == ["output_broken"]


@pytest.mark.parametrize(
    ("age", "is_orphan"),
    [
        (-timedelta(hours=1), False),
        (timedelta(), False),
        (timedelta(hours=1), False),
        (timedelta(hours=1) + MICROSECOND, True),
        (timedelta(days=1), True),
    ],
)
def test_a_file_of_nobody_has_an_hour(age: timedelta, *, is_orphan: bool) -> None:
    written = StoredFile(
        location="place",
        video_id=PUBLISHED.id,
        attempt=1,
        is_draft=False,
        written_at=NOW - age,
    )

    assert (check_file(written, None, NOW) is not None) == is_orphan


@pytest.mark.parametrize(
    ("ago", "is_left"),
    [
        (-timedelta(hours=1), False),
        (timedelta(), False),
        (timedelta(hours=2), False),
        (timedelta(hours=2) + MICROSECOND, True),
        (timedelta(days=1), True),
    ],
)
def test_bytes_of_an_upload_have_two_hours_after_its_end(ago: timedelta, *, is_left: bool) -> None:
    upload = example_upload(5, ADA, expires_at=NOW - ago)

    assert (check_expiry(upload, 7, NOW) is not None) == is_left


@pytest.mark.parametrize(
    ("begun", "counted"),
    [(SUNDAY - MICROSECOND, 0), (SUNDAY, 70), (SUNDAY + MICROSECOND, 70), (NOW, 70)],
)
def test_an_upload_counts_in_the_week_that_it_was_begun_in(begun: datetime, counted: int) -> None:
    accepted = example_upload(
        5, ADA, video_id=numbered_id(6), created_at=begun, size_bytes=70, reserved_bytes=0
    )

    assert counted_for_sure(accepted, SUNDAY) == counted


def test_a_clock_that_was_put_back_into_another_week_finds_no_quota_wrong() -> None:
    assert check_quota(ADA, 70, week=SUNDAY, now=NOW) is not None
    assert check_quota(ADA, 70, week=SUNDAY, now=NOW - WEEK) is None
