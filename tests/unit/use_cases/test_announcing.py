import attrs
import pytest

from tests.unit.use_cases.memory_platform import HOME, MemoryPlatform
from vidcore.errors import InvitationInvalidError, UsernameTakenError, VideoProcessingError
from vidcore.lifecycle import LEASE, TRIES_MAX
from vidcore.testing.examples import (
    NOW,
    example_config,
    example_invitation,
    example_processing,
    example_user,
    example_video,
)
from vidcore.testing.memory_deliveries import PlainEventPresenter
from vidcore.use_cases.accounts import Register
from vidcore.use_cases.announcing import Outbox
from vidcore.use_cases.claiming import ClaimVideo, EndAttempt, RecoverOwn
from vidcore.use_cases.processing import ProcessVideo
from vidcore.users import User
from vidcore.videos import Video
from vidcore.webhooks import Delivery

OWNER = example_user(1)
VIDEO = example_video(11, OWNER)
URLS = ("https://a.example/", "https://b.example/")


@pytest.fixture
async def outbox(platform: MemoryPlatform) -> Outbox:
    await platform.add(OWNER, example_config())
    return Outbox(presenter=PlainEventPresenter(), ids=platform.ids, urls=URLS)


def noted(platform: MemoryPlatform) -> list[Delivery]:
    return list(platform.remembered().deliveries.values())


def told(platform: MemoryPlatform) -> list[tuple[str, str]]:
    return [(each.url, each.payload) for each in noted(platform)]


async def claim(platform: MemoryPlatform, video: Video) -> Video:
    await platform.add(video)
    await platform.receive(video.source or "", b"source")
    claimed = await platform.make(ClaimVideo)()
    assert claimed is not None
    return claimed


def ignore(_: float) -> None:
    """Take a progress that nobody asked for."""


async def test_every_address_is_told_that_a_video_is_completed(
    platform: MemoryPlatform, outbox: Outbox
) -> None:
    claimed = await claim(platform, VIDEO)
    process = attrs.evolve(platform.make(ProcessVideo), outbox=outbox)

    await process(claimed, ignore)

    assert told(platform) == [(url, f"video.completed {VIDEO.id} 05:06") for url in URLS]
    for delivery in noted(platform):
        assert delivery.is_claimable(NOW)
        assert delivery.created_at == NOW


async def test_of_a_failure_only_the_last_is_told(platform: MemoryPlatform, outbox: Outbox) -> None:
    claimed = await claim(platform, attrs.evolve(VIDEO, tries=TRIES_MAX - 2))
    end = attrs.evolve(platform.make(EndAttempt), outbox=outbox)

    await end.failed(claimed, OSError("a passing fault"))
    assert told(platform) == []
    platform.clock.advance(LEASE * 10)
    again = await platform.make(ClaimVideo)()
    assert again is not None
    await end.failed(again, OSError("the same fault"))

    assert [text.split()[0] for _, text in told(platform)] == ["video.failed"] * 2


async def test_a_fault_of_the_source_is_told(platform: MemoryPlatform, outbox: Outbox) -> None:
    claimed = await claim(platform, VIDEO)
    end = attrs.evolve(platform.make(EndAttempt), outbox=outbox)

    await end.failed(claimed, VideoProcessingError("No video in it."))

    assert len(told(platform)) == len(URLS)


async def test_a_video_that_was_abandoned_in_every_try_is_told_as_failed(
    platform: MemoryPlatform, outbox: Outbox
) -> None:
    await platform.add(
        example_processing(12, OWNER, tries=TRIES_MAX, lease_until=NOW),
        example_processing(13, OWNER, tries=TRIES_MAX, lease_until=NOW + LEASE, holder="ann"),
        example_processing(14, OWNER, tries=1, lease_until=NOW + LEASE, holder="ann"),
    )

    assert await attrs.evolve(platform.make(ClaimVideo), outbox=outbox)() is None
    assert len(told(platform)) == len(URLS)
    await attrs.evolve(platform.make(RecoverOwn), outbox=outbox)("ann")

    assert len(told(platform)) == 2 * len(URLS)


def registering(platform: MemoryPlatform, outbox: Outbox | None) -> Register:
    return attrs.evolve(platform.make(Register), outbox=outbox)


async def register(platform: MemoryPlatform, outbox: Outbox | None, username: str) -> User:
    session = await registering(platform, outbox)(
        token="token-21", username=username, password="correct horse", address=HOME
    )
    return session.account.user


async def test_every_address_is_told_that_somebody_has_registered(
    platform: MemoryPlatform, outbox: Outbox
) -> None:
    await platform.add(example_invitation(21))

    user = await register(platform, outbox, "ada")

    assert told(platform) == [(url, f"user.registered {user.id} 05:06") for url in URLS]


async def test_what_did_not_happen_is_not_told(platform: MemoryPlatform, outbox: Outbox) -> None:
    await platform.add(example_invitation(21))

    with pytest.raises(UsernameTakenError):
        await register(platform, outbox, OWNER.username)
    assert told(platform) == []
    await register(platform, outbox, "ada")
    with pytest.raises(InvitationInvalidError):
        await register(platform, outbox, "bob")

    assert len(told(platform)) == len(URLS)


@pytest.mark.parametrize("listening", [True, False])
async def test_without_an_address_nothing_is_noted(
    platform: MemoryPlatform, outbox: Outbox, *, listening: bool
) -> None:
    nobody = attrs.evolve(outbox, urls=()) if listening else None
    await platform.add(example_invitation(21))

    await register(platform, nobody, "ada")
    claimed = await claim(platform, VIDEO)
    await attrs.evolve(platform.make(ProcessVideo), outbox=nobody)(claimed, ignore)

    assert noted(platform) == []
