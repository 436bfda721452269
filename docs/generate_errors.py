"""The generated block of errors.md: a row for every `error_code`, from the table of `adapters_http.errors`."""

import inspect
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from adapters_http.errors import STATUS_AND_CODE
from docs.blocks import FOLDER, Blocks, table
from vidcore.errors import VidcoreError

PAGE: Path = FOLDER / "errors.md"

DO: Final = {
    "validation_error": "look into `errors`: a list of `field` and `message`",
    "malformed_request": "mend the client: the body could not be read, or ended too soon",
    "not_authenticated": "log in again",
    "invalid_credentials": "check name and password; both wrong answers look alike on purpose",
    "account_inactive": "ask an admin",
    "permission_denied": "ask an admin, or the owner",
    "not_found": "check the address; what one may not see looks the same",
    "method_not_allowed": "use one of the methods in `Allow`",
    "invitation_invalid": "ask for another invitation",
    "invitation_expired": "ask for another invitation",
    "invitation_used": "nothing: whoever used it is a member; switch that account off instead",
    "username_taken": "choose another name",
    "email_taken": "log in with that account, or use another address",
    "category_exists": "use the one that is there",
    "last_admin": "make another admin first",
    "video_not_ready": "wait: follow `/api/videos/{id}/events`",
    "video_processing_failed": "read the video's `error_message`; `POST /api/videos/{id}/retry`",
    "file_format_not_supported": "convert it; see [what is published](media.md)",
    "unsupported_media_type": "send the `Content-Type` that `/docs` shows for this route",
    "file_too_large": "make it smaller, or have an admin raise `max_file_size_bytes`",
    "quota_exceeded": "wait for `Retry-After` seconds: until the week begins anew",
    "storage_full": "tell whoever runs it: the disk is full",
    "too_many_requests": "wait for `Retry-After` seconds",
    "range_not_satisfiable": "ask for a range within the size in `Content-Range`",
    "precondition_failed": "begin the download anew: the file has changed",
    "upload_offset_mismatch": "go on at `Upload-Offset`",
    "upload_taken_over": "nothing: another request goes on with the upload",
    "checksum_mismatch": "send the same bytes again",
    "unsupported_tus_version": "use the version in `Tus-Version`",
    "service_unavailable": "try again after `Retry-After` seconds",
}


def codes() -> str:
    """Give every code with its status, when it is answered, and what a client does then."""
    reasons: dict[tuple[int, str], list[str]] = defaultdict(list)
    for error, (status, code) in STATUS_AND_CODE.items():
        reasons[int(status), code].append(_when(error))
    return table(("`error_code`", "status", "when", "then"), map(_row, sorted(reasons.items())))


def _when(error: type[VidcoreError]) -> str:
    first = (inspect.getdoc(error) or "").partition("\n\n")[0]
    return " ".join(first.split()).removesuffix(".").replace("|", "\\|")


def _row(found: tuple[tuple[int, str], list[str]]) -> Iterable[str]:
    (status, code), when = found
    return f"`{code}`", str(status), "; or: ".join(dict.fromkeys(when)), DO[code]


BLOCKS: Blocks = {"codes": codes}
