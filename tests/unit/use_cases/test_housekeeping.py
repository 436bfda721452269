import asyncio
from datetime import timedelta

import attrs

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import EmailTakenError, InvalidValueError, UsernameTakenError
from vidcore.quota import WEEK
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    SUNDAY,
    example_failed,
    example_upload,
    example_user,
    example_video,
)
from vidcore.throttle import WINDOW
from vidcore.use_cases.accounts import ShowOwnAccount
from vidcore.use_cases.housekeeping import (
    MakeAdmin,
    MakeConfig,
    NeedsAdmin,
    ResetWeek,
    TidyUp,
)
from vidcore.users import Role

ADA, BOB = example_user(1, weekly_upload_bytes=70), example_user(2, weekly_upload_bytes=80)
PASSWORD = "correct horse"


async def test_the_first_config_is_made_once_and_then_rules() -> None:
    platform = MemoryPlatform()
    make = platform.make(MakeConfig)

    with platform.refuses(InvalidValueError):
        await make(max_file_size_bytes=0, weekly_upload_limit_bytes=20)
    await make(max_file_size_bytes=10, weekly_upload_limit_bytes=20)
    first = platform.remembered()
    await make(max_file_size_bytes=30, weekly_upload_limit_bytes=40)

    assert platform.remembered() == first
    assert first.config is not None
    assert (first.config.max_file_size_bytes, first.config.weekly_upload_limit_bytes) == (10, 20)


async def test_of_two_that_start_at_once_one_makes_the_config() -> None:
    platform = MemoryPlatform()
    make = platform.make(MakeConfig, SteppedStore(platform.store, giving_way([2])))

    await asyncio.gather(
        make(max_file_size_bytes=10, weekly_upload_limit_bytes=20),
        make(max_file_size_bytes=30, weekly_upload_limit_bytes=40),
    )

    config = platform.remembered().config
    assert config is not None
    assert config.max_file_size_bytes == 10


async def test_a_platform_needs_an_admin_until_an_active_one_is_there(
    platform: MemoryPlatform,
) -> None:
    needs = platform.make(NeedsAdmin)
    await platform.add(ADA, example_user(9, role=Role.ADMIN, is_active=False))

    assert await needs()
    admin = await platform.make(MakeAdmin)(
        username="root", email="root@localhost", password=PASSWORD
    )

    assert not await needs()
    assert await platform.user(admin.id) == admin
    assert (admin.role, admin.is_active, admin.created_at) == (Role.ADMIN, True, NOW)
    assert await platform.passwords.verify(PASSWORD, admin.password_hash)


async def test_an_admin_needs_what_every_account_needs(platform: MemoryPlatform) -> None:
    await platform.add(ADA)
    make = platform.make(MakeAdmin)

    with platform.refuses(UsernameTakenError):
        await make(username="MEMBER-1", email="root@localhost", password=PASSWORD)
    with platform.refuses(EmailTakenError):
        await make(username="root", email="MEMBER-1@example.org", password=PASSWORD)
    for username, email, password in (
        ("r", "root@localhost", PASSWORD),
        ("root", "localhost", PASSWORD),
        ("root", "root@localhost", "short"),
    ):
        with platform.refuses(InvalidValueError):
            await make(username=username, email=email, password=password)


async def test_the_week_is_reset_once_whoever_asks_however_often(
    platform: MemoryPlatform,
) -> None:
    await platform.add(ADA, BOB)
    platform.clock.set(SUNDAY + WEEK)
    reset = platform.make(ResetWeek, SteppedStore(platform.store, giving_way([2, 1])))

    counts = await asyncio.gather(reset(), reset())

    assert sorted(counts) == [0, 2]
    assert await reset() == 0
    for user in (ADA, BOB):
        assert await platform.user(user.id) == attrs.evolve(
            user, weekly_upload_bytes=0, last_upload_reset=SUNDAY + WEEK
        )


async def test_a_week_is_begun_in_the_books_only_once(platform: MemoryPlatform) -> None:
    platform.clock.set(SUNDAY + WEEK)
    reset = platform.make(ResetWeek)
    await reset()
    await platform.add(ADA)

    assert await reset() == 0
    assert await platform.user(ADA.id) == ADA


async def test_a_reset_leaves_what_was_counted_this_week(platform: MemoryPlatform) -> None:
    await platform.add(ADA)

    assert await platform.make(ResetWeek)() == 0
    assert await platform.user(ADA.id) == ADA


async def test_a_missed_sunday_breaks_no_rule_and_is_made_up_later(
    platform: MemoryPlatform,
) -> None:
    await platform.add(ADA)
    platform.clock.set(SUNDAY + 3 * WEEK + timedelta(days=2))

    shown = await platform.make(ShowOwnAccount)(actor=await platform.user(ADA.id))
    assert shown.weekly_upload_bytes == 0
    assert await platform.make(ResetWeek)() == 1
    assert (await platform.user(ADA.id)).last_upload_reset == SUNDAY + 3 * WEEK


async def test_an_expired_upload_goes_at_its_very_moment_with_its_bytes(
    platform: MemoryPlatform,
) -> None:
    upload = example_upload(1, ADA)
    await platform.add(ADA, upload)
    await platform.receive(str(upload.id), b"half")
    tidy = platform.make(TidyUp)

    platform.clock.set(upload.expires_at - MICROSECOND)
    assert await tidy() == 0
    assert platform.bytes_kept() == {str(upload.id): b"half"}
    platform.clock.set(upload.expires_at)
    assert await tidy() == 1

    assert platform.remembered().uploads == {}
    assert platform.bytes_kept() == {}


async def test_an_upload_that_became_a_video_is_forgotten_and_its_bytes_stay(
    platform: MemoryPlatform,
) -> None:
    upload = example_upload(1, ADA)
    video = example_video(2, ADA, source=str(upload.id))
    await platform.add(ADA, attrs.evolve(upload, video_id=video.id, reserved_bytes=0), video)
    await platform.receive(str(upload.id), b"whole")
    platform.clock.set(upload.expires_at + timedelta(days=30))

    assert await platform.make(TidyUp)() == 0

    assert platform.remembered().uploads == {}
    assert platform.bytes_kept() == {str(upload.id): b"whole"}


async def test_bytes_that_nobody_needs_go_after_an_hour(platform: MemoryPlatform) -> None:
    live = example_upload(1, ADA)
    await platform.add(ADA, live, example_video(2, ADA), example_failed(3, ADA))
    for name in ("orphan", str(live.id), "source-2", "source-3"):
        await platform.receive(name, b"bytes")
    tidy = platform.make(TidyUp)

    platform.clock.set(NOW + timedelta(hours=1))
    assert await tidy() == 0
    platform.clock.advance(MICROSECOND)
    assert await tidy() == 1

    assert set(platform.bytes_kept()) == {str(live.id), "source-2", "source-3"}


async def test_old_failed_logins_are_forgotten(platform: MemoryPlatform) -> None:
    async with platform.store.write() as work:
        await work.login_failures.add(name="ada", address="here", at=NOW - WINDOW)
        await work.login_failures.add(name="ada", address="here", at=NOW - WINDOW + MICROSECOND)
        await work.commit()

    await platform.make(TidyUp)()

    assert [each.at for each in platform.remembered().failures] == [NOW - WINDOW + MICROSECOND]


async def test_the_schedule_tidies_once_an_hour_whoever_asks(platform: MemoryPlatform) -> None:
    tidy = platform.make(TidyUp)
    for name in ("one", "two"):
        await platform.receive(name, b"bytes")
    platform.clock.set(NOW + timedelta(hours=2))

    counts = await asyncio.gather(tidy(hourly=True), tidy(hourly=True))

    assert sorted(counts) == [0, 2]
    await platform.receive("three", b"bytes")
    platform.clock.set(NOW + timedelta(hours=3, microseconds=1))
    assert await tidy(hourly=True) == 1
