"""What others do while a check looks, and while it repairs: no race is a finding, and none is undone."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import attrs
import pytest

from tests.unit.use_cases.checks import ADA, OLD, named, published, waiting
from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.checkup import EXPIRY_GRACE, Finding, FindingKind, VideoFiles
from vidcore.errors import ServiceUnavailableError
from vidcore.lifecycle import Status
from vidcore.media import MediaInfo
from vidcore.testing.examples import MICROSECOND, SUNDAY, example_upload
from vidcore.testing.inventory import InMemoryInventory
from vidcore.testing.storage import InMemoryUploads
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.use_cases.checking import CheckPlatform
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.housekeeping import TidyUp
from vidcore.use_cases.library import DeleteVideo
from vidcore.use_cases.processing import ProcessVideo
from vidcore.use_cases.repairing import Repair
from vidcore.videos import Video

Action = Callable[[], Awaitable[object]]


class ActingInventory(InMemoryInventory):
    """Has `act` done once, right after a file was looked at."""

    def __init__(self, platform: MemoryPlatform, act: Action) -> None:
        super().__init__(platform.media)
        self._act: Action | None = act

    async def size(self, location: str) -> int | None:
        size = await super().size(location)
        if self._act is not None:
            act, self._act = self._act, None
            await act()
        return size


class ActingUploads(InMemoryUploads):
    """Has `act` done once, right before an upload's bytes are looked at."""

    def __init__(self, platform: MemoryPlatform, act: Action) -> None:
        super().__init__(clock=platform.clock)
        self._files = platform.uploads._files
        self._act: Action | None = act

    async def size(self, name: str) -> int:
        if self._act is not None:
            act, self._act = self._act, None
            await act()
        return await super().size(name)


class ActingTranscoder(FixedTranscoder):
    """Has `act` done once a thumbnail is taken."""

    def __init__(self, platform: MemoryPlatform, act: Action) -> None:
        super().__init__(write=platform.media.put)
        self._acting = act

    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        await super().thumbnail(source, target, info)
        await self._acting()


class BlindTranscoder(FixedTranscoder):
    """Has `act` done when a file is to be looked into, and cannot do so."""

    def __init__(self, platform: MemoryPlatform, act: Action) -> None:
        super().__init__(write=platform.media.put)
        self._acting = act

    async def probe(self, path: str) -> MediaInfo:
        await self._acting()
        raise ServiceUnavailableError(f"{path} is gone")


@pytest.fixture
async def platform(platform: MemoryPlatform) -> MemoryPlatform:
    await platform.add(ADA)
    return platform


async def found_with(platform: MemoryPlatform, *adapters: object) -> list[Finding]:
    check = platform.make(CheckPlatform, *adapters)
    return [finding async for finding in check(repair=True)]


async def delete(platform: MemoryPlatform, video: Video) -> None:
    await platform.make(DeleteVideo)(actor=ADA, video_id=video.id)


async def forget(platform: MemoryPlatform, video_id: UUID) -> None:
    """Do the first half of a deletion."""
    async with platform.store.write() as work:
        await work.videos.remove(video_id)
        await work.commit()


async def test_a_video_that_is_deleted_while_it_is_looked_at_is_no_finding(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)

    async def act() -> None:
        await delete(platform, video)

    assert await found_with(platform, ActingInventory(platform, act)) == []


async def test_a_video_that_is_deleted_while_it_is_looked_into_is_no_finding(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)

    async def act() -> None:
        await delete(platform, video)

    check = platform.make(CheckPlatform, BlindTranscoder(platform, act))
    assert [finding async for finding in check(deep=True)] == []


async def test_a_check_ends_where_a_file_that_is_there_cannot_be_looked_into(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)

    async def act() -> None:
        assert await platform.video(video.id) == video

    check = platform.make(CheckPlatform, BlindTranscoder(platform, act))
    with pytest.raises(ServiceUnavailableError, match="gone"):
        [finding async for finding in check(deep=True)]


async def test_a_source_that_was_just_processed_is_no_finding(platform: MemoryPlatform) -> None:
    await waiting(platform)

    async def act() -> None:
        claim = await platform.make(ClaimVideo)()
        assert claim is not None
        await platform.make(ProcessVideo)(claim, lambda _: None)

    assert await found_with(platform, ActingUploads(platform, act)) == []


async def test_an_upload_that_is_tidied_away_while_it_is_looked_at_is_no_finding(
    platform: MemoryPlatform,
) -> None:
    upload = example_upload(5, ADA)
    await platform.add(upload)
    await platform.receive(str(upload.id), b"half")
    platform.clock.set(upload.expires_at + EXPIRY_GRACE + MICROSECOND)

    class TidiedUploads(InMemoryUploads):
        async def size(self, name: str) -> int:
            size = await super().size(name)
            await platform.make(TidyUp)()
            return size

    tidied = TidiedUploads(clock=platform.clock)
    tidied._files = platform.uploads._files

    assert await found_with(platform, tidied) == []


async def test_files_that_are_just_being_removed_are_no_finding(platform: MemoryPlatform) -> None:
    gone, left = await published(platform, 3), await published(platform, 4)
    for video in (gone, left):
        await forget(platform, video.id)
    await platform.receive("removed slowly", b"bytes")
    platform.clock.advance(OLD)
    pauses = []

    async def pause() -> None:
        pauses.append(len(platform.media.files))
        if len(pauses) == 1:
            await platform.media.remove(gone.id, [])
        if len(pauses) == 2:
            await platform.uploads.discard("removed slowly")

    found = await named(platform, pause=pause)

    assert {subject for _, subject in found} == {left.media, left.thumbnail, left.storyboard}
    assert pauses == [6, 3, 3]


async def test_nothing_is_waited_for_where_nothing_is_doubtful(platform: MemoryPlatform) -> None:
    await published(platform)
    platform.clock.advance(OLD)

    async def pause() -> None:
        raise AssertionError

    assert await named(platform, pause=pause) == []


async def test_a_picture_of_a_video_that_is_deleted_meanwhile_is_not_left_behind(
    platform: MemoryPlatform,
) -> None:
    for number, removal in enumerate((delete, lambda p, v: forget(p, v.id)), start=3):
        video = await published(platform, number)
        del platform.media.files[str(video.thumbnail)]

        async def act(video: Video = video, removal: Any = removal) -> None:
            await removal(platform, video)

        [finding] = await found_with(platform, ActingTranscoder(platform, act))

        assert (finding.kind, finding.repaired) == (FindingKind.THUMBNAIL_MISSING, None)
        assert platform.media.files == {}


async def test_a_video_that_changes_meanwhile_gets_no_picture_of_before(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    del platform.media.files[str(video.thumbnail)]

    async def act() -> None:
        await platform.save(video.lost("why"))

    [finding] = await found_with(platform, ActingTranscoder(platform, act))

    assert finding.repaired is None
    assert (await platform.video(video.id)).status is Status.FAILED


async def test_a_video_is_mended_only_as_it_was_seen(platform: MemoryPlatform) -> None:
    seen = await waiting(platform)
    mend = platform.make(Repair).video
    files = VideoFiles(source=None)

    claim = await platform.make(ClaimVideo)()
    assert await mend(seen, FindingKind.SOURCE_MISSING, files) is None
    assert await platform.video(seen.id) == claim
    changed = attrs.evolve(seen, source="another")
    await platform.save(changed)
    assert await mend(seen, FindingKind.SOURCE_MISSING, files) is None
    assert await platform.video(seen.id) == changed
    await forget(platform, seen.id)
    assert await mend(seen, FindingKind.SOURCE_MISSING, files) is None


async def test_an_upload_is_removed_only_while_it_is_over(platform: MemoryPlatform) -> None:
    upload = example_upload(5, ADA)
    mend = platform.make(Repair).upload

    assert await mend(upload, 4) is None
    await platform.add(upload)
    assert await mend(upload, 4) is None
    assert list(platform.remembered().uploads) == [upload.id]


async def test_a_count_is_raised_only_while_it_is_too_low(platform: MemoryPlatform) -> None:
    mend = platform.make(Repair).quota

    assert await mend(ADA.id, 0, SUNDAY) is None
    assert await mend(example_upload(5, ADA).id, 7, SUNDAY) is None
    assert await platform.user(ADA.id) == ADA


async def test_an_orphan_that_is_gone_is_not_moved(platform: MemoryPlatform) -> None:
    video = await published(platform)
    platform.clock.advance(OLD)
    await forget(platform, video.id)

    class Vanishing(InMemoryInventory):
        async def set_aside(self, location: str) -> str | None:
            self.media.files.clear()
            return await super().set_aside(location)

    assert {
        finding.repaired for finding in await found_with(platform, Vanishing(platform.media))
    } == {None}
