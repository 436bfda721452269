"""Videos: uploading by form, finding, changing, watching."""

from http import HTTPStatus
from uuid import UUID

import attrs
from aiohttp import hdrs

from adapters_http.expectations import say_continue
from adapters_http.forms import UploadForm, check_multipart, size_bounds
from adapters_http.handlers.queries import PageQuery
from adapters_http.presenting import PageAnswer
from adapters_http.presenting_videos import VideoAnswer, ViewsAnswer
from adapters_http.routing import Access, Answer, Call, Multipart, Nothing, route
from adapters_http.schemas import NOT_BLANK, STORABLE, bounded
from vidcore import errors
from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.details import DESCRIPTION_MAX, TITLE_MAX, Unset
from vidcore.lifecycle import Status
from vidcore.orders import Order


@attrs.frozen(kw_only=True)
class VideosQuery(PageQuery):
    """Which videos, in which order; `q` is looked for in title and description."""

    category_id: UUID | None = None
    uploaded_by: UUID | None = None
    status: Status | None = None
    q: str | None = attrs.field(default=None, metadata=bounded(pattern=STORABLE))
    sort_by: VideoSort = VideoSort.CREATED_AT
    order: Order = Order.DESC


@attrs.frozen(kw_only=True)
class VideoBody:
    """What is to be changed; null clears description and category. What is left out stays."""

    title: str | Unset = attrs.field(
        default=Unset.UNSET,
        metadata=bounded(
            minLength=1, maxLength=TITLE_MAX, pattern=NOT_BLANK, examples=["First steps"]
        ),
    )
    description: str | Unset | None = attrs.field(
        default=Unset.UNSET,
        metadata=bounded(
            maxLength=DESCRIPTION_MAX, pattern=STORABLE, examples=["In the garden, in May"]
        ),
    )
    category_id: UUID | Unset | None = Unset.UNSET


async def upload(call: Call[Multipart, Nothing]) -> Answer:
    """Take an upload form; what its headers show to be too much is refused before it is read."""
    check_multipart(call.request)
    at_least, at_most = size_bounds(call.request.content_length)
    await call.use_cases.admit_upload(actor=call.actor, at_least=at_least, at_most=at_most)
    await say_continue(call.request)
    entry = await UploadForm(call.request, call.use_cases, call.actor).receive()
    location = f"/api/videos/{entry.video.id}"
    return Answer(body=call.present_video(entry), headers={hdrs.LOCATION: location})


async def list_videos(call: Call[Nothing, VideosQuery]) -> PageAnswer[VideoAnswer]:
    """List videos."""
    query = VideoQuery(
        category_id=call.query.category_id,
        uploaded_by=call.query.uploaded_by,
        status=call.query.status,
        q=call.query.q,
        sort_by=call.query.sort_by,
        order=call.query.order,
    )
    page = await call.use_cases.list_videos(
        actor=call.actor, query=query, request=call.query.request()
    )
    return PageAnswer.of(page, call.present_video)


async def show_video(call: Call[Nothing, Nothing]) -> VideoAnswer:
    """Show a video."""
    entry = await call.use_cases.show_video(actor=call.actor, video_id=call.ids["id"])
    return call.present_video(entry)


async def edit_video(call: Call[VideoBody, Nothing]) -> VideoAnswer:
    """Change what is said of a video."""
    entry = await call.use_cases.edit_video(
        actor=call.actor,
        video_id=call.ids["id"],
        title=call.body.title,
        description=call.body.description,
        category_id=call.body.category_id,
    )
    return call.present_video(entry)


async def delete_video(call: Call[Nothing, Nothing]) -> None:
    """Delete a video."""
    await call.use_cases.delete_video(actor=call.actor, video_id=call.ids["id"])


async def retry_video(call: Call[Nothing, Nothing]) -> VideoAnswer:
    """Process a failed video again."""
    entry = await call.use_cases.retry_video(actor=call.actor, video_id=call.ids["id"])
    return call.present_video(entry)


async def count_view(call: Call[Nothing, Nothing]) -> ViewsAnswer:
    """Count a view."""
    views = await call.use_cases.count_view(actor=call.actor, video_id=call.ids["id"])
    return ViewsAnswer(view_count=views)


ROUTES = (
    route(
        "POST",
        "/api/videos",
        Access.MEMBER,
        upload,
        "Upload a video by form: file, title, description, category_id, in any order",
        body=Multipart,
        answer=VideoAnswer,
        status=HTTPStatus.CREATED,
        headers=("Location",),
        errors=(
            errors.FileFormatNotSupportedError,
            errors.FileTooLargeError,
            errors.QuotaExceededError,
            errors.StorageFullError,
        ),
    ),
    route(
        "GET",
        "/api/videos",
        Access.MEMBER,
        list_videos,
        "List videos; others' only when completed, one's own and for admins all in every status",
        query=VideosQuery,
        answer=PageAnswer[VideoAnswer],
    ),
    route(
        "GET",
        "/api/videos/{id}",
        Access.MEMBER,
        show_video,
        "Show a video",
        answer=VideoAnswer,
        errors=(errors.NotFoundError,),
    ),
    route(
        "PATCH",
        "/api/videos/{id}",
        Access.MEMBER,
        edit_video,
        "Change title, description or category; for the owner and admins",
        body=VideoBody,
        answer=VideoAnswer,
        errors=(errors.NotFoundError, errors.PermissionDeniedError),
    ),
    route(
        "DELETE",
        "/api/videos/{id}",
        Access.MEMBER,
        delete_video,
        "Delete a video with its files; for the owner and admins",
        status=HTTPStatus.NO_CONTENT,
        errors=(errors.NotFoundError, errors.PermissionDeniedError),
    ),
    route(
        "POST",
        "/api/videos/{id}/retry",
        Access.MEMBER,
        retry_video,
        "Process a failed video again; for the owner and admins",
        answer=VideoAnswer,
        status=HTTPStatus.ACCEPTED,
        errors=(
            errors.NotFoundError,
            errors.PermissionDeniedError,
            errors.VideoNotReadyError,
        ),
    ),
    route(
        "POST",
        "/api/videos/{id}/view",
        Access.MEMBER,
        count_view,
        "Count a view",
        answer=ViewsAnswer,
        errors=(errors.NotFoundError,),
    ),
)
