import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import InvalidValueError, NotAuthenticatedError, NotFoundError
from vidcore.lifecycle import Status
from vidcore.testing.examples import (
    NOW,
    example_completed,
    example_config,
    example_failed,
    example_user,
)
from vidcore.use_cases.administration import ChangeConfig, ShowConfig, ShowStatistics

ADMIN = example_user(1)


async def test_statistics_count_what_is_there(platform: MemoryPlatform) -> None:
    await platform.add(
        ADMIN,
        example_user(2, is_active=False),
        example_completed(1, ADMIN),
        example_failed(2, ADMIN),
    )
    platform.uploads.capacity = 4_000
    await platform.receive("arriving", b"x" * 1_000)

    shown = await platform.make(ShowStatistics)()

    assert (shown.counted.total_users, shown.counted.active_users) == (2, 1)
    assert shown.counted.videos_by_status[Status.FAILED] == 1
    assert (shown.counted.storage_used_bytes, shown.storage_free_bytes) == (2_000, 3_000)


async def test_the_config_is_changed_where_something_is_given(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)
    change = platform.make(ChangeConfig)

    await change(by=ADMIN.id, max_file_size_bytes=5)
    await change(by=ADMIN.id, weekly_upload_limit_bytes=0)
    changed = await change(by=ADMIN.id, video_storage_path="/srv/videos")

    assert changed == await platform.make(ShowConfig)()
    assert changed == example_config(
        max_file_size_bytes=5,
        weekly_upload_limit_bytes=0,
        video_storage_path="/srv/videos",
        updated_at=NOW,
        updated_by=ADMIN.id,
    )


async def test_a_storage_path_is_kept_as_the_storage_names_it(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)

    changed = await platform.make(ChangeConfig)(by=ADMIN.id, video_storage_path="/srv//videos/")

    assert changed.video_storage_path == "/srv/videos"
    assert await platform.make(ShowConfig)() == changed


@attrs.frozen
class Wanted:
    """A change of all three settings, fine but for what is given."""

    size: int = 7
    limit: int = 7
    path: str | None = None


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("max_file_size_bytes", Wanted(size=0)),
        ("weekly_upload_limit_bytes", Wanted(limit=-1)),
        ("video_storage_path", Wanted(path="relative/path")),
        ("video_storage_path", Wanted(path="/cdrom")),
    ],
)
async def test_a_bad_setting_is_named_and_changes_none_of_them(
    platform: MemoryPlatform, field: str, wanted: Wanted
) -> None:
    await platform.add(ADMIN)
    platform.media.read_only.add("/cdrom")

    with platform.refuses(InvalidValueError) as refused:
        await platform.make(ChangeConfig)(
            by=ADMIN.id,
            max_file_size_bytes=wanted.size,
            weekly_upload_limit_bytes=wanted.limit,
            video_storage_path=wanted.path,
        )

    assert refused.value.field == field


async def test_a_platform_without_config_has_none_to_show_or_change() -> None:
    platform = MemoryPlatform()

    with platform.refuses(NotFoundError):
        await platform.make(ShowConfig)()
    with platform.refuses(NotAuthenticatedError):
        await platform.make(ChangeConfig)(by=ADMIN.id, max_file_size_bytes=5)
    await platform.add(ADMIN)
    with platform.refuses(NotFoundError):
        await platform.make(ChangeConfig)(by=ADMIN.id, max_file_size_bytes=5)
