"""Thumbnails and storyboards that are missing, and taken again."""

from typing import Any

import attrs
import pytest

from tests.unit.use_cases.checks import ADA, found, named, published, repaired
from tests.unit.use_cases.memory_platform import MemoryPlatform, files_of
from vidcore.errors import (
    FileFormatNotSupportedError,
    ServiceUnavailableError,
    VideoProcessingError,
)
from vidcore.testing.transcoding import JPEG, MEDIA


@pytest.fixture
async def platform(platform: MemoryPlatform) -> MemoryPlatform:
    await platform.add(ADA)
    return platform


@pytest.mark.parametrize("field", ["thumbnail", "storyboard"])
@pytest.mark.parametrize("left", [None, b""])
async def test_a_lost_picture_is_made_again(
    platform: MemoryPlatform, field: str, left: bytes | None
) -> None:
    video = await published(platform)
    del platform.media.files[getattr(video, field)]
    if left is not None:
        platform.media.put(getattr(video, field), left)

    assert await named(platform) == [(f"{field}_missing", str(video.id))]
    assert await repaired(platform) == [
        (f"{field}_missing", "It was made again from the published file.")
    ]
    assert await found(platform) == []
    assert await platform.video(video.id) == video
    assert platform.media.files == files_of(video)


async def test_all_pictures_are_made_again_at_once(platform: MemoryPlatform) -> None:
    video = await published(platform)
    for picture in (video.thumbnail, video.storyboard):
        del platform.media.files[str(picture)]

    assert len(await repaired(platform)) == 2
    assert await found(platform) == []
    assert platform.media.files == files_of(video)


@pytest.mark.parametrize("lacks", ["storyboard", "storyboard_layout"])
async def test_a_storyboard_without_its_other_half_is_made_again(
    platform: MemoryPlatform, lacks: str
) -> None:
    video = await published(platform)
    halved: dict[str, Any] = {lacks: None}
    await platform.save(attrs.evolve(video, **halved))
    platform.media.put(str(video.storyboard), b"of another layout")

    assert [kind for kind, _ in await repaired(platform)] == ["storyboard_unusable"]
    assert await found(platform) == []
    assert await platform.video(video.id) == video
    if lacks == "storyboard_layout":
        assert platform.media.files[str(video.storyboard)] == JPEG


@pytest.mark.parametrize("fault", [VideoProcessingError("torn"), FileFormatNotSupportedError("no")])
async def test_a_picture_that_cannot_be_taken_is_left_missing(
    platform: MemoryPlatform, fault: Exception
) -> None:
    video = await published(platform)
    del platform.media.files[str(video.thumbnail)]
    platform.transcoder.errors["thumbnail"] = fault
    kept = dict(platform.media.files)

    assert await repaired(platform) == [("thumbnail_missing", None)]
    assert platform.media.files == kept


async def test_what_was_taken_before_another_picture_failed_is_cleared_away(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    for picture in (video.thumbnail, video.storyboard):
        del platform.media.files[str(picture)]
    platform.transcoder.errors["storyboard"] = VideoProcessingError("torn")

    assert ("storyboard_missing", None) in await repaired(platform)
    assert platform.media.files.keys() == {video.media, video.thumbnail}


async def test_a_thumbnail_that_is_there_is_not_taken_with_the_storyboard(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    del platform.media.files[str(video.storyboard)]
    platform.transcoder.errors["thumbnail"] = VideoProcessingError("torn")

    assert [kind for kind, done in await repaired(platform) if done] == ["storyboard_missing"]
    assert platform.media.files == files_of(video)


async def test_a_file_that_tells_no_duration_gets_a_storyboard_of_one_moment(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    del platform.media.files[str(video.storyboard)]
    platform.transcoder._made.clear()
    platform.transcoder.source = attrs.evolve(platform.transcoder.source, duration=None)

    assert [kind for kind, _ in await repaired(platform)] == ["storyboard_missing"]
    remade = (await platform.video(video.id)).storyboard_layout
    assert remade is not None
    assert (remade.count, remade.duration) == (1, 0.001)


async def test_a_picture_of_a_place_that_is_no_attempts_is_left_missing(
    platform: MemoryPlatform,
) -> None:
    video = await published(platform)
    platform.media.put("/imported.mp4", MEDIA)
    await platform.save(attrs.evolve(video, media="/imported.mp4", thumbnail=None))

    assert ("thumbnail_missing", None) in await repaired(platform)


async def test_a_picture_without_media_is_left_missing(platform: MemoryPlatform) -> None:
    video = await published(platform)
    await platform.save(attrs.evolve(video, media=None, thumbnail=None))

    assert await named(platform) == [
        ("media_missing", str(video.id)),
        ("thumbnail_missing", str(video.id)),
    ]


async def test_a_storage_that_fails_a_repair_ends_the_check(platform: MemoryPlatform) -> None:
    video = await published(platform)
    del platform.media.files[str(video.thumbnail)]
    platform.transcoder.errors["thumbnail"] = ServiceUnavailableError("ffmpeg cannot be run.")

    with pytest.raises(ServiceUnavailableError):
        await found(platform, repair=True)
