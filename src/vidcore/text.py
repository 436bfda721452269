"""What people write and read: texts are trimmed, bounded, and storable in any database as they were sent.

>>> from vidcore import check_text, search_key
>>> check_text("title", "  First steps ", at_least=1, at_most=200)
'First steps'
>>> search_key("café") in search_key("CAFE\N{COMBINING ACUTE ACCENT} AU LAIT")
True
"""

import unicodedata

from vidcore.errors import InvalidValueError


def check_text(field: str, value: str, *, at_least: int, at_most: int) -> str:
    """Trim `value` and give it back, if it has `at_least` to `at_most` characters.

    Raises InvalidValueError, which names `field`, for any other length, for a NUL (which PostgreSQL
    cannot store) and for a lone surrogate (which UTF-8 cannot carry).
    """
    trimmed = value.strip()
    if not at_least <= len(trimmed) <= at_most:
        raise InvalidValueError(
            field, f"must have {at_least} to {at_most} characters, not {len(trimmed)}"
        )
    check_storable(field, trimmed)
    return trimmed


def check_storable(field: str, value: str) -> None:
    """Raise InvalidValueError if `value` has a NUL or a lone surrogate in it."""
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValueError(field, "must not contain NUL or broken Unicode")


def check_search(value: str | None) -> str | None:
    """Give what is searched for. Raises InvalidValueError, for `q`, if no stored text can contain it."""
    if value is not None:
        check_storable("q", value)
    return value


def search_key(value: str) -> str:
    """Give the form in which texts are searched: a part is found in any case, composed or not."""
    return unicodedata.normalize("NFC", value).casefold()


def clock_time(seconds: float) -> str:
    """Give a time as players show it, `0:31` or `1:02:03`; below ten seconds with one decimal."""
    if round(seconds, 1) < 10:  # noqa: PLR2004 - below it a second is much
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
