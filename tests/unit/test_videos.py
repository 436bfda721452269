from datetime import timedelta

import attrs
import pytest

from vidcore.details import Unset, VideoDetails, title_of_file
from vidcore.errors import (
    InvalidValueError,
    NotFoundError,
    PermissionDeniedError,
    VideoNotReadyError,
    VideoProcessingError,
)
from vidcore.lifecycle import Status
from vidcore.media import storyboard_of
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    PLAN,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)
from vidcore.turns import RETRY_DELAY
from vidcore.users import Role
from vidcore.videos import Video

OWNER, OTHER = example_user(1), example_user(2)
ADMIN = example_user(3, role=Role.ADMIN)
BOARD = storyboard_of(duration=12.5, width=640, height=360)
UNFINISHED = [example_video(9, OWNER), example_processing(9, OWNER), example_failed(9, OWNER)]


def test_a_new_video_waits_from_the_moment_it_arrived() -> None:
    video = Video.accept(
        id=example_video(9, OWNER).id,
        details=VideoDetails(title=" Video 9 ", description=" ", category_id=NOBODY),
        original_filename="holiday.mp4",
        file_size_bytes=1_000,
        uploaded_by=OWNER.id,
        source="source-9",
        now=NOW,
    )

    assert video == example_video(9, OWNER, category_id=NOBODY)
    assert video.is_claimable(NOW)


def test_a_new_video_keeps_what_is_planned_for_it_and_the_digest_of_its_upload() -> None:
    video = Video.accept(
        id=example_video(9, OWNER).id,
        details=VideoDetails(title="Video 9"),
        original_filename="holiday.mp4",
        file_size_bytes=1_000,
        uploaded_by=OWNER.id,
        source="source-9",
        now=NOW,
        sha256="a" * 64,
        plan=PLAN,
    )

    assert video == example_video(9, OWNER, sha256="a" * 64, plan=PLAN)


def test_a_new_video_has_no_views_no_progress_and_no_tries() -> None:
    video = example_video(9, OWNER)

    assert (video.status, video.view_count, video.progress) == (Status.PENDING, 0, 0.0)
    assert (video.attempt, video.tries) == (0, 0)


@pytest.mark.parametrize("title", ["x", "x" * 200, "\U0001f600" * 200])
def test_a_title_of_1_to_200_characters_is_taken(title: str) -> None:
    assert VideoDetails(title=f" {title}\n").title == title


@pytest.mark.parametrize("title", ["", " \n", "x" * 201, "x\x00y", "x\ud800"], ids=ascii)
def test_another_title_is_refused(title: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        VideoDetails(title=title)

    assert refused.value.field == "title"


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("holiday.mp4", "holiday"),
        ("2026.03.04.mkv", "2026.03.04"),
        (" holiday .mp4", "holiday"),
        ("holiday", "holiday"),
        (".mp4", ".mp4"),
        ("x" * 300 + ".mp4", "x" * 200),
        ("x" * 199 + " y.mp4", "x" * 199),
    ],
)
def test_a_file_of_which_nothing_is_said_gives_its_name_for_a_title(
    filename: str, title: str
) -> None:
    assert title_of_file(filename) == title == VideoDetails(title=title).title


@pytest.mark.parametrize(
    ("description", "kept"),
    [(None, None), ("", None), (" \n ", None), (" a\nb ", "a\nb"), ("x" * 5_000, "x" * 5_000)],
)
def test_a_description_is_trimmed_and_an_empty_one_is_none(
    description: str | None, kept: str | None
) -> None:
    assert VideoDetails(title="x", description=description).description == kept


def test_a_description_over_5000_characters_is_refused() -> None:
    with pytest.raises(InvalidValueError) as refused:
        VideoDetails(title="x", description="x" * 5_001)

    assert refused.value.field == "description"


def test_only_what_is_given_is_edited() -> None:
    video = example_video(9, OWNER, description="before", category_id=NOBODY)

    assert video.edited() == video
    assert video.edited(title=" after ") == attrs.evolve(video, title="after")
    assert video.edited(description=" after ") == attrs.evolve(video, description="after")
    assert video.edited(description=None) == attrs.evolve(video, description=None)
    assert video.edited(category_id=None) == attrs.evolve(video, category_id=None)
    assert video.edited(category_id=OWNER.id) == attrs.evolve(video, category_id=OWNER.id)
    assert video.edited(title=Unset.UNSET) == video


def test_a_bad_edit_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        example_video(9, OWNER).edited(title="")
    with pytest.raises(InvalidValueError):
        example_video(9, OWNER).edited(description="x" * 5_001)


def test_a_video_that_is_handed_over_changes_its_owner_alone() -> None:
    video = example_completed(9, OWNER)

    handed_over = video.handed_over(OTHER.id)

    assert handed_over == attrs.evolve(video, uploaded_by=OTHER.id)
    assert (handed_over.is_owned_by(OTHER), handed_over.is_owned_by(OWNER)) == (True, False)


def test_every_view_counts_one() -> None:
    assert example_completed(9, OWNER, view_count=41).viewed().view_count == 42


def test_a_completed_video_is_visible_to_all_and_others_to_owner_and_admins() -> None:
    for user in (OWNER, OTHER, ADMIN):
        example_completed(9, OWNER).check_visible_to(user)
    for video in UNFINISHED:
        video.check_visible_to(OWNER)
        video.check_visible_to(ADMIN)
        with pytest.raises(NotFoundError) as hidden:
            video.check_visible_to(OTHER)
        assert hidden.value.key == video.id


def test_a_video_is_edited_by_owner_and_admins_and_its_existence_is_not_betrayed() -> None:
    for video in (*UNFINISHED, example_completed(9, OWNER)):
        video.check_editable_by(OWNER)
        video.check_editable_by(ADMIN)
    with pytest.raises(PermissionDeniedError):
        example_completed(9, OWNER).check_editable_by(OTHER)
    for video in UNFINISHED:
        with pytest.raises(NotFoundError):
            video.check_editable_by(OTHER)


def test_only_a_completed_video_has_published_files() -> None:
    completed = example_completed(9, OWNER)

    assert completed.published_files() == ("videos/9.mp4", "thumbnails/9.jpg")
    for video in (
        example_video(9, OWNER),
        example_processing(9, OWNER),
        attrs.evolve(completed, media=None),
        attrs.evolve(completed, thumbnail=None),
    ):
        with pytest.raises(VideoNotReadyError) as not_ready:
            video.published_files()
        assert (not_ready.value.status, not_ready.value.wanted) == (video.status, "completed")


def test_a_published_storyboard_has_a_picture_and_a_layout() -> None:
    completed = example_completed(9, OWNER, storyboard="tiles.jpg", storyboard_layout=BOARD)

    assert completed.published_storyboard() == ("tiles.jpg", BOARD)
    for without in (
        attrs.evolve(completed, storyboard=None),
        attrs.evolve(completed, storyboard_layout=None),
    ):
        with pytest.raises(NotFoundError, match="storyboard"):
            without.published_storyboard()


@pytest.mark.parametrize("video", UNFINISHED)
def test_before_a_video_is_completed_its_storyboard_is_refused_as_its_media_are(
    video: Video,
) -> None:
    video = attrs.evolve(video, storyboard="tiles.jpg", storyboard_layout=BOARD)

    with pytest.raises((VideoNotReadyError, VideoProcessingError)) as refused:
        video.published_files()
    with pytest.raises(refused.type):
        video.published_storyboard()


AT_ONCE = attrs.evolve(PLAN, plays_at_once=True)


@pytest.mark.parametrize(
    ("video", "playable"),
    [
        (example_video(9, OWNER, plan=AT_ONCE), "source-9"),
        (example_processing(9, OWNER, plan=AT_ONCE), "source-9"),
        (example_video(9, OWNER, plan=AT_ONCE, source=None), None),
        (example_video(9, OWNER, plan=PLAN), None),
        (example_processing(9, OWNER, plan=PLAN), None),
        (example_video(9, OWNER, plan=None), None),
        (example_failed(9, OWNER, plan=AT_ONCE), None),
        (example_completed(9, OWNER, plan=AT_ONCE, source="source-9"), None),
    ],
)
def test_an_upload_plays_at_once_while_a_plan_to_copy_it_waits_or_is_carried_out(
    video: Video, playable: str | None
) -> None:
    assert video.playable_source == playable


@pytest.mark.parametrize("log", [None, "moov atom not found"])
def test_a_failed_video_says_why_instead_of_playing(log: str | None) -> None:
    with pytest.raises(VideoProcessingError) as failed:
        example_failed(9, OWNER, error_log=log).published_files()

    assert str(failed.value) == "The video could not be processed: The file breaks off."
    assert failed.value.log == (log or "")


@pytest.mark.parametrize(
    ("video", "claimable"),
    [
        (example_video(9, OWNER, ready_at=NOW - MICROSECOND), True),
        (example_video(9, OWNER, ready_at=NOW), True),
        (example_video(9, OWNER, ready_at=NOW + MICROSECOND), False),
        (example_processing(9, OWNER, lease_until=NOW - MICROSECOND), True),
        (example_processing(9, OWNER, lease_until=NOW), True),
        (example_processing(9, OWNER, lease_until=NOW + MICROSECOND), False),
        (example_processing(9, OWNER, lease_until=None), False),
        (example_completed(9, OWNER), False),
        (example_failed(9, OWNER), False),
        (example_failed(9, OWNER, lease_until=NOW), False),
    ],
)
def test_a_video_is_claimable_when_it_waits_or_its_worker_was_lost(
    video: Video,
    claimable: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    assert video.is_claimable(NOW) is claimable
    assert video.is_abandoned(NOW) is (claimable and video.status is Status.PROCESSING)


@pytest.mark.parametrize(
    "video", [example_video(9, OWNER), example_processing(9, OWNER), example_completed(9, OWNER)]
)
def test_only_a_failed_video_is_tried_again(video: Video) -> None:
    with pytest.raises(VideoNotReadyError) as not_failed:
        video.retried(NOW)

    assert (not_failed.value.status, not_failed.value.wanted) == (video.status, "failed")


def test_a_retry_has_all_tries_and_the_next_attempt_has_a_new_number() -> None:
    failed = example_failed(9, OWNER, attempt=5, tries=3, progress=0.7)

    later = NOW + timedelta(hours=1)
    retried = failed.retried(later)

    assert retried == example_video(
        9, OWNER, attempt=5, ready_at=later, due_at=later + RETRY_DELAY, claimed_at=NOW
    )
    claimed = retried.claimed(later, holder="one")
    assert (claimed.attempt, claimed.tries, claimed.holder) == (6, 1, "one")
