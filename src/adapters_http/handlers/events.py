"""Following a video: an event for each change, as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
from datetime import timedelta
from typing import Final

from aiohttp import hdrs, web

from adapters_http.presenting import to_json
from adapters_http.routing import DRAINING, Access, Call, Nothing, authorise, route
from vidcore import errors
from vidcore.catalogue import VideoEntry
from vidcore.estimates import is_new_forecast
from vidcore.following import is_final, is_news

LOOK: Final = 0.5  # seconds between two looks; in the store, which all processes share
STILL_HERE: Final = 15.0  # seconds of silence after which a comment keeps proxies from hanging up


async def follow(call: Call[Nothing, Nothing]) -> web.StreamResponse:
    """Send the video at every change, of its forecast too, until nothing more is going to happen."""
    entry = await _look(call)
    response = web.StreamResponse(
        headers={hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
    )
    response.content_type, response.charset = "text/event-stream", "utf-8"
    await response.prepare(call.request)
    if call.request.method != hdrs.METH_HEAD:
        await _send_all(call, response, entry)
    return response


async def _send_all(
    call: Call[Nothing, Nothing], response: web.StreamResponse, entry: VideoEntry | None
) -> None:
    clock = asyncio.get_running_loop().time
    told: VideoEntry | None = None
    said = spoke = clock()
    while entry is not None:
        passed = timedelta(seconds=clock() - said)
        if (
            told is None
            or is_news(told.video, entry.video)
            or is_new_forecast(told.forecast, entry.forecast, passed)
        ):
            told = entry
            said = spoke = clock()
            shown = to_json(call.present_video(entry)).decode()
            await response.write(f"event: status\ndata: {shown}\n\n".encode())
        elif clock() - spoke > STILL_HERE:
            spoke = clock()
            await response.write(b": still here\n\n")
        if is_final(entry.video) or not await _pause(call.request):
            return
        entry = await _look_again(call, entry)


async def _pause(request: web.Request) -> bool:
    """Wait a little, and say whether to go on: not if the service stops, or the client is gone."""
    try:
        async with asyncio.timeout(LOOK):
            await request.app[DRAINING].wait()
    except TimeoutError:
        return request.transport is not None and not request.transport.is_closing()
    return False


async def _look(call: Call[Nothing, Nothing]) -> VideoEntry:
    return await call.use_cases.show_video(actor=call.actor, video_id=call.ids["id"])


async def _look_again(call: Call[Nothing, Nothing], before: VideoEntry) -> VideoEntry | None:
    """Give the video as it is now, or None to whom it is not shown any more."""
    try:
        await authorise(call.request, Access.MEMBER, call.use_cases)
        return await _look(call)
    except errors.ServiceUnavailableError:
        return before
    except (errors.NotFoundError, errors.NotAuthenticatedError, errors.AccountInactiveError):
        return None


ROUTES = (
    route(
        "GET",
        "/api/videos/{id}/events",
        Access.MEMBER,
        follow,
        "Follow the processing of a video: `status` events with the Video as data",
        media_type="text/event-stream",
        errors=(errors.NotFoundError,),
    ),
)
