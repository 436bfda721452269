"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): headers read and written.

Nothing here knows what an upload is: bytes and lifecycle are the same for every protocol.
"""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from adapters_http.errors import MalformedRequestError, UnsupportedTusVersionError
from adapters_http.receiving import Checksum

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum"
CHECKSUM_SIZES: Final = {"sha1": 20, "sha256": 32}  # bytes
CONTENT_TYPE: Final = "application/offset+octet-stream"

_INTEGER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_KEY: Final = re.compile(r"[!-+\--~]+", re.ASCII)  # visible ASCII but the comma


def check_version(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedTusVersionError unless the client speaks this version."""
    if headers.get("Tus-Resumable") != VERSION:
        raise UnsupportedTusVersionError(VERSION)


def parse_size(headers: Mapping[str, str], name: str) -> int:
    """Give a header's number of bytes. Raises MalformedRequestError if it is missing or no number."""
    found = headers.get(name)
    if found is None or _INTEGER.fullmatch(found) is None:
        raise MalformedRequestError(f"The header {name} must be a number of bytes.")
    return int(found)


def parse_length(headers: Mapping[str, str]) -> int:
    """Give the size of the whole file.

    Raises MalformedRequestError, and so for two extensions that are not offered: to say the size later,
    and to send a file as several uploads, each of which would become a video.
    """
    if "Upload-Defer-Length" in headers:
        raise MalformedRequestError("Upload-Defer-Length is not supported; send Upload-Length.")
    if "Upload-Concat" in headers:
        raise MalformedRequestError("Upload-Concat is not supported; send the file as one upload.")
    return parse_size(headers, "Upload-Length")


def parse_metadata(header: str) -> dict[str, str]:
    """Give the texts of `Upload-Metadata`: pairs of a key and, if any, a value in base64.

    Raises MalformedRequestError for what is no such list, for a key that comes twice, and for a value
    that is no UTF-8.
    """
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if _KEY.fullmatch(key) is None or key in found:
            raise MalformedRequestError("Upload-Metadata has a wrong or repeated key.")
        try:
            found[key] = _decode(value.strip()).decode("utf-8")
        except ValueError:
            raise MalformedRequestError(
                f"Upload-Metadata has no base64 of UTF-8 as {key}."
            ) from None
    return found


def format_metadata(values: Mapping[str, str]) -> str:
    """Give the header of which `parse_metadata` makes `values`."""
    pairs = ((key, base64.b64encode(value.encode()).decode()) for key, value in values.items())
    return ",".join(f"{key} {value}".rstrip() for key, value in pairs)


def parse_checksum(header: str | None) -> Checksum | None:
    """Give what `Upload-Checksum` says, if it is there.

    Raises MalformedRequestError for another algorithm than SHA-1 and SHA-256, and for a digest that
    is none of it.
    """
    if header is None:
        return None
    algorithm, _, text = header.partition(" ")
    if algorithm not in CHECKSUM_SIZES:
        raise MalformedRequestError(f"Upload-Checksum must be by {' or '.join(CHECKSUM_SIZES)}.")
    try:
        digest = _decode(text.strip())
    except ValueError:
        digest = b""
    if len(digest) != CHECKSUM_SIZES[algorithm]:
        raise MalformedRequestError(f"Upload-Checksum has no base64 of a digest by {algorithm}.")
    return Checksum(algorithm=algorithm, digest=digest)


def format_moment(moment: datetime) -> str:
    """Give a moment (in UTC) as a date of HTTP (RFC 9110, 5.6.7); parts of a second are cut off."""
    return format_datetime(moment, usegmt=True)


def _decode(text: str) -> bytes:
    """Decode base64. Raises ValueError for anything else."""
    return base64.b64decode(text, validate=True)
