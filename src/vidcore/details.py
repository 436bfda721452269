"""What an uploader says of a video, and what may be changed of it afterwards.

>>> from vidcore import VideoDetails
>>> VideoDetails(title="  First steps ", description="").description is None
True
>>> VideoDetails(title=" ")
Traceback (most recent call last):
vidcore.errors.InvalidValueError: The field 'title' must have 1 to 200 characters, not 0.
"""

from enum import Enum
from typing import Final
from uuid import UUID

import attrs

from vidcore.text import check_text

TITLE_MAX: Final = 200  # characters; promised to clients
DESCRIPTION_MAX: Final = 5_000  # characters; promised to clients


def check_title(value: str) -> str:
    """Give the title, trimmed, if it has 1–200 characters; else raise InvalidValueError."""
    return check_text("title", value, at_least=1, at_most=TITLE_MAX)


def check_description(value: str | None) -> str | None:
    """Give the description, trimmed, or None if it is empty.

    Raises InvalidValueError above 5,000 characters.
    """
    if value is None:
        return None
    return check_text("description", value, at_least=0, at_most=DESCRIPTION_MAX) or None


def title_of_file(filename: str) -> str:
    """Give the title of a video of which nothing is said but the name of its file: that, shortened."""
    stem = filename.rpartition(".")[0].strip() or filename
    return stem[:TITLE_MAX].strip()


class Unset(Enum):
    """Stands for a field that a change leaves as it is, where None would clear it."""

    UNSET = "unset"


@attrs.frozen(kw_only=True)
class VideoDetails:
    """What the uploader says of a video: a title of 1–200 characters, a description of up to 5,000.

    Both are trimmed. Raises InvalidValueError for what is out of bounds.
    """

    title: str = attrs.field(converter=check_title)
    description: str | None = attrs.field(default=None, converter=check_description)
    category_id: UUID | None = None
