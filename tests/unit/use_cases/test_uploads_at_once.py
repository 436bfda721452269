"""However uploads of one member interleave, no moment sees more than the limit held or used."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import Step, SteppedStore, giving_way
from vidcore.details import VideoDetails
from vidcore.errors import QuotaExceededError
from vidcore.testing.examples import example_config, example_user
from vidcore.use_cases.uploading import (
    AbandonUpload,
    BeginUpload,
    BegunUpload,
    FinishUpload,
    GrowUpload,
)

LIMIT = 1_000
MEMBER = example_user(1)


class End(StrEnum):
    FINISH = "finish"
    ABANDON = "abandon"
    NEITHER = "neither"


@attrs.frozen(kw_only=True)
class Visit:
    """One client declares so many bytes, sends others, and ends in some way."""

    declared: int
    sent: int
    end: End


def visits() -> st.SearchStrategy[Visit]:
    sizes = st.integers(0, LIMIT + 1) | st.sampled_from([LIMIT // 4, LIMIT // 2, LIMIT])
    return st.builds(Visit, declared=sizes, sent=sizes, end=st.sampled_from(End))


def watching(platform: MemoryPlatform, seen: list[int], step: Step) -> Step:
    """Note, after each commit, what the member has used and holds together."""

    async def watch(name: str) -> None:
        await step(name)
        if name == "committed":
            user = await platform.user(MEMBER.id)
            seen.append(user.weekly_upload_bytes + await platform.reserved(MEMBER.id))

    return watch


async def visit(platform: MemoryPlatform, store: SteppedStore, what: Visit) -> int | None:
    """Give the bytes that are used in the end, or held for good; None if it was refused."""
    abandon = platform.make(AbandonUpload, store)
    begun: BegunUpload | None = None
    try:
        begun = await platform.make(BeginUpload, store)(
            actor=MEMBER, filename="a.mp4", at_least=what.declared, at_most=what.declared
        )
        if what.sent > what.declared:
            begun = await platform.make(GrowUpload, store)(begun, received=what.sent)
        await platform.receive(str(begun.upload.id), bytes(what.sent))
        match what.end:
            case End.FINISH:
                await platform.make(FinishUpload, store)(
                    begun=begun, received=what.sent, details=VideoDetails(title="Holiday")
                )
                return what.sent
            case End.ABANDON:
                await abandon(begun.upload.id)
                return 0
            case End.NEITHER:
                return begun.upload.reserved_bytes
    except QuotaExceededError:
        if begun is not None:
            await abandon(begun.upload.id)
        return None


async def all_at_once(visitors: Sequence[Visit], turns: Sequence[int]) -> None:
    platform, seen = MemoryPlatform(), [0]
    await platform.add(
        MEMBER,
        example_config(max_file_size_bytes=2 * LIMIT, weekly_upload_limit_bytes=LIMIT),
    )
    store = SteppedStore(platform.store, watching(platform, seen, giving_way(turns)))

    outcomes = await asyncio.gather(*(visit(platform, store, what) for what in visitors))

    assert max(seen) <= LIMIT
    assert seen[-1] == sum(outcome for outcome in outcomes if outcome is not None)
    finished = [
        outcome
        for what, outcome in zip(visitors, outcomes, strict=True)
        if what.end is End.FINISH and outcome is not None
    ]
    assert (await platform.user(MEMBER.id)).weekly_upload_bytes == sum(finished)
    assert len(platform.remembered().videos) == len(finished)


@given(
    visitors=st.lists(visits(), min_size=2, max_size=8),
    turns=st.lists(st.integers(0, 3), min_size=1, max_size=12),
)
def test_no_interleaving_of_uploads_exceeds_the_limit(
    visitors: list[Visit], turns: list[int]
) -> None:
    asyncio.run(all_at_once(visitors, turns))


async def test_of_many_that_fit_only_together_too_much_as_many_are_admitted_as_fit() -> None:
    platform = MemoryPlatform()
    await platform.add(MEMBER, example_config(weekly_upload_limit_bytes=LIMIT))
    store = SteppedStore(platform.store, giving_way([3, 1, 2]))
    what = Visit(declared=300, sent=300, end=End.FINISH)

    outcomes = await asyncio.gather(*(visit(platform, store, what) for _ in range(10)))

    assert sorted(outcomes, key=str) == [300] * 3 + [None] * 7
