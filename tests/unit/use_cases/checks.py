"""Checks of a platform in memory, and what there is to check."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.checkup import ORPHAN_GRACE, Finding
from vidcore.testing.examples import (
    MICROSECOND,
    example_user,
    example_video,
)
from vidcore.use_cases.checking import CheckPlatform
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

ADA = example_user(1)
SOURCE = b"x" * 1_000
OLD = ORPHAN_GRACE + MICROSECOND


async def found(
    platform: MemoryPlatform,
    *,
    pause: Callable[[], Awaitable[object]] | None = None,
    **options: Any,
) -> list[Finding]:
    check = platform.make(CheckPlatform)
    if pause is not None:
        check = attrs.evolve(check, pause=pause)
    return [finding async for finding in check(**options)]


async def named(platform: MemoryPlatform, **options: Any) -> list[tuple[str, str]]:
    return [(str(each.kind), each.subject) for each in await found(platform, **options)]


async def repaired(platform: MemoryPlatform, **options: Any) -> list[tuple[str, str | None]]:
    mended = await found(platform, repair=True, **options)
    return [(str(each.kind), each.repaired) for each in mended]


async def waiting(platform: MemoryPlatform, number: int = 9, **changes: Any) -> Video:
    """A video that waits, with its upload."""
    video = example_video(number, ADA, **changes)
    await platform.add(video)
    await platform.receive(str(video.source), SOURCE)
    return video


async def published(platform: MemoryPlatform, number: int = 9) -> Video:
    """A video that was processed."""
    await waiting(platform, number)
    claim = await platform.make(ClaimVideo)()
    assert claim is not None
    await platform.make(ProcessVideo)(claim, lambda _: None)
    return await platform.video(claim.id)
