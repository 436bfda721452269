"""A video that can be copied, and the worker that has claimed it."""

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.errors import VideoProcessingError
from vidcore.testing.examples import example_user, example_video
from vidcore.testing.transcoding import COPYABLE
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.videos import Video

OWNER = example_user(1)
VIDEO = example_video(11, OWNER)
DAMAGED = VideoProcessingError("The file is damaged after 0:07.")


def ignore(_: float) -> None:
    return


async def claim(platform: MemoryPlatform) -> Video:
    video = await platform.make(ClaimVideo)()
    assert video is not None
    return video


async def claim_copyable(platform: MemoryPlatform) -> Video:
    platform.transcoder.source = COPYABLE
    await platform.add(OWNER, VIDEO)
    await platform.receive("source-11", b"sent")
    return await claim(platform)
