"""Whose token it is: what is remembered for a second, and what ends that at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.memory_platform import HOME, MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore
from vidcore.errors import (
    AccountInactiveError,
    InvalidCredentialsError,
    NotAuthenticatedError,
    ServiceUnavailableError,
    VidcoreError,
)
from vidcore.ports.store import Store
from vidcore.ports.tokens import MediaGrant
from vidcore.sessions import BELIEVED_FOR, AccountCache
from vidcore.testing.examples import MICROSECOND, NOW, example_completed, example_user
from vidcore.use_cases.accounts import Authenticate, ChangePassword, ShowOwnAccount
from vidcore.use_cases.membership import ChangeActive, ChangeRole, RemoveMember
from vidcore.use_cases.recognizing import Recognize
from vidcore.use_cases.watching import OpenMedia
from vidcore.users import Role, User

PASSWORD = "correct horse"
ADMIN = example_user(9, role=Role.ADMIN)


@pytest.fixture
async def member(platform: MemoryPlatform) -> User:
    member = example_user(1, password_hash=await platform.passwords.hash(PASSWORD))
    await platform.add(ADMIN, member)
    return member


def watched(platform: MemoryPlatform) -> tuple[SteppedStore, list[str]]:
    """Give a store that writes down what is done to it."""
    done: list[str] = []

    async def step(place: str) -> None:
        done.append(place)

    return SteppedStore(platform.store, step), done


async def test_a_session_that_held_is_not_looked_up_again_for_a_second(
    platform: MemoryPlatform, member: User
) -> None:
    store, done = watched(platform)
    recognize = platform.make(Recognize, store)

    for later, looks in ((0, 1), (0.4, 1), (0.5, 1), (0.1, 2), (0.9, 2)):
        platform.clock.advance(timedelta(seconds=later))
        assert await recognize(user_id=member.id, epoch=0) == member
        assert done == ["read"] * looks


async def test_a_clock_that_is_set_back_makes_nothing_believed_for_longer(
    platform: MemoryPlatform, member: User
) -> None:
    recognize = platform.make(Recognize)
    await recognize(user_id=member.id, epoch=0)
    platform.store.reachable = False

    platform.clock.advance(BELIEVED_FOR - MICROSECOND)
    platform.clock.set(NOW)
    assert await recognize(user_id=member.id, epoch=0) == member
    platform.clock.advance(MICROSECOND)
    with pytest.raises(ServiceUnavailableError):
        await recognize(user_id=member.id, epoch=0)


async def test_who_is_refused_is_looked_up_each_time_and_let_in_at_once(
    platform: MemoryPlatform, member: User
) -> None:
    # What is saved behind the back of this process, another process has done.
    recognize = platform.make(Recognize)
    await recognize(user_id=member.id, epoch=0)
    off = member.with_active(is_active=False, other_active_admins=1)
    on = off.with_active(is_active=True, other_active_admins=1)

    await platform.save(off)
    with pytest.raises(AccountInactiveError):
        await recognize(user_id=member.id, epoch=1)
    await platform.save(on)
    assert await recognize(user_id=member.id, epoch=1) == on
    with pytest.raises(NotAuthenticatedError):
        await recognize(user_id=member.id, epoch=0)


async def test_what_another_process_does_shows_after_a_second(
    platform: MemoryPlatform, member: User
) -> None:
    recognize = platform.make(Recognize)
    await recognize(user_id=member.id, epoch=0)
    await platform.make(ChangeActive, AccountCache())(user_id=member.id, is_active=False)

    platform.clock.advance(BELIEVED_FOR - MICROSECOND)
    assert await recognize(user_id=member.id, epoch=0) == member
    platform.clock.advance(MICROSECOND)
    with pytest.raises(AccountInactiveError):
        await recognize(user_id=member.id, epoch=0)


def new_password(platform: MemoryPlatform, store: Store, member: User) -> Awaitable[object]:
    # The throttle has commits of its own, which are not meant.
    change = attrs.evolve(platform.make(ChangePassword), store=store)
    return change(actor=member, current=PASSWORD, new="battery staple", address=HOME)


def off(platform: MemoryPlatform, store: Store, member: User) -> Awaitable[object]:
    return platform.make(ChangeActive, store)(user_id=member.id, is_active=False)


def removal(platform: MemoryPlatform, store: Store, member: User) -> Awaitable[object]:
    return platform.make(RemoveMember, store)(user_id=member.id, transfer_to=None)


Change = Callable[[MemoryPlatform, Store, User], Awaitable[object]]
ENDINGS = pytest.mark.parametrize(
    ("change", "error"),
    [
        (new_password, NotAuthenticatedError),
        (off, AccountInactiveError),
        (removal, NotAuthenticatedError),
    ],
)


@ENDINGS
async def test_a_change_ends_token_and_signed_address_at_once(
    platform: MemoryPlatform, member: User, change: Change, error: type[VidcoreError]
) -> None:
    video = example_completed(11, ADMIN)
    await platform.add(video)
    token = platform.access_tokens.issue(member, NOW).value
    signed = platform.media_tokens.sign(
        MediaGrant(video_id=video.id, user_id=member.id, epoch=0, expires_at=NOW + BELIEVED_FOR)
    )
    authenticate, play = platform.make(Authenticate), platform.make(OpenMedia).by_token
    assert await authenticate(token) == member
    await play(token=signed, video_id=video.id)

    await change(platform, platform.store, member)

    with pytest.raises(error):
        await authenticate(token)
    with pytest.raises(error):
        await play(token=signed, video_id=video.id)


@ENDINGS
async def test_a_change_whose_answer_is_lost_has_still_ended_the_token(
    platform: MemoryPlatform, member: User, change: Change, error: type[VidcoreError]
) -> None:
    async def lose(place: str) -> None:
        if place == "committed":
            raise ConnectionError

    await platform.make(Recognize)(user_id=member.id, epoch=0)
    platform.clock.advance(timedelta(milliseconds=1))

    with pytest.raises(ConnectionError):
        await change(platform, SteppedStore(platform.store, lose), member)

    with pytest.raises(error):
        await platform.make(Recognize)(user_id=member.id, epoch=0)


@ENDINGS
async def test_a_change_that_is_cancelled_as_it_arrives_has_still_ended_the_token(
    platform: MemoryPlatform, member: User, change: Change, error: type[VidcoreError]
) -> None:
    arrived = asyncio.Event()

    async def wait(place: str) -> None:
        if place == "committed":
            arrived.set()
            await asyncio.Event().wait()

    await platform.make(Recognize)(user_id=member.id, epoch=0)
    store = SteppedStore(platform.store, wait)
    changing = asyncio.ensure_future(change(platform, store, member))
    await arrived.wait()
    changing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await changing

    with pytest.raises(error):
        await platform.make(Recognize)(user_id=member.id, epoch=0)


async def test_a_changed_role_counts_at_once(platform: MemoryPlatform, member: User) -> None:
    recognize, change = platform.make(Recognize), platform.make(ChangeRole)

    for role in (Role.ADMIN, Role.USER):
        await change(user_id=member.id, role=role)
        assert (await recognize(user_id=member.id, epoch=0)).role is role


async def test_the_own_account_is_shown_as_it_is_stored_now(
    platform: MemoryPlatform, member: User
) -> None:
    recognize, show = platform.make(Recognize), platform.make(ShowOwnAccount)
    await recognize(user_id=member.id, epoch=0)
    await platform.save(member.charged(700, NOW))

    actor = await recognize(user_id=member.id, epoch=0)

    assert actor.weekly_upload_bytes == 0  # a moment old, so nobody may count with it
    assert (await show(actor=actor)).weekly_upload_bytes == 700
    await platform.make(RemoveMember, AccountCache())(user_id=member.id, transfer_to=None)
    with pytest.raises(NotAuthenticatedError, match="gone"):
        await show(actor=actor)


async def test_a_password_that_another_process_changed_is_not_changed_by_who_knows_the_old_one(
    platform: MemoryPlatform, member: User
) -> None:
    recognize = platform.make(Recognize)
    await recognize(user_id=member.id, epoch=0)
    await platform.make(ChangePassword, AccountCache())(
        actor=member, current=PASSWORD, new="battery staple", address=HOME
    )
    actor = await recognize(user_id=member.id, epoch=0)

    for current in (PASSWORD, "battery staple"):
        with platform.refuses(InvalidCredentialsError):
            await platform.make(ChangePassword)(
                actor=actor, current=current, new="stapled battery", address=HOME
            )
