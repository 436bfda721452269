"""Categories: a name that is unique without regard to case, and a slug made from it.

>>> from vidcore import category_key, free_slug, slugify
>>> slugify("  Œuvres d'été & Straßenfeste ")
'oeuvres-d-ete-strassenfeste'
>>> free_slug("Cooking!", taken={"cooking", "cooking-2"})
'cooking-3'
>>> category_key("COOKING") == category_key("Cooking")
True
"""

import re
import unicodedata
from collections.abc import Container
from datetime import datetime
from itertools import count
from typing import Final, Self
from uuid import UUID

import attrs

from vidcore.text import check_text

NAME_MAX: Final = 80  # characters; promised to clients
SLUG_MAX: Final = 100  # characters; a name's letters can grow on the way to ASCII

# Latin letters that Unicode does not decompose, as their languages write them in ASCII.
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
    }
)


def slugify(name: str) -> str:
    """Give `name` as at most 100 lower-case ASCII letters, digits and single hyphens.

    Accents are dropped. A name in which no such letter is left becomes "category".
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:SLUG_MAX].strip("-")
    return slug or "category"


def free_slug(name: str, taken: Container[str]) -> str:
    """Give the slug of `name`, with -2, -3 and so on behind it until it is not `taken`."""
    slug = slugify(name)
    if slug not in taken:
        return slug
    numbers = (f"-{n}" for n in count(2))
    candidates = (slug[: SLUG_MAX - len(number)] + number for number in numbers)
    return next(candidate for candidate in candidates if candidate not in taken)


def category_key(name: str) -> str:
    """Give the form in which a category's name is compared and kept unique."""
    return unicodedata.normalize("NFKC", name).casefold()


@attrs.frozen(kw_only=True)
class Category:
    """A shelf for videos; `created_by` is None once that admin is gone."""

    id: UUID
    name: str
    slug: str
    created_by: UUID | None
    created_at: datetime

    @classmethod
    def create(
        cls,
        *,
        id: UUID,  # noqa: A002 - the field's name
        name: str,
        taken_slugs: Container[str],
        created_by: UUID,
        now: datetime,
    ) -> Self:
        """Make a category whose slug is none of `taken_slugs`.

        Raises InvalidValueError unless the name has 1–80 characters.
        """
        checked = check_text("name", name, at_least=1, at_most=NAME_MAX)
        slug = free_slug(checked, taken_slugs)
        return cls(id=id, name=checked, slug=slug, created_by=created_by, created_at=now)

    def renamed(self, name: str, *, taken_slugs: Container[str]) -> Self:
        """Change the name and, with it, the slug. `taken_slugs` are those of the others.

        Raises InvalidValueError, as `create` does.
        """
        checked = check_text("name", name, at_least=1, at_most=NAME_MAX)
        return attrs.evolve(self, name=checked, slug=free_slug(checked, taken_slugs))
