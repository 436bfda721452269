"""The files of a video: its MP4, its thumbnail, and its storyboard for scrubbing."""

from urllib.parse import quote

import attrs
from aiohttp import hdrs, web

from adapters_http.media_response import send_file
from adapters_http.presenting_videos import STORYBOARD_PICTURE
from adapters_http.routing import Access, Call, Nothing, route
from vidcore import errors
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class SignedQuery:
    """The token of a signed address, for those who cannot send a header."""

    token: str | None = None


@attrs.frozen(kw_only=True)
class MediaQuery(SignedQuery):
    """The token of a signed address, and whether to save the file rather than show it."""

    download: bool = False


async def _open(call: Call[Nothing, SignedQuery] | Call[Nothing, MediaQuery]) -> Video:
    video_id = call.ids["id"]
    if call.query.token is not None and hdrs.AUTHORIZATION not in call.request.headers:
        return await call.use_cases.open_media.by_token(token=call.query.token, video_id=video_id)
    return await call.use_cases.open_media.for_member(actor=call.actor, video_id=video_id)


def _headers(filename: str, *, download: bool = False) -> dict[str, str]:
    kind = "attachment" if download else "inline"
    return {
        hdrs.CACHE_CONTROL: "private, no-cache",
        hdrs.CONTENT_DISPOSITION: f"{kind}; filename*=UTF-8''{quote(filename, safe='')}",
    }


async def stream(call: Call[Nothing, MediaQuery]) -> web.StreamResponse:
    """Send the MP4. A source that plays as it is may be published, and go, while it is looked up."""
    try:
        return await _stream(call)
    except errors.NotFoundError:
        if call.request.writer.output_size:
            raise
        return await _stream(call)


async def _stream(call: Call[Nothing, MediaQuery]) -> web.StreamResponse:
    video = await _open(call)
    return await send_file(
        call.request,
        call.use_cases.open_media.stream(video),
        content_type="video/mp4",
        headers=_headers(f"{video.title}.mp4", download=call.query.download),
    )


async def thumbnail(call: Call[Nothing, MediaQuery]) -> web.StreamResponse:
    """Send the JPEG."""
    video = await _open(call)
    return await send_file(
        call.request,
        call.use_cases.open_media.thumbnail(video),
        content_type="image/jpeg",
        headers=_headers(f"{video.title}.jpg", download=call.query.download),
    )


async def storyboard(call: Call[Nothing, SignedQuery]) -> web.StreamResponse:
    """Say which part of the storyboard's picture shows which time."""
    video = await _open(call)
    _, board = call.use_cases.open_media.storyboard(video)
    token = call.query.token or call.present_video.sign(video)
    return web.Response(
        text=board.webvtt(f"{STORYBOARD_PICTURE}?token={token}"),
        content_type="text/vtt",
        headers={hdrs.CACHE_CONTROL: "private, no-cache"},
    )


async def storyboard_picture(call: Call[Nothing, SignedQuery]) -> web.StreamResponse:
    """Send the JPEG with all tiles."""
    video = await _open(call)
    path, _ = call.use_cases.open_media.storyboard(video)
    return await send_file(
        call.request,
        path,
        content_type="image/jpeg",
        headers=_headers(f"{video.title} storyboard.jpg"),
    )


_NOT_PLAYABLE = (
    errors.NotFoundError,
    errors.VideoNotReadyError,
    errors.VideoProcessingError,
)

ROUTES = (
    route(
        "GET",
        "/api/videos/{id}/stream",
        Access.SIGNED,
        stream,
        "Play the MP4; with ranges",
        query=MediaQuery,
        media_type="video/mp4",
        errors=_NOT_PLAYABLE,
    ),
    route(
        "GET",
        "/api/videos/{id}/thumbnail",
        Access.SIGNED,
        thumbnail,
        "Show the thumbnail, a JPEG",
        query=MediaQuery,
        media_type="image/jpeg",
        errors=_NOT_PLAYABLE,
    ),
    route(
        "GET",
        "/api/videos/{id}/storyboard",
        Access.SIGNED,
        storyboard,
        "List the tiles of the storyboard, as WebVTT",
        query=SignedQuery,
        media_type="text/vtt",
        errors=_NOT_PLAYABLE,
    ),
    route(
        "GET",
        f"/api/videos/{{id}}/{STORYBOARD_PICTURE}",
        Access.SIGNED,
        storyboard_picture,
        "Show all tiles of the storyboard, in one JPEG",
        query=SignedQuery,
        media_type="image/jpeg",
        errors=_NOT_PLAYABLE,
    ),
)
