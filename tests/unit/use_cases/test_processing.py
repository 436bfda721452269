import asyncio

import attrs
import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from tests.unit.use_cases.stepping import stepped
from vidcore.errors import (
    LeaseLostError,
    ServiceUnavailableError,
    VidcoreError,
    VideoProcessingError,
)
from vidcore.lifecycle import LEASE, Status
from vidcore.media import MediaInfo, plan, storyboard_of
from vidcore.ports.storage import Draft, Published
from vidcore.testing.examples import (
    example_config,
    example_processing,
    example_user,
    example_video,
)
from vidcore.testing.storage import InMemoryMedia
from vidcore.testing.transcoding import COPYABLE, MEDIA, SOURCE, FixedTranscoder
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.library import DeleteVideo
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

OWNER = example_user(1)
VIDEO = example_video(11, OWNER)


def ignore(_: float) -> None:
    return


async def claim(platform: MemoryPlatform) -> Video:
    video = await platform.make(ClaimVideo)()
    assert video is not None
    return video


@pytest.fixture
async def claimed(platform: MemoryPlatform) -> Video:
    await platform.add(OWNER, VIDEO)
    await platform.receive("source-11", b"sent")
    return await claim(platform)


async def test_a_claimed_video_is_made_published_and_its_source_removed(
    platform: MemoryPlatform, claimed: Video
) -> None:
    await platform.make(ProcessVideo)(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert (video.status, video.progress, video.source) == (Status.COMPLETED, 1.0, None)
    assert (video.duration_seconds, video.width, video.height) == (10.0, 1280, 720)
    assert (video.file_size_bytes, video.plan) == (len(MEDIA), plan(SOURCE))
    assert video.lease_until is None
    assert video.published_storyboard() == (
        video.storyboard,
        storyboard_of(duration=10.0, width=1280, height=720),
    )
    assert platform.bytes_kept() == files_of(video)
    assert len(files_of(video)) == 3


async def test_the_files_are_published_before_the_record_and_the_source_goes_last(
    platform: MemoryPlatform, claimed: Video
) -> None:
    steps: list[str] = []

    async def note(name: str) -> None:
        steps.append(name)
        status = (await platform.video(VIDEO.id)).status
        assert (status is Status.COMPLETED) == (steps.count("committed") == 2)

    await platform.make(ProcessVideo, *stepped(platform, note))(claimed, ignore)

    assert [step for step in steps if step not in {"read", "write", "written"}] == [
        "draft",
        "probe",
        "commit",
        "committed",
        "transcode",
        "transcoded",
        "probe",
        "thumbnail",
        "taken",
        "storyboard",
        "tiled",
        "publish",
        "published",
        "commit",
        "committed",
        "discard source",
        "source discarded",
    ]


async def test_videos_are_published_where_the_config_says(
    platform: MemoryPlatform, claimed: Video
) -> None:
    await platform.add(example_config(video_storage_path="/srv/videos"))

    await platform.make(ProcessVideo)(claimed, ignore)

    assert all(path.startswith("/srv/videos/") for path in platform.media.files)


async def test_progress_rises_to_just_below_the_end(
    platform: MemoryPlatform, claimed: Video
) -> None:
    told: list[float] = []

    await platform.make(ProcessVideo)(claimed, told.append)

    assert told == [0.25, 0.5, 0.75, 0.99]


async def test_of_an_unknown_duration_no_progress_is_told(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.source = attrs.evolve(SOURCE, duration=None)
    told: list[float] = []

    await platform.make(ProcessVideo)(claimed, told.append)

    assert told == []
    assert (await platform.video(VIDEO.id)).status is Status.COMPLETED


async def test_a_video_without_source_cannot_be_processed(platform: MemoryPlatform) -> None:
    await platform.add(OWNER)
    lost = example_processing(12, OWNER, source=None)
    await platform.add(lost)

    with platform.refuses(VideoProcessingError):
        await platform.make(ProcessVideo)(lost, ignore)


BROKEN, PASSING = VideoProcessingError("It breaks off."), ServiceUnavailableError("No memory.")


@pytest.mark.parametrize("source", [SOURCE, COPYABLE], ids=["encoded", "copied"])
@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("probe", BROKEN),
        ("transcode", BROKEN),
        ("thumbnail", BROKEN),
        ("probe", PASSING),
        ("transcode", PASSING),
        ("thumbnail", PASSING),
        ("storyboard", PASSING),
    ],
)
async def test_a_failed_attempt_leaves_the_source_and_nothing_else(
    platform: MemoryPlatform, claimed: Video, source: MediaInfo, method: str, error: VidcoreError
) -> None:
    platform.transcoder.source = source
    platform.transcoder.errors[method] = error

    with pytest.raises(type(error)):
        await platform.make(ProcessVideo)(claimed, ignore)

    assert platform.bytes_kept() == {"source-11": b"sent"}
    assert (await platform.video(VIDEO.id)).status is Status.PROCESSING


class HastyTranscoder(FixedTranscoder):
    """Makes half of what was wanted, and does not notice."""

    async def probe(self, path: str) -> MediaInfo:
        info = await super().probe(path)
        return attrs.evolve(info, duration=5.0) if "draft" in path else info


async def test_a_result_that_is_not_as_planned_is_not_published(
    platform: MemoryPlatform, claimed: Video
) -> None:
    process = platform.make(ProcessVideo, HastyTranscoder(write=platform.media.put))

    with pytest.raises(VideoProcessingError, match=r"after 5\.0 s of 0:10"):
        await process(claimed, ignore)

    assert platform.bytes_kept() == {"source-11": b"sent"}


async def test_a_stopped_worker_leaves_the_source_and_nothing_else(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.gate.clear()
    work = asyncio.create_task(platform.make(ProcessVideo)(claimed, ignore))
    async with asyncio.timeout(5):
        await platform.transcoder.begun.wait()

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert platform.transcoder.stopped == 1
    assert platform.bytes_kept() == {"source-11": b"sent"}


MOMENTS = [
    "probe",
    "transcode",
    "transcoded",
    "decode",
    "decoded",
    "thumbnail",
    "taken",
    "storyboard",
    "tiled",
    "publish",
    "published",
]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_late_worker_cannot_publish_and_the_winners_files_remain(
    platform: MemoryPlatform, claimed: Video, moment: str
) -> None:
    platform.transcoder.source = COPYABLE
    overtaken: list[Video] = []

    async def overtake(name: str) -> None:
        if name == moment and not overtaken:
            platform.clock.advance(LEASE)
            overtaken.append(await claim(platform))
            await platform.make(ProcessVideo)(overtaken[0], ignore)

    with pytest.raises((LeaseLostError, ServiceUnavailableError)):
        await platform.make(ProcessVideo, *stepped(platform, overtake))(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert (video.status, video.attempt) == (Status.COMPLETED, 2)
    assert platform.bytes_kept() == files_of(video)
    assert len(files_of(video)) == 3


@pytest.mark.parametrize("moment", ["draft", *MOMENTS])
async def test_a_video_that_is_deleted_while_it_is_processed_leaves_no_files(
    platform: MemoryPlatform, claimed: Video, moment: str
) -> None:
    platform.transcoder.source = COPYABLE

    async def delete(name: str) -> None:
        if name == moment and platform.remembered().videos:
            await platform.make(DeleteVideo)(actor=OWNER, video_id=VIDEO.id)

    with pytest.raises((LeaseLostError, ServiceUnavailableError)):
        await platform.make(ProcessVideo, *stepped(platform, delete))(claimed, ignore)

    assert platform.bytes_kept() == {}


class HalfMedia(InMemoryMedia):
    """Loses the connection to its disk after the first of its files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files

    async def publish(self, draft: Draft) -> Published:
        self.files[draft.media.replace("draft", "attempt")] = self.files.pop(draft.media)
        raise ServiceUnavailableError("The disk is gone.")


async def test_what_could_be_published_only_by_half_is_discarded(
    platform: MemoryPlatform, claimed: Video
) -> None:
    process = platform.make(ProcessVideo, HalfMedia(platform.media.files))

    with pytest.raises(ServiceUnavailableError):
        await process(claimed, ignore)

    assert platform.bytes_kept() == {"source-11": b"sent"}


async def test_a_store_that_is_lost_for_a_moment_costs_nothing(
    platform: MemoryPlatform, claimed: Video
) -> None:
    steps: list[str] = []

    async def lose_answers(name: str) -> None:
        steps.append(name)
        if name == "committed" and steps.count(name) in {1, 3}:
            raise ServiceUnavailableError("The connection is lost.")

    await platform.make(ProcessVideo, *stepped(platform, lose_answers))(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert video.status is Status.COMPLETED
    assert platform.bytes_kept() == files_of(video)
    tallies = platform.remembered().tallies
    assert sum(tally.completed for tally in tallies.values()) == 1


async def test_files_stay_when_nobody_knows_whether_the_commit_reached_the_store(
    platform: MemoryPlatform, claimed: Video
) -> None:
    commits = 0

    async def lose_the_answer(name: str) -> None:
        nonlocal commits
        commits += name == "committed"
        if commits == 2:
            raise ServiceUnavailableError("The connection is lost.")

    with pytest.raises(ServiceUnavailableError):
        await platform.make(ProcessVideo, *stepped(platform, lose_the_answer))(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert video.status is Status.COMPLETED
    assert files_of(video).items() <= platform.media.files.items()
