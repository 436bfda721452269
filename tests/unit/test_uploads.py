from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given

from vidcore.config import BYTES_MAX
from vidcore.details import VideoDetails
from vidcore.errors import (
    FileTooLargeError,
    InvalidValueError,
    NotFoundError,
    QuotaExceededError,
    StorageFullError,
)
from vidcore.quota import Quota
from vidcore.testing.examples import MICROSECOND, NOBODY, NOW, example_upload, example_user
from vidcore.testing.strategies import sizes
from vidcore.uploads import (
    DISK_FLOOR,
    FORM_LIFETIME,
    RENEW_EVERY,
    RESUMABLE_LIFETIME,
    Admission,
    Upload,
    admit,
    check_fingerprint,
    check_room,
    check_size,
)

MEMBER = example_user(1)
QUOTA = Quota(limit=1_000, used=300, reserved=200, now=NOW)


@pytest.mark.parametrize(
    ("resumable", "lifetime"), [(True, timedelta(hours=24)), (False, timedelta(minutes=5))]
)
def test_an_upload_has_a_deadline_by_the_way_it_is_sent(
    resumable: bool,  # noqa: FBT001 - a parameter of pytest's
    lifetime: timedelta,
) -> None:
    begun = Upload.begin(
        id=example_upload(2, MEMBER).id,
        user_id=MEMBER.id,
        filename="holiday.mp4",
        details=VideoDetails(title="Upload 2"),
        size_bytes=1_000,
        reserved_bytes=1_000,
        resumable=resumable,
        now=NOW,
    )

    assert begun == example_upload(2, MEMBER, resumable=resumable, expires_at=NOW + lifetime)


STEPS: dict[str, Callable[[Upload, datetime], object]] = {
    "check": lambda upload, now: upload.check_live(now),
    "renew": lambda upload, now: upload.renewed(now),
    "grow": lambda upload, now: upload.grown(1, now),
    "retell": lambda upload, now: upload.retold("b.mkv", VideoDetails(title="B"), now),
    "mark": lambda upload, now: upload.with_unchecked(3, now),
    "complete": lambda upload, now: upload.completed(NOBODY, now),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_an_upload_takes_steps_until_its_deadline_or_its_video(
    step: Callable[[Upload, datetime], object],
) -> None:
    upload = example_upload(2, MEMBER)
    deadline = NOW + RESUMABLE_LIFETIME

    step(upload, deadline - MICROSECOND)
    for over, now in ((upload, deadline), (upload.completed(NOBODY, NOW), NOW)):
        assert not over.is_live(now)
        with pytest.raises(NotFoundError):
            step(over, now)


def test_a_form_uploads_deadline_moves_and_a_resumable_ones_does_not() -> None:
    later = NOW + timedelta(minutes=4)
    form = example_upload(2, MEMBER, resumable=False, expires_at=NOW + FORM_LIFETIME)
    resumable = example_upload(2, MEMBER)

    assert form.renewed(later) == attrs.evolve(form, expires_at=later + FORM_LIFETIME)
    assert resumable.renewed(later) == resumable


def test_four_signs_of_life_may_be_lost() -> None:
    assert timedelta(minutes=5) == FORM_LIFETIME == 5 * RENEW_EVERY


def test_an_upload_can_hold_more() -> None:
    assert example_upload(2, MEMBER).grown(5_000, NOW) == example_upload(
        2, MEMBER, reserved_bytes=5_000
    )


def test_an_upload_that_became_a_video_holds_nothing() -> None:
    assert example_upload(2, MEMBER).completed(NOBODY, NOW) == example_upload(
        2, MEMBER, reserved_bytes=0, video_id=NOBODY
    )


def test_a_file_of_known_size_is_admitted_whole_or_not_at_all() -> None:
    admission = admit(at_least=500, at_most=500, max_file_size_bytes=500, quota=QUOTA)

    assert admission == Admission(reserved_bytes=500, max_file_size_bytes=500, quota=QUOTA)
    with pytest.raises(FileTooLargeError) as too_large:
        admit(at_least=501, at_most=501, max_file_size_bytes=500, quota=QUOTA)
    assert (too_large.value.size, too_large.value.limit) == (501, 500)
    with pytest.raises(QuotaExceededError):
        admit(at_least=501, at_most=501, max_file_size_bytes=9_999, quota=QUOTA)


def test_a_file_of_unknown_size_holds_at_most_what_a_file_may_have() -> None:
    def held(max_file_size_bytes: int) -> int:
        return admit(
            at_least=1, at_most=2_000, max_file_size_bytes=max_file_size_bytes, quota=QUOTA
        ).reserved_bytes

    assert (held(400), held(9_999)) == (400, 500)


def test_what_arrives_beyond_the_admission_is_refused_by_the_limit_that_is_over() -> None:
    by_quota = Admission(reserved_bytes=500, max_file_size_bytes=9_999, quota=QUOTA)
    by_size = Admission(reserved_bytes=500, max_file_size_bytes=500, quota=QUOTA)

    by_quota.check_received(500)
    by_size.check_received(500)
    with pytest.raises(QuotaExceededError) as exceeded:
        by_quota.check_received(501)
    assert exceeded.value.requested == 501
    with pytest.raises(FileTooLargeError) as too_large:
        by_size.check_received(501)
    assert (too_large.value.size, too_large.value.limit) == (501, 500)


def test_a_gibibyte_is_left_free_beside_the_file_and_its_processing() -> None:
    check_room(size=100, free=DISK_FLOOR + 250, reserved=50)

    with pytest.raises(StorageFullError) as full:
        check_room(size=100, free=DISK_FLOOR + 249, reserved=50)

    assert DISK_FLOOR == 1024**3
    assert (full.value.needed, full.value.free) == (DISK_FLOOR + 200, DISK_FLOOR + 199)


def test_a_disk_that_is_promised_away_has_nothing_free() -> None:
    with pytest.raises(StorageFullError) as full:
        check_room(size=1, free=10, reserved=20, floor=0)

    assert (full.value.needed, full.value.free) == (2, 0)


@given(size=sizes(), free=sizes(), reserved=sizes(), floor=sizes())
def test_there_is_room_exactly_if_all_parts_fit(
    size: int, free: int, reserved: int, floor: int
) -> None:
    if size + size + reserved + floor <= free:
        check_room(size=size, free=free, reserved=reserved, floor=floor)
    else:
        with pytest.raises(StorageFullError) as full:
            check_room(size=size, free=free, reserved=reserved, floor=floor)
        assert full.value.free >= 0


@pytest.mark.parametrize("size", [1, BYTES_MAX])
def test_a_file_has_at_least_a_byte_and_a_size_that_every_reader_keeps(size: int) -> None:
    assert check_size(size) == size


@pytest.mark.parametrize("size", [-1, 0, BYTES_MAX + 1])
def test_what_can_be_no_files_size_is_refused(size: int) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_size(size)
    assert refused.value.field == "size"


def test_a_fingerprint_is_trimmed_and_bounded() -> None:
    assert check_fingerprint(None) is None
    assert check_fingerprint("  ") is None
    assert check_fingerprint(" a-1 ") == "a-1"
    assert check_fingerprint("x" * 255) == "x" * 255
    for wrong in ("x" * 256, "a\x00"):
        with pytest.raises(InvalidValueError) as refused:
            check_fingerprint(wrong)
        assert refused.value.field == "fingerprint"


def test_a_file_is_known_again_by_fingerprint_and_size() -> None:
    upload = example_upload(2, MEMBER, fingerprint="a", size_bytes=9)

    assert upload.is_same_file("a", 9)
    assert not upload.is_same_file("a", 8)
    assert not upload.is_same_file("b", 9)
    assert not upload.is_same_file(None, 9)
    assert not attrs.evolve(upload, fingerprint=None).is_same_file(None, 9)


@pytest.mark.parametrize(
    ("unchecked_from", "on_disk", "offset"),
    [
        (None, 0, 0),
        (None, 7, 7),
        (None, 1_000, 1_000),
        (None, 1_001, 1_001),
        (5, 7, 5),
        (5, 3, 3),
        (5, 5, 5),
    ],
)
def test_bytes_count_as_far_as_they_are_on_disk_and_checked(
    unchecked_from: int | None, on_disk: int, offset: int
) -> None:
    upload = example_upload(2, MEMBER, unchecked_from=unchecked_from)

    progress = upload.progress(MEMBER, on_disk=on_disk, now=NOW)

    assert (progress.offset, progress.size_bytes) == (offset, 1_000)
    assert progress.has_all == (offset == 1_000)
    assert (progress.upload, progress.details) == (upload, upload.details)


def test_an_upload_that_became_a_video_has_all_bytes_wherever_they_are_now() -> None:
    upload = example_upload(2, MEMBER, video_id=NOBODY, reserved_bytes=0)

    assert upload.progress(MEMBER, on_disk=0, now=NOW).has_all
    with pytest.raises(NotFoundError):
        upload.progress(MEMBER, on_disk=0, now=upload.expires_at)


@pytest.mark.parametrize(
    "upload",
    [
        example_upload(2, example_user(3)),
        example_upload(2, MEMBER, expires_at=NOW),
        example_upload(2, MEMBER, expires_at=NOW - MICROSECOND),
        example_upload(2, MEMBER, resumable=False),
        example_upload(2, MEMBER, details=None),
        example_upload(2, MEMBER, size_bytes=None),
    ],
    ids=["another's", "just over", "over", "a form's", "without details", "without size"],
)
def test_only_ones_own_live_resumable_uploads_are_found(upload: Upload) -> None:
    with pytest.raises(NotFoundError) as missing:
        upload.progress(MEMBER, on_disk=0, now=NOW)
    assert missing.value.key == upload.id


def test_what_is_told_again_replaces_what_was_told() -> None:
    upload = example_upload(2, MEMBER)
    details = VideoDetails(title="Other")

    again = upload.retold("other.mkv", details, NOW)

    assert again == attrs.evolve(upload, filename="other.mkv", details=details)
