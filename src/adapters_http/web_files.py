"""The files of the page, as they are sent: read once, compressed once, and named by what is in them.

The address of each has a digest of all of them. So a browser may keep what it has for good, modules find
one another by relative addresses, and no mixture of two versions can come about.
"""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import attrs

FOLDER: Final = Path(__file__).parent / "web"
INDEX: Final = "index.html"
HERE: Final = b"/web/-/"  # what stands in INDEX for where the files are
DIGITS: Final = 12  # of the digest: 48 bits, against mistakes and not against enemies
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}


@attrs.frozen(kw_only=True)
class WebFile:
    """One file; `etag` is quoted."""

    content: bytes = attrs.field(repr=False)
    compressed: bytes = attrs.field(repr=False)
    content_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, content_type: str) -> "WebFile":
        """Prepare a file to be sent."""
        return cls(
            content=content,
            compressed=gzip.compress(content, 9, mtime=0),
            content_type=content_type,
            etag=f'"{_digest(content)}"',
        )


@attrs.frozen(kw_only=True)
class WebFiles:
    """The page's document, and what it is made of: each by its path below `/web/<digest>/`."""

    digest: str
    index: WebFile
    assets: Mapping[str, WebFile]


@cache
def web_files() -> WebFiles:
    """Read all files of the page. Raises OSError if they were not installed."""
    found = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in _paths()}
    digest = _digest(b"\0".join(name.encode() + b"\0" + found[name] for name in sorted(found)))
    index = found.pop(INDEX).replace(HERE, f"/web/{digest}/".encode())
    return WebFiles(
        digest=digest,
        index=WebFile.of(index, TYPES[".html"]),
        assets={
            name: WebFile.of(content, TYPES[Path(name).suffix]) for name, content in found.items()
        },
    )


def _paths() -> list[Path]:
    return [path for path in FOLDER.rglob("*") if path.suffix in TYPES]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
