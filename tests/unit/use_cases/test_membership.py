import asyncio
from collections.abc import Awaitable

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import (
    InvalidValueError,
    LastAdminError,
    NotFoundError,
    UnknownReferenceError,
)
from vidcore.pages import PageRequest
from vidcore.ports.store import UserQuery
from vidcore.testing.examples import (
    NOBODY,
    example_category,
    example_completed,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)
from vidcore.use_cases.membership import (
    ChangeActive,
    ChangeRole,
    ListMembers,
    RemoveMember,
    ShowMember,
)
from vidcore.users import Account, Profile, Role, User
from vidcore.videos import Video

ADMIN, OTHER_ADMIN = example_user(1, role=Role.ADMIN), example_user(2, role=Role.ADMIN)
OFF_ADMIN = example_user(3, role=Role.ADMIN, is_active=False)
ADA, BOB = example_user(4, weekly_upload_bytes=70), example_user(5)


async def active_admins(platform: MemoryPlatform) -> int:
    async with platform.store.read() as work:
        return len(await work.users.active_admin_ids())


async def test_admins_see_the_accounts_newest_first_with_their_quota(
    platform: MemoryPlatform,
) -> None:
    await platform.add(ADMIN, ADA, BOB)
    listing = platform.make(ListMembers)

    everybody = await listing(UserQuery(), PageRequest(page_size=2))
    members = await listing(UserQuery(role=Role.USER), PageRequest())

    assert [account.user for account in everybody.items] == [BOB, ADA]
    assert (everybody.total, everybody.pages) == (3, 2)
    assert [account.weekly_upload_bytes for account in members.items] == [0, 70]
    assert members.items[0].weekly_upload_limit_bytes == 5 << 30


async def test_oneself_and_admins_see_the_account_and_others_the_profile(
    platform: MemoryPlatform,
) -> None:
    await platform.add(ADMIN, ADA, BOB, example_completed(1, ADA), example_video(2, ADA))
    show = platform.make(ShowMember)

    for actor in (ADA, ADMIN):
        account = await show(actor=actor, user_id=ADA.id)
        assert isinstance(account, Account)
        assert (account.user, account.weekly_upload_bytes) == (ADA, 70)
    assert await show(actor=BOB, user_id=ADA.id) == Profile(user=ADA, video_count=1)
    assert await show(actor=ADA, user_id=BOB.id) == Profile(user=BOB, video_count=0)
    with pytest.raises(NotFoundError):
        await show(actor=ADMIN, user_id=NOBODY)


async def test_a_role_changes_and_changes_back(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN, ADA)
    change = platform.make(ChangeRole)

    promoted = await change(user_id=ADA.id, role=Role.ADMIN)
    assert promoted.user == await platform.user(ADA.id) == attrs.evolve(ADA, role=Role.ADMIN)
    await change(user_id=ADA.id, role=Role.USER)
    assert await platform.user(ADA.id) == ADA


async def test_switching_off_ends_the_tokens_once_and_on_revives_none(
    platform: MemoryPlatform,
) -> None:
    await platform.add(ADMIN, ADA)
    change = platform.make(ChangeActive)

    for is_active, epoch in ((False, 1), (False, 1), (True, 1), (True, 1), (False, 2)):
        changed = (await change(user_id=ADA.id, is_active=is_active)).user
        assert (changed.is_active, changed.token_epoch) == (is_active, epoch)
        assert await platform.user(ADA.id) == changed


async def test_the_last_active_admin_stays_one(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN, OFF_ADMIN, ADA)

    with platform.refuses(LastAdminError):
        await platform.make(ChangeRole)(user_id=ADMIN.id, role=Role.USER)
    with platform.refuses(LastAdminError):
        await platform.make(ChangeActive)(user_id=ADMIN.id, is_active=False)
    for heir in (None, ADA.id):
        with platform.refuses(LastAdminError):
            await platform.make(RemoveMember)(user_id=ADMIN.id, transfer_to=heir)
    await platform.make(RemoveMember)(user_id=OFF_ADMIN.id, transfer_to=None)


async def test_nobody_can_change_or_remove_who_is_not_there(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)

    with platform.refuses(NotFoundError):
        await platform.make(ChangeRole)(user_id=NOBODY, role=Role.ADMIN)
    with platform.refuses(NotFoundError):
        await platform.make(ChangeActive)(user_id=NOBODY, is_active=True)
    with platform.refuses(NotFoundError):
        await platform.make(RemoveMember)(user_id=NOBODY, transfer_to=None)


@pytest.mark.parametrize("first", ["demote", "switch off", "remove"])
@pytest.mark.parametrize("second", ["demote", "switch off", "remove"])
async def test_two_admins_who_end_each_other_at_once_leave_one(
    platform: MemoryPlatform, first: str, second: str
) -> None:
    await platform.add(ADMIN, OTHER_ADMIN, OFF_ADMIN)
    store = SteppedStore(platform.store, giving_way([2, 1]))

    def end(how: str, user: User) -> Awaitable[object]:
        if how == "demote":
            return platform.make(ChangeRole, store)(user_id=user.id, role=Role.USER)
        if how == "switch off":
            return platform.make(ChangeActive, store)(user_id=user.id, is_active=False)
        return platform.make(RemoveMember, store)(user_id=user.id, transfer_to=None)

    outcomes = await asyncio.gather(
        end(first, OTHER_ADMIN), end(second, ADMIN), return_exceptions=True
    )

    assert [isinstance(outcome, LastAdminError) for outcome in outcomes].count(True) == 1
    assert await active_admins(platform) == 1


@pytest.fixture
async def ada_with_all(platform: MemoryPlatform) -> tuple[Video, Video]:
    media = {"media": "/memory/videos/one.mp4", "thumbnail": "/memory/videos/one.jpg"}
    completed, pending = example_completed(1, ADA, **media), example_video(2, ADA)
    await platform.add(
        ADMIN,
        ADA,
        BOB,
        completed,
        pending,
        example_video(3, BOB),
        example_upload(4, ADA),
        example_category(5, created_by=ADA.id),
        example_invitation(6, created_by=ADA.id),
    )
    for location in media.values():
        platform.media.put(location, b"published")
    for source in ("source-2", "source-3", str(example_upload(4, ADA).id)):
        await platform.receive(source, b"sent")
    return completed, pending


async def test_a_removed_members_videos_and_their_files_go_too(
    platform: MemoryPlatform, ada_with_all: tuple[Video, Video]
) -> None:
    await platform.make(RemoveMember)(user_id=ADA.id, transfer_to=None)

    left = platform.remembered()
    assert set(left.users) == {ADMIN.id, BOB.id}
    assert [video.id for video in left.videos.values()] == [example_video(3, BOB).id]
    assert left.uploads == {}
    assert [category.created_by for category in left.categories.values()] == [None]
    assert [invitation.created_by for invitation in left.invitations.values()] == [None]
    assert platform.bytes_kept() == {"source-3": b"sent"}
    assert platform.queue.cancelled == [video.id for video in ada_with_all]


async def test_what_is_handed_over_stays_with_its_files(
    platform: MemoryPlatform, ada_with_all: tuple[Video, Video]
) -> None:
    kept = platform.bytes_kept()
    del kept[str(example_upload(4, ADA).id)]  # nobody can go on with it

    await platform.make(RemoveMember)(user_id=ADA.id, transfer_to=BOB.id)

    assert set(platform.remembered().users) == {ADMIN.id, BOB.id}
    for video in ada_with_all:
        assert await platform.video(video.id) == attrs.evolve(video, uploaded_by=BOB.id)
    assert platform.bytes_kept() == kept
    assert platform.queue.cancelled == []


@pytest.mark.usefixtures("ada_with_all")
async def test_an_heir_must_be_somebody_else(platform: MemoryPlatform) -> None:
    remove = platform.make(RemoveMember)

    with platform.refuses(UnknownReferenceError) as unknown:
        await remove(user_id=ADA.id, transfer_to=NOBODY)
    with platform.refuses(InvalidValueError) as oneself:
        await remove(user_id=ADA.id, transfer_to=ADA.id)

    assert (unknown.value.field, oneself.value.field) == ("transfer_to", "transfer_to")
