import attrs
import pytest

from tests.unit.use_cases.copyable import VIDEO, claim_copyable, ignore
from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from vidcore.errors import VideoProcessingError
from vidcore.lifecycle import Status
from vidcore.media import Storyboard, plan
from vidcore.testing.transcoding import COPYABLE, FixedTranscoder
from vidcore.use_cases.processing import ProcessVideo
from vidcore.videos import Video


@pytest.fixture
async def claimed(platform: MemoryPlatform) -> Video:
    return await claim_copyable(platform)


async def test_a_video_whose_storyboard_cannot_be_made_is_completed_without(
    platform: MemoryPlatform, claimed: Video
) -> None:
    platform.transcoder.errors["storyboard"] = VideoProcessingError("It is dark.")

    await platform.make(ProcessVideo)(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert (video.status, video.storyboard, video.storyboard_layout) == (
        Status.COMPLETED,
        None,
        None,
    )
    assert video.plan == attrs.evolve(
        plan(COPYABLE),
        reasons=(*plan(COPYABLE).reasons, "there is no storyboard: It is dark."),
    )
    assert platform.bytes_kept() == files_of(video)


class HalfDrawingTranscoder(FixedTranscoder):
    """Draws some tiles of a storyboard, and may then say that it could not."""

    def __init__(self, platform: MemoryPlatform, *, draws: bool, fails: bool) -> None:
        super().__init__(write=platform.media.put, source=COPYABLE)
        self._put = platform.media.put
        self._draws, self._fails = draws, fails

    async def storyboard(self, source: str, target: str, board: Storyboard) -> None:
        del source, board
        if self._draws:
            self._put(target, b"half")
        if self._fails:
            raise VideoProcessingError("It takes too long.")


@pytest.mark.parametrize(("draws", "fails"), [(True, True), (False, False), (False, True)])
async def test_a_storyboard_has_a_picture_and_a_layout_or_there_is_none(
    platform: MemoryPlatform,
    claimed: Video,
    draws: bool,  # noqa: FBT001 - a parameter of pytest's
    fails: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    transcoder = HalfDrawingTranscoder(platform, draws=draws, fails=fails)

    await platform.make(ProcessVideo, transcoder)(claimed, ignore)

    video = await platform.video(VIDEO.id)
    assert video.status is Status.COMPLETED
    assert (video.storyboard, video.storyboard_layout) == (None, None)
