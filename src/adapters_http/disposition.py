"""The name of a form's part, and of the file in it (RFC 7578, 4.2), as clients really write them.

aiohttp's own parser loses a part whose file has two semicolons in its name.
"""

import re
from typing import Final
from urllib.parse import unquote

import attrs

_FORM_DATA: Final = re.compile(r"\s*form-data\s*(?=;|$)", re.IGNORECASE | re.ASCII)
_PARAMETER: Final = re.compile(
    r"""\s*;\s*(?P<name>[\w!#$%&'*+.^`|~-]+)\s*=\s*"""
    r"""(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<token>[^\s;"]+))\s*(?=;|$)""",
    re.ASCII,
)
_ESCAPED: Final = re.compile(r'\\(["\\])')  # and no other, since C:\clip.mp4 is sent as it is
_CHARSETS: Final = frozenset({"utf-8", "iso-8859-1"})  # RFC 5987, 3.2.1


@attrs.frozen
class Disposition:
    """What a part is: the field's `name`, and its `filename` if it is a file."""

    name: str | None
    filename: str | None


def parse_disposition(header: str) -> Disposition:
    """Read a Content-Disposition; an empty one names nothing.

    Raises ValueError for one that is broken, or of no form.
    """
    if not header:
        return Disposition(None, None)
    start = _FORM_DATA.match(header)
    if start is None:
        raise ValueError("a part's Content-Disposition must be form-data")
    found: dict[str, str] = {}
    position = start.end()
    while header[position:].strip(" \t;"):
        parameter = _PARAMETER.match(header, position)
        if parameter is None or parameter["name"].lower() in found:
            raise ValueError("a part's Content-Disposition is broken")
        quoted = parameter["quoted"]
        value = parameter["token"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        # Browsers write a quote as %22, and nothing else that a name can have.
        found[parameter["name"].lower()] = value if quoted is None else value.replace("%22", '"')
        position = parameter.end()
    extended = found.get("filename*")
    filename = found.get("filename") if extended is None else _decoded(extended)
    return Disposition(found.get("name"), filename)


def _decoded(extended: str) -> str:
    """Read charset'language'text. Raises ValueError."""
    charset, _, text = extended.partition("'")
    if charset.lower() not in _CHARSETS:
        raise ValueError("a file's name is in an unknown encoding")
    return unquote(text.partition("'")[2], charset, "strict")
