from datetime import timedelta

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.details import VideoDetails
from vidcore.errors import (
    FileFormatNotSupportedError,
    FileTooLargeError,
    InvalidValueError,
    NotAuthenticatedError,
    NotFoundError,
    QuotaExceededError,
    StorageFullError,
    UnknownReferenceError,
)
from vidcore.quota import WEEK
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    SUNDAY,
    example_category,
    example_config,
    example_upload,
    example_user,
)
from vidcore.uploads import DISK_FLOOR, FORM_LIFETIME, Upload
from vidcore.use_cases.uploading import (
    GROWTH,
    AdmitUpload,
    BeginUpload,
    BegunUpload,
    CheckDetails,
    GrowUpload,
    RenewUpload,
)
from vidcore.users import User

LIMIT, FILE_MAX = 1_000, 600
MEMBER, OTHER = example_user(1, weekly_upload_bytes=100), example_user(2)
OWN = example_upload(11, MEMBER, reserved_bytes=400)
LEFT = LIMIT - 100 - 400


@pytest.fixture(autouse=True)
async def members(platform: MemoryPlatform) -> None:
    config = example_config(max_file_size_bytes=FILE_MAX, weekly_upload_limit_bytes=LIMIT)
    await platform.add(config, MEMBER, OTHER, OWN, example_upload(12, OTHER, reserved_bytes=999))


async def begin(
    platform: MemoryPlatform,
    size: int,
    *,
    at_most: int | None = None,
    actor: User = MEMBER,
    filename: str = "holiday.mp4",
) -> BegunUpload:
    return await platform.make(BeginUpload)(
        actor=actor, filename=filename, at_least=size, at_most=at_most or size
    )


async def test_what_fits_exactly_is_admitted_and_one_byte_more_is_not(
    platform: MemoryPlatform,
) -> None:
    admit = platform.make(AdmitUpload)
    before = platform.remembered()

    await admit(actor=MEMBER, at_least=LEFT, at_most=LEFT)
    assert platform.remembered() == before
    with platform.refuses(QuotaExceededError) as refused:
        await admit(actor=MEMBER, at_least=LEFT + 1, at_most=LEFT + 1)

    error = refused.value
    assert (error.limit, error.used, error.reserved) == (LIMIT, 100, 400)
    assert (error.requested, error.resets_at) == (LEFT + 1, SUNDAY + WEEK)
    assert NOW + timedelta(seconds=error.retry_after) >= SUNDAY + WEEK


async def test_an_upload_that_begins_holds_its_bytes(platform: MemoryPlatform) -> None:
    begun = await begin(platform, LEFT)

    assert platform.remembered().uploads[begun.upload.id] == begun.upload
    assert (begun.upload.reserved_bytes, begun.upload.video_id) == (LEFT, None)
    assert (begun.upload.created_at, begun.upload.expires_at) == (NOW, NOW + FORM_LIFETIME)
    assert await platform.reserved(MEMBER.id) == LIMIT - 100
    with platform.refuses(QuotaExceededError):
        await begin(platform, 1)


async def test_what_others_hold_counts_for_them_only(platform: MemoryPlatform) -> None:
    await begin(platform, 1, actor=OTHER)

    with platform.refuses(QuotaExceededError):
        await begin(platform, 1, actor=OTHER)


async def test_what_an_expired_upload_held_is_free_at_once(platform: MemoryPlatform) -> None:
    platform.clock.set(OWN.expires_at)

    begun = await begin(platform, LEFT + OWN.reserved_bytes - 400 + 100)

    assert begun.upload.reserved_bytes == FILE_MAX


async def test_what_was_used_last_week_does_not_count(platform: MemoryPlatform) -> None:
    platform.clock.set(SUNDAY + WEEK)

    await begin(platform, FILE_MAX)
    await begin(platform, LIMIT - FILE_MAX)


async def test_an_upload_of_unknown_size_holds_what_is_left_of_the_largest(
    platform: MemoryPlatform,
) -> None:
    begun = await begin(platform, 1, at_most=GROWTH)

    assert begun.upload.reserved_bytes == LEFT
    begun.admission.check_received(LEFT)
    with pytest.raises(QuotaExceededError):
        begun.admission.check_received(LEFT + 1)


async def test_an_upload_of_unknown_size_holds_no_more_than_the_largest_file(
    platform: MemoryPlatform,
) -> None:
    platform.clock.set(SUNDAY + WEEK)

    begun = await begin(platform, 1, at_most=GROWTH)

    assert begun.upload.reserved_bytes == FILE_MAX
    with pytest.raises(FileTooLargeError):
        begun.admission.check_received(FILE_MAX + 1)


async def test_a_file_over_the_limit_or_of_another_kind_begins_nothing(
    platform: MemoryPlatform,
) -> None:
    with platform.refuses(FileTooLargeError) as refused:
        await begin(platform, FILE_MAX + 1)
    with platform.refuses(FileFormatNotSupportedError):
        await begin(platform, 1, filename="notes.txt")
    with platform.refuses(InvalidValueError):
        await begin(platform, 1, filename="")
    with platform.refuses(NotAuthenticatedError):
        await begin(platform, 1, actor=example_user(9))

    assert (refused.value.size, refused.value.limit) == (FILE_MAX + 1, FILE_MAX)


async def test_the_disk_needs_room_for_the_file_and_its_processing_beside_all_others(
    platform: MemoryPlatform,
) -> None:
    held = await platform.reserved()
    platform.uploads.capacity = DISK_FLOOR + held + 2 * 100

    with platform.refuses(StorageFullError) as refused:
        await begin(platform, 101)
    await begin(platform, 100)

    assert (refused.value.needed, refused.value.free) == (DISK_FLOOR + 202, DISK_FLOOR + 200)


async def test_a_growing_upload_takes_what_is_left_and_then_is_refused(
    platform: MemoryPlatform,
) -> None:
    begun = await begin(platform, 100)
    grow = platform.make(GrowUpload)

    grown = await grow(begun, received=200)

    assert grown.upload.reserved_bytes == grown.admission.reserved_bytes == LEFT
    assert platform.remembered().uploads[begun.upload.id] == grown.upload
    with platform.refuses(QuotaExceededError) as refused:
        await grow(grown, received=LEFT + 1)
    assert refused.value.reserved == OWN.reserved_bytes
    with platform.refuses(FileTooLargeError):
        await grow(grown, received=FILE_MAX + 1)


async def test_an_upload_grows_to_sixteen_mebibytes_more_than_has_come(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_config())
    begun = await begin(platform, 100)

    grown = await platform.make(GrowUpload)(begun, received=101)

    assert grown.upload.reserved_bytes == 101 + (16 << 20)


async def test_a_growing_upload_needs_room_on_disk_beside_what_others_hold(
    platform: MemoryPlatform,
) -> None:
    enough = DISK_FLOOR + await platform.reserved() + 2 * LEFT
    begun = await begin(platform, 100)
    grow = platform.make(GrowUpload)
    platform.uploads.capacity = enough - 1

    with platform.refuses(StorageFullError):
        await grow(begun, received=101)

    platform.uploads.capacity = enough
    assert (await grow(begun, received=101)).upload.reserved_bytes == LEFT


async def test_an_upload_that_is_over_neither_grows_nor_is_renewed(
    platform: MemoryPlatform,
) -> None:
    begun = await begin(platform, LEFT)
    platform.clock.advance(FORM_LIFETIME)
    await begin(platform, LEFT)

    for received in (1, LEFT, LEFT + 1):
        with platform.refuses(NotFoundError):
            await platform.make(GrowUpload)(begun, received=received)
    with platform.refuses(NotFoundError):
        await platform.make(RenewUpload)(begun.upload.id)
    with platform.refuses(NotFoundError):
        await platform.make(RenewUpload)(NOBODY)


async def test_bytes_that_arrive_move_the_deadline_of_a_form_and_of_nothing_else(
    platform: MemoryPlatform,
) -> None:
    begun = await begin(platform, LEFT)
    renew = platform.make(RenewUpload)

    for minutes in range(1, 30, 4):
        platform.clock.set(NOW + timedelta(minutes=minutes))
        await renew(begun.upload.id)
        await renew(OWN.id)

    def stored(upload: Upload) -> Upload:
        return platform.remembered().uploads[upload.id]

    assert stored(begun.upload).expires_at == NOW + timedelta(minutes=29) + FORM_LIFETIME
    assert stored(OWN) == OWN


async def test_of_a_large_limit_an_upload_of_unknown_size_holds_only_what_it_may_grow_by(
    platform: MemoryPlatform,
) -> None:
    large = 1 << 40
    await platform.add(example_config(max_file_size_bytes=large, weekly_upload_limit_bytes=large))

    begun = await begin(platform, 1, at_most=large)

    assert begun.upload.reserved_bytes == 1 + GROWTH


async def test_details_may_name_only_a_category_that_exists(platform: MemoryPlatform) -> None:
    category = example_category(1)
    await platform.add(category)
    check = platform.make(CheckDetails)

    await check(VideoDetails(title="Holiday"))
    await check(VideoDetails(title="Holiday", category_id=category.id))
    with platform.refuses(UnknownReferenceError) as refused:
        await check(VideoDetails(title="Holiday", category_id=NOBODY))

    assert refused.value.field == "category_id"
