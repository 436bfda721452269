from collections.abc import Callable, Sequence

import attrs
import pytest

from tests.unit.use_cases.copyable import DAMAGED, claim_copyable, ignore
from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.media import Plan
from vidcore.testing.transcoding import COPYABLE, FixedTranscoder
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

HEVC = attrs.evolve(COPYABLE.video[0], codec="hevc")


@pytest.fixture
async def claimed(platform: MemoryPlatform) -> Video:
    return await claim_copyable(platform)


async def test_the_progress_of_a_copy_is_a_little_copying_and_mostly_decoding(
    platform: MemoryPlatform, claimed: Video
) -> None:
    told: list[float] = []

    await platform.make(ProcessVideo)(claimed, told.append)

    assert told == pytest.approx([0.0125, 0.025, 0.0375, 0.05, 0.99])


class EagerTranscoder(FixedTranscoder):
    """Tells of more seconds than there are, and of some of them again when it decodes."""

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        await super().transcode(source, target, plan, report)
        report(15.0)

    async def decode(
        self, path: str, tracks: Sequence[int], report: Callable[[float], None]
    ) -> None:
        await super().decode(path, tracks, ignore)
        for seconds in (0.0, 5.0, 9.9, 12.0):
            report(seconds)


async def test_the_progress_within_a_copy_rises_and_stays_below_the_end(
    platform: MemoryPlatform, claimed: Video
) -> None:
    told: list[float] = []

    transcoder = EagerTranscoder(write=platform.media.put, source=COPYABLE, steps=2)
    await platform.make(ProcessVideo, transcoder)(claimed, told.append)

    assert told == pytest.approx([0.025, 0.05, 0.05, 0.05, 0.525, 0.99, 0.99])


async def test_the_progress_that_is_seen_never_falls_though_a_copy_is_encoded_after_all(
    platform: MemoryPlatform, claimed: Video
) -> None:
    told: list[float] = []
    seen: list[float] = []
    platform.transcoder.errors["decode"] = DAMAGED

    await platform.make(ProcessVideo)(claimed, told.append)
    for progress in told:
        claimed = claimed.reported(claimed.attempt, progress=progress, now=platform.clock.now())
        seen.append(claimed.progress)

    assert told == pytest.approx([0.0125, 0.025, 0.0375, 0.05, 0.25, 0.5, 0.75, 0.99])
    assert seen == sorted(told)


async def test_of_a_copy_of_unknown_share_no_progress_is_told(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.source = attrs.evolve(COPYABLE, video=(HEVC,), duration=None)
    told: list[float] = []

    await platform.make(ProcessVideo)(claimed, told.append)

    assert platform.transcoder.decodings == [(1,)]
    assert told == []
