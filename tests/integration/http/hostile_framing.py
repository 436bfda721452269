"""First lines and framing that no decent client sends, as bytes; the same ones at every run."""

from collections.abc import Iterator
from random import Random
from typing import Final

from tests.integration.http.hostile import FORM, JSON, SEED, Hostile, World, request

CHUNKED: Final = "Transfer-Encoding: chunked"


def framing(world: World) -> Iterator[Hostile]:
    """Chunks with bad sizes, and two opinions on where a body ends."""
    second = request(world, "DELETE", f"/api/videos/{world.video}")
    for chunks in (
        *(
            b"-1\r\n{}\r\n0\r\n\r\n",
            b"+2\r\n{}\r\n0\r\n\r\n",
            b"0x2\r\n{}\r\n0\r\n\r\n",
            b"g\r\n{}\r\n",
        ),
        *(
            b"\r\n\r\n",
            b" 2\r\n{}\r\n0\r\n\r\n",
            b"2 \r\n{}\r\n0\r\n\r\n",
            b"2\n{}\n0\n\n",
            b"2\r{}\r",
        ),
        *(
            b"F" * 17 + b"\r\n{}",
            b"F" * 9_000 + b"\r\n{}",
            b"2\r\n{}xx\r\n0\r\n\r\n",
            b"2\r\n{}0\r\n\r\n",
        ),
        *(
            b"2;" + b"a" * 9_000 + b"\r\n{}\r\n0\r\n\r\n",
            b"2;a\nb\r\n{}\r\n0\r\n\r\n",
            b"\xd9\xa1\r\nx",
        ),
        *(b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n", b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 2_000),
        *(b"1\r\n{\r\n" * 3_000 + b"0\r\n\r\n", b"2_0\r\n{}\r\n0\r\n\r\n", b"\x00\r\n"),
    ):
        for target, line in (("/api/categories", JSON), ("/api/videos", FORM)):
            raw = request(world, "POST", target, line, CHUNKED, body=chunks)
            yield Hostile(f"{target} {chunks[:20]!r}", raw, refused=True)
    for lines in (
        (CHUNKED, "Content-Length: 4"),
        ("Content-Length: 4", CHUNKED),
        ("Content-Length: 0", "Content-Length: 4"),
        ("Transfer-Encoding: xchunked", "Content-Length: 4"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: identity, chunked",),
        ("Transfer-Encoding: identity", CHUNKED),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding:\x0bchunked", "Content-Length: 4"),
        ("Transfer-Encoding : chunked", "Content-Length: 4"),
        ("X: y\n" + CHUNKED, "Content-Length: 4"),
    ):
        for body in (b"0\r\n\r\n" + second, b"4\r\n{}  \r\n0\r\n\r\n" + second):
            raw = request(world, "POST", "/api/categories", JSON, *lines, body=body)
            yield Hostile(f"smuggle {lines} {body[:3]!r}", raw)
            old = request(
                world, "POST", "/api/categories", JSON, *lines, body=body, version="HTTP/1.0"
            )
            yield Hostile(f"smuggle 1.0 {lines} {body[:3]!r}", old)


def first_lines(world: World) -> Iterator[Hostile]:
    """Methods and versions that do not exist, and what is no HTTP at all."""
    for method in (
        *(
            "get",
            "PUT",
            "PROPFIND",
            "CONNECT",
            "TRACE",
            "TRACK",
            "G\x00T",
            "GE T",
            "",
            "é",
            "X" * 9_000,
        ),
        *("GET\t", "M-SEARCH", "[]", "__proto__", "PURGE", "LINK", "MKCOL", "SEARCH", "PRI"),
    ):
        for path in ("/api/videos", "/healthz"):
            yield Hostile(f"{method[:20]} {path}", request(world, method, path), refused=True)
    for version in (
        *(
            "HTTP/0.9",
            "HTTP/1.0",
            "HTTP/1.2",
            "HTTP/2.0",
            "HTTP/9.9",
            "HTTP/1",
            "HTTP/1.1.1",
            "http/1.1",
        ),
        *(
            "",
            "FTP/1.1",
            "HTTP/-1.1",
            "HTTP/1.10",
            "HTTP/1.1 x",
            "HTTP / 1.1",
            "HTTP/\u0661.\u0661",
        ),
    ):
        raw = request(world, "GET", "/api/videos", version=version)
        yield Hostile(f"version {version}", raw)
    yield Hostile("two preface lines", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    yield Hostile(
        "a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500) + b"\r\n\r\n"
    )
    yield Hostile("SSH", b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    chance = Random(SEED)
    for number in range(30):
        noise = chance.randbytes(chance.randrange(1, 400))
        yield Hostile(f"noise {number}", noise + b"\r\n\r\n\r\n")
