from datetime import timedelta

import attrs
import pytest

from tests.unit.use_cases.checks import ADA, OLD, SOURCE, found, named, published, repaired, waiting
from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.checkup import EXPIRY_GRACE, ORPHAN_GRACE
from vidcore.errors import (
    FileFormatNotSupportedError,
    ServiceUnavailableError,
)
from vidcore.lifecycle import LEASE, Status
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_config,
    example_failed,
    example_processing,
    example_upload,
    example_video,
)
from vidcore.testing.transcoding import MEDIA
from vidcore.use_cases.checking import BATCH, CheckProgress, Walk
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.processing import ProcessVideo


@pytest.fixture
async def platform(platform: MemoryPlatform) -> MemoryPlatform:
    await platform.add(ADA)
    return platform


async def test_a_healthy_platform_has_nothing_wrong(platform: MemoryPlatform) -> None:
    await published(platform, 3)
    await waiting(platform, 4)
    await platform.add(example_upload(5, ADA))
    await platform.receive(str(example_upload(5, ADA).id), b"half")
    failed = example_failed(6, ADA)
    await platform.add(failed)
    await platform.receive(str(failed.source), SOURCE)
    await platform.add(example_failed(8, ADA, source=None))
    remembered, kept = platform.remembered(), platform.bytes_kept()

    for later in (timedelta(), OLD):
        platform.clock.advance(later)
        for repair in (False, True):
            assert await found(platform, repair=repair, deep=True) == []
    assert platform.remembered() == remembered
    assert platform.bytes_kept() == kept


async def test_an_empty_platform_has_nothing_wrong() -> None:
    assert await found(MemoryPlatform(), repair=True, deep=True) == []


async def test_a_store_out_of_reach_is_no_finding(platform: MemoryPlatform) -> None:
    await published(platform)
    platform.media.reachable = False

    with pytest.raises(ServiceUnavailableError):
        await found(platform, repair=True)


async def test_without_repair_nothing_is_changed(platform: MemoryPlatform) -> None:
    video = await published(platform)
    platform.media.files.clear()
    await platform.receive("orphan", b"bytes")
    platform.media.put(f"/memory/videos/{example_video(77, ADA).id}/attempt-1.mp4", b"")
    platform.clock.advance(OLD)
    remembered, kept = platform.remembered(), platform.bytes_kept()

    assert {kind for kind, _ in await named(platform)} == {
        "media_missing",
        "thumbnail_missing",
        "storyboard_missing",
        "orphan_upload",
        "orphan_media",
    }
    assert (platform.remembered(), platform.bytes_kept()) == (remembered, kept)
    assert await platform.video(video.id) == video


async def test_lost_media_mark_the_video_and_found_media_unmark_it(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    kept = dict(platform.media.files)
    platform.media.files.clear()

    first, *_ = await repaired(platform)

    assert first == ("media_missing", "It is marked as failed, until its file is there again.")
    assert (await platform.video(video.id)).status is Status.FAILED
    assert await found(platform) == []
    platform.media.files.update(kept)
    assert await named(platform) == [("media_returned", str(video.id))]
    assert await repaired(platform) == [("media_returned", "It is completed again.")]
    assert await found(platform) == []
    assert await platform.video(video.id) == video


async def test_lost_media_are_made_again_while_the_upload_is_there(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    upload = example_upload(5, ADA, video_id=video.id, reserved_bytes=0)
    await platform.add(upload)
    await platform.save(attrs.evolve(ADA, weekly_upload_bytes=1_000))
    await platform.receive(str(upload.id), SOURCE)
    platform.media.files.clear()

    assert ("media_missing", "It waits to be processed again.") in await repaired(platform)
    claim = await platform.make(ClaimVideo)()
    assert claim is not None
    await platform.make(ProcessVideo)(claim, lambda _: None)

    again = await platform.video(video.id)
    assert (again.status, again.attempt) == (Status.COMPLETED, video.attempt + 1)
    assert platform.queue.enlisted == [video.id]
    assert await found(platform) == []


@pytest.mark.parametrize("left", [b"half", SOURCE + b"more"])
async def test_what_is_no_whole_upload_is_nothing_to_make_a_video_of(
    platform: MemoryPlatform, left: bytes
) -> None:
    video = await published(platform)
    upload = example_upload(5, ADA, video_id=video.id, reserved_bytes=0)
    await platform.add(upload)
    await platform.save(attrs.evolve(ADA, weekly_upload_bytes=1_000))
    await platform.receive(str(upload.id), left)
    platform.media.files.clear()

    await found(platform, repair=True)

    assert (await platform.video(video.id)).status is Status.FAILED


async def test_what_was_left_and_is_gone_by_now_is_no_source(platform: MemoryPlatform) -> None:
    video = await published(platform)
    upload = example_upload(5, ADA, video_id=video.id, reserved_bytes=0)
    await platform.add(upload)
    await platform.save(attrs.evolve(ADA, weekly_upload_bytes=1_000))
    await platform.receive(str(upload.id), SOURCE)
    platform.media.files.clear()

    def discard(progress: CheckProgress) -> None:
        if progress.walk is Walk.UPLOADS:
            platform.uploads._files.pop(str(upload.id), None)

    await found(platform, repair=True, watch=discard)

    assert (await platform.video(video.id)).status is Status.FAILED


async def test_a_lost_upload_fails_its_video(platform: MemoryPlatform) -> None:
    video = await waiting(platform)
    await platform.uploads.discard(str(video.source))

    assert await named(platform) == [("source_missing", str(video.id))]
    assert await repaired(platform) == [
        ("source_missing", "It is marked as failed, with the reason.")
    ]
    assert await found(platform) == []


async def test_a_lost_upload_is_left_to_the_worker_that_holds_it(
    platform: MemoryPlatform,
) -> None:
    held = example_processing(9, ADA)
    await platform.add(held)

    assert await repaired(platform) == [("source_missing", None)]
    assert await platform.video(held.id) == held


async def test_a_short_upload_is_named_and_left(platform: MemoryPlatform) -> None:
    video = await waiting(platform, file_size_bytes=1_001)

    assert await named(platform) == [("size_differs", str(video.id))]
    assert await repaired(platform) == [("size_differs", None)]


async def test_a_stuck_video_waits_again(platform: MemoryPlatform) -> None:
    stuck = example_processing(9, ADA, lease_until=NOW)
    await platform.add(stuck)
    await platform.receive(str(stuck.source), SOURCE)

    platform.clock.set(NOW + 10 * LEASE)
    assert await found(platform) == []
    platform.clock.advance(MICROSECOND)
    assert await named(platform) == [("stuck_video", str(stuck.id))]
    [(_, said)] = await repaired(platform)

    assert said == "It was taken from its worker; it waits again."
    assert (await platform.video(stuck.id)).status is Status.PENDING
    assert platform.queue.enlisted == [stuck.id]
    assert await found(platform) == []


async def test_what_is_stuck_without_its_upload_is_mended_in_one_go(
    platform: MemoryPlatform,
) -> None:
    await platform.add(example_processing(9, ADA, lease_until=None))

    assert [kind for kind, said in await repaired(platform) if said] == [
        "stuck_video",
        "source_missing",
    ]
    assert await found(platform) == []


async def test_an_upload_that_is_over_is_removed_with_its_bytes(platform: MemoryPlatform) -> None:
    upload = example_upload(5, ADA)
    await platform.add(upload)
    await platform.receive(str(upload.id), b"half")

    platform.clock.set(upload.expires_at + EXPIRY_GRACE)
    assert await found(platform) == []
    platform.clock.advance(MICROSECOND)
    assert await named(platform) == [("upload_expired", str(upload.id))]
    assert await repaired(platform) == [("upload_expired", "It was removed with its bytes.")]

    assert await found(platform) == []
    assert platform.remembered().uploads == {}
    assert platform.bytes_kept() == {}


async def test_bytes_of_nobody_are_removed_after_an_hour(platform: MemoryPlatform) -> None:
    await platform.receive("orphan", b"bytes")

    platform.clock.advance(ORPHAN_GRACE)
    assert await found(platform, repair=True) == []
    platform.clock.advance(MICROSECOND)
    assert await named(platform) == [("orphan_upload", "orphan")]
    assert await repaired(platform) == [("orphan_upload", "They were removed.")]

    assert platform.bytes_kept() == {}


async def test_published_files_of_nobody_are_kept_aside_and_drafts_removed(
    platform: MemoryPlatform,
) -> None:
    folder = f"/memory/videos/{example_video(77, ADA).id}"
    media, draft = f"{folder}/attempt-1.mp4", f"{folder}/draft-2.mp4"
    platform.media.put(media, MEDIA)
    platform.media.put(draft, b"half")

    platform.clock.advance(ORPHAN_GRACE)
    assert await found(platform, repair=True) == []
    platform.clock.advance(MICROSECOND)
    assert await named(platform) == [("orphan_media", media), ("dead_draft", draft)]
    (_, moved), (_, removed) = await repaired(platform)

    kept = f"/memory/videos/lost+found/{example_video(77, ADA).id}-attempt-1.mp4"
    assert moved == f"It was moved to {kept}."
    assert removed == "It was removed."
    assert platform.bytes_kept() == {kept: MEDIA}
    assert await found(platform) == []


async def test_every_root_is_looked_through(platform: MemoryPlatform) -> None:
    async with platform.store.write() as work:
        await work.config.save(example_config(video_storage_path="/srv/old"))
        await work.commit()
    await published(platform)
    async with platform.store.write() as work:
        await work.config.save(example_config(video_storage_path="/srv/new"))
        await work.commit()
    orphans = [
        f"{root}/{example_video(77, ADA).id}/attempt-1.mp4"
        for root in ("/memory/videos", "/srv/new", "/srv/old")
    ]
    for path in orphans:
        platform.media.put(path, MEDIA)
    platform.clock.advance(OLD)

    assert sorted(await named(platform)) == [("orphan_media", path) for path in orphans]


async def test_files_of_a_video_under_way_are_nobodys_business(platform: MemoryPlatform) -> None:
    await waiting(platform)
    claim = await platform.make(ClaimVideo)()
    assert claim is not None
    draft = await platform.media.draft(claim.id, claim.attempt, None)
    platform.media.put(draft.media, b"half")
    platform.clock.advance(OLD)
    await platform.save(claim.reported(claim.attempt, progress=0.5, now=platform.clock.now()))

    assert await found(platform, repair=True) == []


async def test_a_count_below_what_was_accepted_is_raised(platform: MemoryPlatform) -> None:
    upload = example_upload(5, ADA, video_id=example_video(9, ADA).id, reserved_bytes=0)
    await platform.add(upload)

    assert await named(platform) == [("quota_differs", str(ADA.id))]
    assert await repaired(platform) == [("quota_differs", "1000 bytes count now.")]
    assert (await platform.user(ADA.id)).weekly_upload_bytes == 1_000
    assert await found(platform) == []


async def test_a_deep_look_finds_media_that_are_no_video(platform: MemoryPlatform) -> None:
    video = await published(platform)
    failure = FileFormatNotSupportedError("It is garbage.")
    platform.transcoder.errors[str(video.media)] = failure

    assert await found(platform) == []
    [broken] = await found(platform, deep=True, repair=True)

    assert (broken.kind, broken.repaired) == ("output_broken", None)
    assert "garbage" in broken.detail


async def test_a_deep_look_leaves_the_files_of_a_failed_video_alone(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    await platform.save(attrs.evolve(video, status=Status.FAILED, error_message="It is lost."))
    platform.transcoder.errors[str(video.media)] = ServiceUnavailableError("ffmpeg is gone.")

    assert "output_broken" not in {kind for kind, _ in await named(platform, deep=True)}


async def test_everything_is_looked_at_beyond_one_batch(platform: MemoryPlatform) -> None:
    for number in range(10, 10 + BATCH + 1):
        await platform.add(example_video(number, ADA, source=None))
    seen: list[CheckProgress] = []

    findings = await found(platform, watch=seen.append)

    assert len({finding.subject for finding in findings}) == BATCH + 1
    assert seen[-2] == CheckProgress(walk=Walk.VIDEOS, done=BATCH + 1, total=BATCH + 1)
    assert seen[-1] == CheckProgress(walk=Walk.MEMBERS, done=1, total=None)


async def test_files_are_counted_as_they_are_looked_at(platform: MemoryPlatform) -> None:
    await published(platform)
    seen: list[CheckProgress] = []

    await found(platform, watch=seen.append)

    made = [progress.done for progress in seen if progress.walk is Walk.FILES]
    assert made == [1, 2, 3]
