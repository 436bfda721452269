"""What members ask about their uploads, in JSON."""

from typing import Final

import attrs

from adapters_http.handlers.resumable import PATH, address_of
from adapters_http.presenting_uploads import OutlookAnswer, UploadAnswer, UploadsAnswer
from adapters_http.routing import Access, Call, Nothing, route
from adapters_http.schemas import bounded
from vidcore.config import BYTES_MAX


@attrs.frozen(kw_only=True)
class CheckBody:
    """The size, in bytes, of a file that somebody thinks of uploading."""

    size: int = attrs.field(metadata=bounded(minimum=1, maximum=BYTES_MAX, examples=[1_048_576]))


async def check_upload(call: Call[CheckBody, Nothing]) -> OutlookAnswer:
    """Say what would happen to a file of some size."""
    outlook = await call.use_cases.check_upload(actor=call.actor, size=call.body.size)
    return OutlookAnswer.of(outlook)


async def list_uploads(call: Call[Nothing, Nothing]) -> UploadsAnswer:
    """List what the member can go on with."""
    uploads = await call.use_cases.list_uploads(actor=call.actor)
    return UploadsAnswer(
        items=[UploadAnswer.of(each, address_of(call, each.upload.id)) for each in uploads]
    )


ROUTES: Final = (
    route(
        "GET",
        PATH,
        Access.MEMBER,
        list_uploads,
        "List one's unfinished resumable uploads, oldest first",
        answer=UploadsAnswer,
    ),
    route(
        "POST",
        f"{PATH}/check",
        Access.MEMBER,
        check_upload,
        "Say what would happen to a file of some size, and hold nothing",
        body=CheckBody,
        answer=OutlookAnswer,
    ),
)
