"""MP4s whose data is said to be in another file (ISO/IEC 14496-12, 8.7.2; QuickTime's aliases)."""

import struct
from pathlib import Path
from typing import Final

_CONTAINERS: Final = (b"trak", b"mdia", b"minf", b"dinf")
_PATH: Final = 2  # tags of an alias: the path as HFS has it, and as POSIX has it
_POSIX_PATH: Final = 18
_END: Final = -1


def box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def url(target: str) -> bytes:
    return box(b"url ", bytes(4), target.encode(), b"\0")


def alias(target: str) -> bytes:
    """Give an alias record, which is what ffmpeg's demuxer follows if it is allowed to."""
    name, path = Path(target).name.encode()[:63], target.encode()
    tags = b"".join(
        struct.pack(">hH", tag, len(path)) + path + bytes(len(path) % 2)
        for tag in (_PATH, _POSIX_PATH)
    )
    return box(
        *(b"alis", bytes(14), bytes([3]), b"vol".ljust(27, b"\0"), bytes(12)),
        *(bytes([len(name)]), name.ljust(63, b"\0"), bytes(16), struct.pack(">hh", 1, 1)),
        *(bytes(16), tags, struct.pack(">hH", _END, 0), bytes(60)),
    )


def referring(mp4: bytes, reference: bytes) -> bytes:
    """Give an MP4, whose index has to be last, with `reference` in place of "in this file"."""
    start = mp4.rindex(b"moov") - 4
    return mp4[:start] + box(b"moov", _changed(mp4[start + 8 :], reference))


def _changed(boxes: bytes, reference: bytes) -> bytes:
    changed, place = b"", 0
    while place < len(boxes):
        size, kind = struct.unpack_from(">I4s", boxes, place)
        content = boxes[place + 8 : place + size]
        if kind in _CONTAINERS:
            content = _changed(content, reference)
        elif kind == b"dref":
            content = struct.pack(">II", 0, 1) + reference
        changed += box(kind, content)
        place += size
    return changed
