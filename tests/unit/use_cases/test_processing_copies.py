"""What is copied is decoded before anybody sees it, and encoded if it turns out to be unfit."""

from collections.abc import Callable

import attrs
import pytest

from tests.unit.use_cases.copyable import DAMAGED, VIDEO, claim, claim_copyable, ignore
from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from tests.unit.use_cases.stepping import stepped
from vidcore.errors import (
    FileFormatNotSupportedError,
    LeaseLostError,
    ServiceUnavailableError,
    VidcoreError,
    VideoProcessingError,
)
from vidcore.lifecycle import LEASE, Status
from vidcore.media import MediaInfo, Mode, Plan, plan
from vidcore.testing.transcoding import COPYABLE, MEDIA, SOURCE, FixedTranscoder
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video

OPUS = attrs.evolve(COPYABLE.audio[0], codec="opus")
HEVC = attrs.evolve(COPYABLE.video[0], codec="hevc")


@pytest.fixture
async def claimed(platform: MemoryPlatform) -> Video:
    return await claim_copyable(platform)


def modes(transcoder: FixedTranscoder) -> list[Mode]:
    return [transcoding.plan.mode for transcoding in transcoder.transcodings]


async def test_a_copy_is_decoded_before_it_is_published(
    platform: MemoryPlatform, claimed: Video
) -> None:
    steps: list[str] = []

    async def note(name: str) -> None:
        steps.append(name)

    await platform.make(ProcessVideo, *stepped(platform, note))(claimed, ignore)

    assert [step for step in steps if step not in {"read", "write", "written"}] == [
        "draft",
        "probe",
        "commit",
        "committed",
        "transcode",
        "transcoded",
        "probe",
        "decode",
        "decoded",
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


@pytest.mark.parametrize(
    ("source", "decoded"),
    [
        (COPYABLE, [(0, 1)]),
        (attrs.evolve(COPYABLE, audio=()), [(0,)]),
        (attrs.evolve(COPYABLE, audio=(OPUS,)), [(0,)]),
        (attrs.evolve(COPYABLE, video=(HEVC,)), [(1,)]),
        (attrs.evolve(COPYABLE, video=(HEVC,), audio=(OPUS,)), []),
    ],
)
async def test_only_tracks_that_were_copied_are_decoded(
    platform: MemoryPlatform, claimed: Video, source: MediaInfo, decoded: list[tuple[int, ...]]
) -> None:
    platform.transcoder.source = source

    await platform.make(ProcessVideo)(claimed, ignore)

    assert platform.transcoder.decodings == decoded
    assert (await platform.video(VIDEO.id)).plan == plan(source)


async def test_without_copying_all_is_encoded(platform: MemoryPlatform, claimed: Video) -> None:
    process = attrs.evolve(platform.make(ProcessVideo), copying=False)

    await process(claimed, ignore)

    assert modes(platform.transcoder) == [Mode.ENCODE]
    assert platform.transcoder.decodings == []
    assert (await platform.video(VIDEO.id)).plan == plan(COPYABLE, copying=False)


class CarelessTranscoder(FixedTranscoder):
    """Writes the mode of its plan; a copy comes out as `copied`, or raises it when it is probed."""

    def __init__(self, platform: MemoryPlatform, copied: MediaInfo | VidcoreError | None) -> None:
        super().__init__(write=platform.media.put, source=COPYABLE)
        self.errors = platform.transcoder.errors
        self._put = platform.media.put
        self._copied = copied

    async def probe(self, path: str) -> MediaInfo:
        info = await super().probe(path)
        is_copy = "draft" in path and self.transcodings[-1].plan.copies
        if not is_copy or self._copied is None:
            return info
        if isinstance(self._copied, VidcoreError):
            raise self._copied
        return self._copied

    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        await super().transcode(source, target, plan, report)
        self._put(target, plan.mode.encode())


SHORT = attrs.evolve(COPYABLE, faststart=True, duration=7.0)
NO_VIDEO = FileFormatNotSupportedError("The file has no video track.")


@pytest.mark.parametrize(
    ("copied", "error", "reason"),
    [
        (None, DAMAGED, "The file is damaged after 0:07."),
        (SHORT, None, "The file breaks off after 7.0 s of 0:10."),
        (NO_VIDEO, None, "The file has no video track."),
    ],
    ids=["damaged", "broken off", "unreadable"],
)
async def test_a_copy_that_is_unfit_is_encoded_over_and_its_plan_says_so(
    platform: MemoryPlatform,
    claimed: Video,
    copied: MediaInfo | VidcoreError | None,
    error: VideoProcessingError | None,
    reason: str,
) -> None:
    transcoder = CarelessTranscoder(platform, copied)
    if error is not None:
        platform.transcoder.errors["decode"] = error

    await platform.make(ProcessVideo, transcoder)(claimed, ignore)

    video = await platform.video(VIDEO.id)
    copy, encoding = transcoder.transcodings
    assert copy == attrs.evolve(encoding, plan=plan(COPYABLE))
    assert video.plan == encoding.plan == plan(COPYABLE).encoded(because=reason)
    assert platform.bytes_kept() == files_of(video) | {video.media: b"encode"}
    assert video.file_size_bytes == len(b"encode")
    assert (video.status, video.duration_seconds) == (Status.COMPLETED, 10.0)


async def test_what_cannot_be_copied_is_planned_anew_before_it_is_encoded(
    platform: MemoryPlatform, claimed: Video
) -> None:
    plans: list[Plan | None] = []

    async def look(name: str) -> None:
        if name == "transcode":
            plans.append((await platform.video(VIDEO.id)).plan)

    platform.transcoder.errors["decode"] = DAMAGED

    await platform.make(ProcessVideo, *stepped(platform, look))(claimed, ignore)

    assert plans == [plan(COPYABLE), plan(COPYABLE).encoded(because=str(DAMAGED))]


@pytest.mark.parametrize("method", ["transcode", "thumbnail"])
async def test_what_can_be_neither_copied_nor_encoded_has_failed(
    platform: MemoryPlatform, claimed: Video, method: str
) -> None:
    transcoder = CarelessTranscoder(platform, None)
    transcoder.errors[method] = DAMAGED

    with pytest.raises(VideoProcessingError, match="damaged after 0:07"):
        await platform.make(ProcessVideo, transcoder)(claimed, ignore)

    assert modes(transcoder) == [Mode.REMUX, Mode.ENCODE]
    assert platform.bytes_kept() == {"source-11": b"sent"}


class ShortTranscoder(FixedTranscoder):
    """Loses the end of whatever it makes."""

    async def probe(self, path: str) -> MediaInfo:
        info = await super().probe(path)
        return attrs.evolve(info, duration=7.0) if "draft" in path else info


async def test_an_encoding_after_a_copy_is_checked_like_any_other(
    platform: MemoryPlatform, claimed: Video
) -> None:
    transcoder = ShortTranscoder(write=platform.media.put, source=COPYABLE)

    with pytest.raises(VideoProcessingError, match=r"breaks off after 7\.0 s of 0:10"):
        await platform.make(ProcessVideo, transcoder)(claimed, ignore)

    assert modes(transcoder) == [Mode.REMUX, Mode.ENCODE]
    assert platform.bytes_kept() == {"source-11": b"sent"}


async def test_a_fault_that_passes_is_no_reason_to_encode(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.errors["decode"] = ServiceUnavailableError("No memory.")

    with pytest.raises(ServiceUnavailableError):
        await platform.make(ProcessVideo)(claimed, ignore)

    assert modes(platform.transcoder) == [Mode.REMUX]
    assert platform.bytes_kept() == {"source-11": b"sent"}
    assert (await platform.video(VIDEO.id)).plan == plan(COPYABLE)


async def test_an_encoding_that_fails_is_not_begun_again(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.source = SOURCE
    platform.transcoder.errors["transcode"] = DAMAGED

    with pytest.raises(VideoProcessingError):
        await platform.make(ProcessVideo)(claimed, ignore)

    assert modes(platform.transcoder) == [Mode.ENCODE]


@pytest.mark.parametrize("method", ["decode", "storyboard"])
async def test_a_late_worker_that_finds_a_fault_changes_neither_plan_nor_files(
    platform: MemoryPlatform, claimed: Video, method: str
) -> None:
    platform.transcoder.errors[method] = DAMAGED
    winners: list[Video] = []

    async def overtake(name: str) -> None:
        if name == method and not winners:
            platform.clock.advance(LEASE)
            platform.transcoder.errors.clear()
            await platform.make(ProcessVideo)(await claim(platform), ignore)
            winners.append(await platform.video(VIDEO.id))
            platform.transcoder.errors[method] = DAMAGED

    with pytest.raises(LeaseLostError):
        await platform.make(ProcessVideo, *stepped(platform, overtake))(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert [video] == winners
    assert (video.status, video.plan) == (Status.COMPLETED, plan(COPYABLE))
    assert platform.bytes_kept() == files_of(video)
    assert platform.media.files[str(video.media)] == MEDIA
