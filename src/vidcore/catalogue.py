"""The catalogue: which videos are wanted, in which order, and as what a list shows them.

>>> from vidcore import Order, VideoQuery, VideoSort
>>> most_watched = VideoQuery(q="holiday", sort_by=VideoSort.VIEW_COUNT)
>>> most_watched.order is Order.DESC
True
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from vidcore.categories import Category
from vidcore.estimates import Forecast
from vidcore.lifecycle import Status
from vidcore.orders import Order, Place, by_age
from vidcore.pages import Ordering
from vidcore.text import check_search
from vidcore.videos import Video


class VideoSort(StrEnum):
    """What a list of videos can be sorted by."""

    CREATED_AT = "created_at"
    VIEW_COUNT = "view_count"


@attrs.frozen(kw_only=True)
class VideoQuery:
    """Which videos are wanted, and in which order. None does not narrow.

    `q` is looked for in title and description, without regard to case; InvalidValueError is raised
    for one that no text can contain. `seen_by` leaves out what that
    member may not see; None (an admin) sees all.
    """

    category_id: UUID | None = None
    uploaded_by: UUID | None = None
    status: Status | None = None
    q: str | None = attrs.field(default=None, converter=check_search)
    seen_by: UUID | None = None
    sort_by: VideoSort = VideoSort.CREATED_AT
    order: Order = Order.DESC


@attrs.frozen(kw_only=True)
class VideoEntry:
    """A video as a list shows it: with its uploader's name and its category.

    The `forecast` is for a video under way, once somebody has made one.
    """

    video: Video
    uploader_name: str
    category: Category | None
    forecast: Forecast | None = None


def ordering_of(query: VideoQuery) -> Ordering[VideoEntry]:
    """Give the order in which the query wants its videos."""
    return Ordering(sort=query.sort_by, order=query.order, place=_PLACES[query.sort_by])


def _by_age(entry: VideoEntry) -> Place:
    return by_age(entry.video)


def _by_views(entry: VideoEntry) -> Place:
    return Place(key=entry.video.view_count, id=entry.video.id)


_PLACES: Final = {VideoSort.CREATED_AT: _by_age, VideoSort.VIEW_COUNT: _by_views}
