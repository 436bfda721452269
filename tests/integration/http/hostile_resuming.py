"""Resumable uploads as no decent client begins them or goes on with them."""

import base64
from collections.abc import Iterator
from typing import Final

from tests.integration.http.api import MISSING_ID
from tests.integration.http.hostile import Hostile, World, request

NAME: Final = "filename YS5tcDQ="
ODD_NUMBERS: Final = (
    *(
        "",
        "-1",
        "+1",
        "1.0",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "1 2",
        "1,2",
        "9" * 19,
        "9" * 4_000,
    ),
    *("\u0663", "1;a=b", '"1"'),
)
ODD_METADATA: Final = (
    *(
        "",
        ",",
        ",,",
        "filename",
        "filename ,",
        "filename YS5tcDQ",
        "filename YS5tcDQ=,filename Yg==",
    ),
    *("filename \xff", "filename YS5tcDQ= YS5tcDQ=", "=,=", "a" * 7_000, "a,b,c", "filename /w=="),
    *(
        f"filename {base64.b64encode(name).decode()}"
        for name in (b"a.mp4\x00", b"\x00", b"..", b"/")
    ),
    *(
        f"filename {base64.b64encode(b'x' * 300 + b'.mp4').decode()}",
        f"{NAME},category_id bnVsbA==",
    ),
    *(f"{NAME},fingerprint {base64.b64encode(b'x' * 300).decode()}", f"{NAME},title AA=="),
)
ODD_CHECKSUMS: Final = (
    *(
        "",
        "sha1",
        "sha1 ",
        "sha1 x",
        "md5 1B2M2Y8AsgTpgAmY7PhCfg==",
        "crc32 AAAA",
        "sha256 " + "A" * 43,
    ),
    *("SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk", "shake_128 AAAA"),
)
VERSION: Final = "Tus-Resumable: 1.0.0"
BYTES: Final = "Content-Type: application/offset+octet-stream"


def resuming(world: World) -> Iterator[Hostile]:
    """Numbers, names and checksums that make no sense."""

    def create(*lines: str, body: bytes = b"") -> bytes:
        return request(world, "POST", "/api/uploads", *lines, body=body)

    def go_on(*lines: str, body: bytes = b"x") -> bytes:
        return request(world, "PATCH", f"/api/uploads/{MISSING_ID}", *lines, body=body)

    named = f"Upload-Metadata: {NAME}"
    for number in ODD_NUMBERS:
        line = f"Upload-Length: {number}"
        yield Hostile(line[:60], create(VERSION, named, line), refused=True)
        line = f"Upload-Offset: {number}"
        yield Hostile(line[:60], go_on(VERSION, BYTES, line), refused=True)
    for metadata in ODD_METADATA:
        line = f"Upload-Metadata: {metadata}"
        yield Hostile(line[:60], create(VERSION, "Upload-Length: 9", line), refused=True)
    for checksum in ODD_CHECKSUMS:
        line = f"Upload-Checksum: {checksum}"
        raw = create(VERSION, BYTES, named, "Upload-Length: 1", line, body=b"x")
        yield Hostile(line, raw, refused=True)
    for version in ("", "0", "1.0", "1.0.0, 0.2.2", "1.0.0 ", "2.0.0", "\xff"):
        raw = create(f"Tus-Resumable: {version}", named, "Upload-Length: 9")
        yield Hostile(f"version {version!r}", raw, refused=version != "1.0.0 ")
    for method in ("", "GET", "PUT", "patch", "PATCH, HEAD", "TRACE", "POST"):
        lines = (VERSION, f"X-HTTP-Method-Override: {method}")
        raw = request(world, "POST", f"/api/uploads/{MISSING_ID}", *lines)
        yield Hostile(f"override {method!r}", raw, refused=True)
    defer, length = "Upload-Defer-Length: 1", "Upload-Length: 9"
    concatenated: tuple[str, ...] = (length, "Upload-Concat: partial", "Content-Type: text/plain")
    for unwanted in ((defer,), (length, defer), concatenated):
        raw = create(VERSION, named, *unwanted, body=b"x")
        yield Hostile(" ".join(unwanted), raw, refused=True)
