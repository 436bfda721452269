"""Boxes of an MP4, written by hand."""

import struct

MOVIE_SCALE = 1000
TRACK_SCALE = 600


def box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def large_box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload


def header(kind: bytes, number: int, *, version: int = 0) -> bytes:
    """Write a `mvhd` or `mdhd` with its timescale, or a `tkhd` with its track's number."""
    times = struct.pack(">QQ", 0, 0) if version else struct.pack(">II", 0, 0)
    return box(kind, bytes([version, 0, 0, 0]), times, struct.pack(">I", number), bytes(80))


def stts(*entries: tuple[int, int]) -> bytes:
    rows = b"".join(struct.pack(">II", *entry) for entry in entries)
    return box(b"stts", struct.pack(">II", 0, len(entries)), rows)


def stss(*numbers: int) -> bytes:
    return box(b"stss", struct.pack(f">II{len(numbers)}I", 0, len(numbers), *numbers))


def edit_list(*edits: tuple[int, int], version: int = 0, speed: int = 1 << 16) -> bytes:
    form = ">QqI" if version else ">IiI"
    rows = b"".join(struct.pack(form, length, start, speed) for length, start in edits)
    return box(
        b"edts", box(b"elst", bytes([version, 0, 0, 0]), struct.pack(">I", len(edits)), rows)
    )


def h264(level: int) -> bytes:
    return box(b"avc1", bytes(78), box(b"avcC", bytes([1, 100, 0, level])))


def stsd(*entries: bytes) -> bytes:
    return box(b"stsd", struct.pack(">II", 0, len(entries)), *entries)


ANY_CODING = stsd(box(b"mp4v", bytes(78)))


def track(  # noqa: PLR0913 - each part of a track can be another
    *tables: bytes,
    number: int = 1,
    handler: bytes = b"vide",
    edits: bytes = b"",
    coding: bytes = ANY_CODING,
    scale: int = TRACK_SCALE,
    version: int = 0,
) -> bytes:
    media = box(
        b"mdia",
        header(b"mdhd", scale, version=version),
        box(b"hdlr", bytes(8), handler, bytes(12)),
        box(b"minf", box(b"stbl", coding, *tables)),
    )
    return box(b"trak", header(b"tkhd", number, version=version), edits, media)


def movie(*tracks: bytes, version: int = 0) -> bytes:
    return box(b"moov", header(b"mvhd", MOVIE_SCALE, version=version), *tracks)


FTYP = box(b"ftyp", b"isom", bytes(4))
MDAT = box(b"mdat", bytes(32))
TWO_SECONDS = stts((60, 20))
