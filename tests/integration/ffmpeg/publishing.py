"""What a worker does to an upload, without its store: plan, make, check, and take pictures."""

from pathlib import Path

import attrs

from adapters_ffmpeg.transcoder import FfmpegTranscoder
from vidcore.errors import VideoProcessingError
from vidcore.media import (
    MediaInfo,
    Plan,
    Storyboard,
    check_output,
    copied_tracks,
    plan,
    storyboard_of,
)


def ignore(_seconds: float) -> None:
    pass


@attrs.frozen(kw_only=True)
class PublishedClip:
    """The files that were made, and the plan that worked in the end."""

    planned: Plan
    made: Plan
    info: MediaInfo
    board: Storyboard
    media: Path
    thumbnail: Path
    storyboard: Path


async def publish(transcoder: FfmpegTranscoder, source: Path, folder: Path) -> PublishedClip:
    """Make the files of a source in `folder`, as `vidcore.use_cases.processing` does."""
    media, thumbnail, storyboard = (
        folder / name for name in ("media.mp4", "thumbnail.jpg", "storyboard.jpg")
    )
    found = await transcoder.probe(str(source))
    planned = made = plan(found)
    try:
        info = await _render(transcoder, source, media, found, made)
    except VideoProcessingError as error:
        if not made.copies:
            raise
        made = made.encoded(because=str(error))
        info = await _render(transcoder, source, media, found, made)
    board = storyboard_of(duration=info.duration or 0.0, width=made.width, height=made.height)
    await transcoder.thumbnail(str(media), str(thumbnail), info)
    await transcoder.storyboard(str(media), str(storyboard), board)
    return PublishedClip(
        planned=planned,
        made=made,
        info=info,
        board=board,
        media=media,
        thumbnail=thumbnail,
        storyboard=storyboard,
    )


async def _render(
    transcoder: FfmpegTranscoder, source: Path, media: Path, found: MediaInfo, made: Plan
) -> MediaInfo:
    await transcoder.transcode(str(source), str(media), made, ignore)
    info = await transcoder.probe(str(media))
    check_output(made, found, info)
    if made.copies:
        await transcoder.decode(str(media), copied_tracks(made, info), ignore)
    return info
