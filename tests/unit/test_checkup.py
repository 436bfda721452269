"""The findings against an oracle that reads the table in docs/fsck.md literally, and at their bounds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.checkup import (
    EXPIRY_GRACE,
    ORPHAN_GRACE,
    STUCK_AFTER,
    WAITING_MAX,
    Finding,
    FindingKind,
    LeftSource,
    StoredFile,
    VideoFiles,
    check_expiry,
    check_file,
    check_quota,
    check_video,
    counted_for_sure,
    orphan_upload,
    same_standing,
)
from vidcore.lifecycle import Status
from vidcore.media import MediaInfo, VideoStream, storyboard_of
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
BOARD = storyboard_of(duration=12.5, width=640, height=360)
PUBLISHED = example_completed(9, ADA, storyboard="tiles.jpg", storyboard_layout=BOARD)
ALL_THERE = VideoFiles(media=1_000, thumbnail=10, storyboard=20)
PICTURE = VideoStream(index=0, codec="h264", pixel_format="yuv420p", width=640, height=360)
OUTPUT = MediaInfo(container="mov", duration=12.5, video=(PICTURE,), audio=(), faststart=True)

sizes = st.sampled_from([None, 0, 1, 999, 1_000])
moments = st.sampled_from(
    [
        NOW + offset + step
        for offset in (timedelta(), -STUCK_AFTER, -WAITING_MAX, timedelta(hours=1))
        for step in (-MICROSECOND, timedelta(), MICROSECOND)
    ]
)
maybe_places = st.sampled_from([None, "place"])
video_files = st.builds(VideoFiles, source=sizes, media=sizes, thumbnail=sizes, storyboard=sizes)


@st.composite
def videos(draw: st.DrawFn) -> Video:
    status = draw(st.sampled_from(Status))
    held = status is Status.PROCESSING
    return example_video(
        9,
        ADA,
        status=status,
        source=draw(maybe_places),
        media=draw(maybe_places),
        thumbnail=draw(maybe_places),
        storyboard=draw(maybe_places),
        storyboard_layout=draw(st.sampled_from([None, BOARD])),
        ready_at=draw(moments),
        due_at=draw(moments),
        lease_until=draw(st.none() | moments) if held else None,
    )


DAY, TEN_LEASES = timedelta(days=1), timedelta(seconds=300)
# The table of docs/fsck.md, row by row; every file there is recorded with 1,000 bytes.
WRONG: dict[str, Callable[[Video, VideoFiles], bool]] = {
    "media_missing": lambda v, f: v.status == "completed" and f.media is None,
    "thumbnail_missing": lambda v, f: v.status == "completed" and f.thumbnail in (None, 0),
    "storyboard_unusable": lambda v, _: (
        v.status == "completed" and [v.storyboard, v.storyboard_layout].count(None) == 1
    ),
    "storyboard_missing": lambda v, f: (
        v.status == "completed"
        and [v.storyboard, v.storyboard_layout].count(None) == 0
        and f.storyboard in (None, 0)
    ),
    "source_missing": lambda v, f: (
        f.source in (None, 0)
        if v.source is not None and v.status != "completed"
        else v.status in ("pending", "processing")
    ),
    "size_differs": lambda v, f: (
        f.media not in (None, 1_000)
        if v.status == "completed"
        else v.source is not None and f.source not in (None, 0, 1_000)
    ),
    "media_returned": lambda v, f: (
        v.status == "failed" and v.media is not None and f.media == 1_000
    ),
    "stuck_video": lambda v, _: (
        max(v.ready_at, v.due_at) < NOW - DAY
        if v.status == "pending"
        else v.status == "processing"
        and (v.lease_until is None or v.lease_until < NOW - TEN_LEASES)
    ),
}


@given(videos(), video_files)
def test_what_is_found_is_what_the_page_says(video: Video, files: VideoFiles) -> None:
    found = check_video(video, files, NOW)

    assert sorted(finding.kind for finding in found) == sorted(
        kind for kind, is_wrong in WRONG.items() if is_wrong(video, files)
    )
    assert all(finding.subject == str(video.id) for finding in found)
    assert all(finding.detail.endswith(".") for finding in found)
    assert all(finding.repaired is None for finding in found)


@pytest.mark.parametrize(
    ("output", "detail"),
    [
        (OUTPUT, None),
        (attrs.evolve(OUTPUT, duration=13.0), None),
        (
            attrs.evolve(OUTPUT, duration=13.01),
            "Its published file lasts 13.01 s instead of 12.5 s.",
        ),
        (
            attrs.evolve(OUTPUT, duration=11.99),
            "Its published file lasts 11.99 s instead of 12.5 s.",
        ),
        (
            attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, width=638),)),
            "Its published file has 638x360 pixels instead of 640x360.",
        ),
        *(
            (output, "Its published file is not one that every browser plays.")
            for output in (
                attrs.evolve(OUTPUT, video=()),
                attrs.evolve(OUTPUT, duration=None),
                attrs.evolve(OUTPUT, faststart=False),
                attrs.evolve(OUTPUT, video=(attrs.evolve(PICTURE, codec="hevc"),)),
            )
        ),
    ],
)
def test_a_deep_look_holds_the_file_against_the_record(
    output: MediaInfo, detail: str | None
) -> None:
    found = check_video(PUBLISHED, attrs.evolve(ALL_THERE, output=output), NOW)

    assert [finding.detail for finding in found] == ([] if detail is None else [detail])
    assert {finding.kind for finding in found} <= {FindingKind.OUTPUT_BROKEN}


@pytest.mark.parametrize(("lasts", "differs"), [(0.5, False), (0.51, True)])
def test_a_record_without_a_duration_is_held_against_none(
    lasts: float,
    differs: bool,  # noqa: FBT001 - a table
) -> None:
    unrecorded = attrs.evolve(PUBLISHED, duration_seconds=None)
    files = attrs.evolve(ALL_THERE, output=attrs.evolve(OUTPUT, duration=lasts))

    assert bool(check_video(unrecorded, files, NOW)) is differs


@pytest.mark.parametrize(
    ("field", "lacks"), [("storyboard", "picture"), ("storyboard_layout", "layout")]
)
def test_half_a_storyboard_says_which_half_it_lacks(field: str, lacks: str) -> None:
    halved: dict[str, Any] = {field: None}

    [found] = check_video(attrs.evolve(PUBLISHED, **halved), ALL_THERE, NOW)

    assert found.detail == f"Its storyboard has no {lacks}."


def test_a_file_that_is_no_video_is_broken_and_says_why() -> None:
    [found] = check_video(PUBLISHED, attrs.evolve(ALL_THERE, fault="It is garbage."), NOW)

    assert found.kind is FindingKind.OUTPUT_BROKEN
    assert found.detail == "Its published file is no video: It is garbage."


def test_missing_media_says_whether_anything_is_left() -> None:
    left = LeftSource(name="source", size_bytes=5)
    gone = attrs.evolve(ALL_THERE, media=None)

    [without] = check_video(PUBLISHED, gone, NOW)
    [with_it] = check_video(PUBLISHED, attrs.evolve(gone, left=left), NOW)

    assert "nothing is left" in without.detail
    assert "still there" in with_it.detail


def stored(**changes: Any) -> StoredFile:
    file = StoredFile(
        location="place",
        video_id=PUBLISHED.id,
        attempt=1,
        is_draft=False,
        written_at=NOW - ORPHAN_GRACE - MICROSECOND,
    )
    return attrs.evolve(file, **changes)


def test_a_file_without_a_video_is_an_orphan_after_its_grace() -> None:
    assert check_file(stored(written_at=NOW - ORPHAN_GRACE), None, NOW) is None
    for is_draft, kind in ((False, "orphan_media"), (True, "dead_draft")):
        found = check_file(stored(is_draft=is_draft), None, NOW)
        assert found == Finding(
            kind=FindingKind(kind), subject="place", detail="It belongs to no video."
        )


UNDER_WAY = [
    example_video(9, ADA, attempt=3),
    example_processing(9, ADA, attempt=3),
    example_processing(9, ADA, attempt=3, lease_until=None),
]


@pytest.mark.parametrize("video", UNDER_WAY)
@pytest.mark.parametrize("attempt", [1, 3, 4])
@pytest.mark.parametrize("is_draft", [False, True])
def test_a_video_under_way_may_need_whatever_its_attempts_made(
    video: Video, attempt: int, *, is_draft: bool
) -> None:
    assert check_file(stored(attempt=attempt, is_draft=is_draft), video, NOW) is None


@given(
    status=st.sampled_from([Status.COMPLETED, Status.FAILED]),
    attempt=st.integers(1, 3),
    is_draft=st.booleans(),
    field=st.sampled_from([None, "media", "thumbnail", "storyboard"]),
)
def test_a_video_that_is_done_owns_what_it_names_and_what_its_attempt_published(
    status: Status, attempt: int, *, is_draft: bool, field: str | None
) -> None:
    named: dict[str, Any] = {} if field is None else {field: "place"}
    video = attrs.evolve(PUBLISHED, status=status, attempt=2, **named)
    own = field is not None or (status is Status.COMPLETED and attempt == 2 and not is_draft)

    found = check_file(stored(attempt=attempt, is_draft=is_draft), video, NOW)

    assert (found is None) == own
    if found is not None:
        assert found.kind == ("dead_draft" if is_draft else "orphan_media")
        assert ("is over" if is_draft else "does not know") in found.detail


def test_bytes_of_nobody_are_named() -> None:
    found = orphan_upload("some-name")

    assert (found.kind, found.subject) == (FindingKind.ORPHAN_UPLOAD, "some-name")


def test_an_upload_with_bytes_is_over_for_sure_two_hours_after_its_time() -> None:
    over = example_upload(5, ADA, expires_at=NOW - EXPIRY_GRACE - MICROSECOND)

    found = check_expiry(over, 7, NOW)

    assert found is not None
    assert (found.kind, found.subject) == (FindingKind.UPLOAD_EXPIRED, str(over.id))
    assert found.detail == "It expired at 2026-03-04 03:06 UTC, and 7 bytes are left."
    assert check_expiry(over, 0, NOW) is None
    assert check_expiry(attrs.evolve(over, video_id=numbered_id(6)), 7, NOW) is None
    assert check_expiry(attrs.evolve(over, expires_at=NOW - EXPIRY_GRACE), 7, NOW) is None


def test_only_uploads_begun_and_accepted_this_week_count_for_sure() -> None:
    accepted = example_upload(5, ADA, video_id=numbered_id(6), created_at=SUNDAY, size_bytes=70)

    assert counted_for_sure(accepted, SUNDAY) == 70
    assert counted_for_sure(attrs.evolve(accepted, created_at=SUNDAY - MICROSECOND), SUNDAY) == 0
    assert counted_for_sure(attrs.evolve(accepted, video_id=None), SUNDAY) == 0
    assert counted_for_sure(attrs.evolve(accepted, size_bytes=None), SUNDAY) == 0


@given(
    counted=st.integers(0, 3),
    at_least=st.integers(0, 3),
    reset=st.sampled_from([SUNDAY - WEEK, SUNDAY, SUNDAY + WEEK]),
    weeks_later=st.integers(0, 1),
)
def test_a_quota_differs_when_less_is_counted_than_was_accepted(
    counted: int, at_least: int, reset: datetime, weeks_later: int
) -> None:
    user = attrs.evolve(ADA, weekly_upload_bytes=counted, last_upload_reset=reset)
    now = NOW + weeks_later * WEEK
    in_force = counted if reset == SUNDAY else 0
    expected = weeks_later == 0 and reset != SUNDAY + WEEK and in_force < at_least

    found = check_quota(user, at_least, week=SUNDAY, now=now)

    assert (found is not None) == expected
    if found is not None:
        assert (found.kind, found.subject) == (FindingKind.QUOTA_DIFFERS, str(ADA.id))
        assert found.detail == (
            f"{in_force} bytes count in this week, but {at_least} have been accepted."
        )


def test_progress_leases_and_views_change_nothing_that_files_are_held_against() -> None:
    held = example_processing(9, ADA)

    assert same_standing(held, attrs.evolve(held, progress=0.5, lease_until=NOW, view_count=3))
    for change in ({"attempt": 2}, {"source": None}, {"file_size_bytes": 5}, {"media": "m"}):
        assert not same_standing(held, attrs.evolve(held, **change))
    assert not same_standing(held, example_failed(9, ADA, source=held.source))


def test_a_finding_says_what_was_done() -> None:
    found = orphan_upload("name")

    assert found.mended("Done.").repaired == "Done."
    assert found.mended(None) == found
