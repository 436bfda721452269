"""Conditional and range requests (RFC 9110, 13.2.2 and 14), decided from headers and facts alone."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import attrs

_RANGE: Final = re.compile(r"(\d{0,18})[ \t]*-[ \t]*(\d{0,18})", re.ASCII)


@attrs.frozen(kw_only=True)
class Representation:
    """A file as HTTP sees it: a strong `etag` with its quotes, `modified` in whole seconds, `size`."""

    etag: str
    modified: int
    size: int


@attrs.frozen(kw_only=True)
class Selection:
    """What is to be sent: the bytes from `start` up to, and without, `stop`."""

    status: HTTPStatus
    start: int = 0
    stop: int = 0


def select(method: str, headers: Mapping[str, str], file: Representation) -> Selection:
    """Decide what a GET or HEAD with these headers gets, in the order of RFC 9110 13.2.2.

    Several ranges at once are answered whole, as 14.2 allows: no player needs them.
    """
    if not _preconditions_hold(headers, file):
        return Selection(status=HTTPStatus.PRECONDITION_FAILED)
    if _not_modified(headers, file):
        return Selection(status=HTTPStatus.NOT_MODIFIED)
    whole = Selection(status=HTTPStatus.OK, stop=file.size)
    wanted = headers.get("Range")
    if method != "GET" or wanted is None or not _range_applies(headers, file):
        return whole
    return _select_range(wanted, file.size) or whole


def _preconditions_hold(headers: Mapping[str, str], file: Representation) -> bool:
    if (tags := headers.get("If-Match")) is not None:
        return tags.strip() == "*" or file.etag in _tags(tags)
    moment = _date(headers.get("If-Unmodified-Since"))
    return moment is None or file.modified <= moment


def _not_modified(headers: Mapping[str, str], file: Representation) -> bool:
    if (tags := headers.get("If-None-Match")) is not None:
        return tags.strip() == "*" or file.etag in [t.removeprefix("W/") for t in _tags(tags)]
    moment = _date(headers.get("If-Modified-Since"))
    return moment is not None and file.modified <= moment


def _range_applies(headers: Mapping[str, str], file: Representation) -> bool:
    """Say whether If-Range, if given, names this very file; weak tags and other dates never do."""
    condition = headers.get("If-Range")
    if condition is None:
        return True
    condition = condition.strip()
    if condition.startswith(('"', "W/")):
        return condition == file.etag
    return _date(condition) == file.modified


def _select_range(header: str, size: int) -> Selection | None:
    """Give the one range that is asked for; None if the header is to be ignored."""
    unit, _, specification = header.partition("=")
    parts = [part.strip() for part in specification.split(",") if part.strip()]
    if unit.strip().lower() != "bytes" or len(parts) != 1:
        return None
    match = _RANGE.fullmatch(parts[0])
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        start = int(match[1])
        stop = int(match[2]) + 1 if match[2] else size
        if match[2] and stop <= start:
            return None
    else:
        start, stop = max(0, size - int(match[2])), size
    if start >= size:
        return Selection(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return Selection(status=HTTPStatus.PARTIAL_CONTENT, start=start, stop=min(stop, size))


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _date(header: str | None) -> int | None:
    if header is None:
        return None
    try:
        return int(parsedate_to_datetime(header).timestamp())
    except (ValueError, OverflowError):
        return None
