"""Requests that no decent client sends, as bytes; the same ones at every run."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final
from uuid import UUID

import attrs
import jwt
import orjson

from adapters_http.app import ROUTES
from adapters_http.routing import Multipart, Nothing, OctetStream, Route
from tests.integration.http.api import MISSING_ID, Member
from tests.integration.http.forms import FORM_TYPE

SEED: Final = 20_261_122
JSON: Final = "Content-Type: application/json"
FORM: Final = f"Content-Type: {FORM_TYPE}"
GOOD_BODIES: Final[dict[str, dict[str, Any]]] = {
    "RegisterBody": {"token": "unknown", "username": "mallory", "password": "long enough"},
    "LoginBody": {"username": "mallory", "password": "long enough"},
    "PasswordBody": {"current_password": "wrong", "new_password": "long enough"},
    "RoleBody": {"role": "user"},
    "ActiveBody": {"is_active": True},
    "InvitationBody": {"email": "mallory@example.org"},
    "CheckBody": {"size": 1},
    "CategoryBody": {"name": "Mallory's"},
    "VideoBody": {"title": "Mallory's"},
    "ConfigBody": {"max_file_size_bytes": 5_000_000},
}


@attrs.frozen(kw_only=True)
class World:
    """Who asks, and what there is to be asked for."""

    asker: Member
    video: UUID
    category: UUID
    invitation: UUID


@attrs.frozen
class Hostile:
    """A request; `refused` if only an error can be the answer."""

    label: str
    raw: bytes
    refused: bool = False


def request(
    world: World | None,
    method: str,
    target: str | bytes,
    *lines: str | bytes,
    body: bytes = b"",
    version: str = "HTTP/1.1",
) -> bytes:
    """Write a request; a body gets its length unless a line tells another."""
    asked = target if isinstance(target, bytes) else target.encode("utf-8", "surrogateescape")
    given: list[str | bytes] = ["Host: localhost", "Connection: close", *lines]
    if world is not None:
        given.append(f"Authorization: Bearer {world.asker.token}")
    written = [line if isinstance(line, bytes) else line.encode("utf-8") for line in given]
    framed = any(line.lower().startswith((b"content-length", b"transfer-enc")) for line in written)
    if body and not framed:
        written.append(f"Content-Length: {len(body)}".encode())
    first = b"%s %s %s" % (method.encode(), asked, version.encode())
    return b"\r\n".join([first, *written, b"", body])


def posted(world: World, row: Route, body: bytes, *lines: str | bytes) -> bytes:
    return request(world, row.method, fill(row, world), *(lines or (JSON,)), body=body)


def fill(row: Route, world: World) -> str:
    """Give a path to something that is there, if it is of the right kind."""
    ids = {"videos": world.video, "categories": world.category, "invitations": world.invitation}
    kind = row.path.split("/")[2] if row.path.startswith("/api/") else ""
    return (
        row.path.replace("{id}", str(ids.get(kind, world.asker.id)))
        .replace("{token}", "unknown")
        .replace("{file}", "initialise.js")
    )


def with_json() -> list[Route]:
    return [row for row in ROUTES if row.body not in (Nothing, Multipart, OctetStream)]


def good_body(row: Route) -> dict[str, Any]:
    return dict(GOOD_BODIES[row.body.__name__])


def paths(world: World) -> Iterator[Hostile]:
    """Tricks in the target of a request."""
    bases = ("/docs/", "/api/videos/", "/api/invitations/validate/", "/")
    tricks = (
        *("..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "../../../../etc/passwd"),
        *("%00", "initialise.js%00.png", "%c0%ae%c0%ae/", "%252e%252e%252f", "..\\..\\etc\\passwd"),
        *("/", "//", "///etc/passwd", ".", "./.", ";a=b", "?", "#", "%", "%zz", "%f", "%ff%fe"),
        *(
            "%0d%0aX-Evil:%20yes",
            "%20",
            "\ud83d".encode("utf-8", "surrogatepass").hex(),
            "é",
            "\x7f",
        ),
        *("a" * 8_000, "a" * 100_000, "%41" * 3_000, "/a" * 4_000, "swagger-ui.css/", "{file}"),
    )
    for base in bases:
        for trick in tricks:
            yield Hostile(f"{base}{trick[:30]}", request(world, "GET", base + trick))
    for target in (
        *("http://evil.example/api/videos", "https://evil.example", "evil.example:443", "*", ""),
        *(
            "//evil.example/api/videos",
            "/api//videos",
            "//api/videos",
            "/api/videos//",
            "api/videos",
        ),
        *("/api/videos/../users", "/api/./videos", "/api/videos/%2e%2e/users", "/API/VIDEOS"),
        *("/api/videos\t", "/api/videos\x00", "/api/videos\x0b", "file:///etc/passwd", "/\\evil"),
    ):
        for method in ("GET", "DELETE", "OPTIONS"):
            yield Hostile(f"{method} {target}", request(world, method, target))


def headers(world: World) -> Iterator[Hostile]:
    """Too large, too many, or not as RFC 9112 wants them."""
    for name in (
        *("Authorization", "X-Request-ID", "Cookie", "Range", "Content-Type", "X-Forwarded-For"),
        *("If-None-Match", "Accept", "Host", "Origin", "X-" + "a" * 60_000),
    ):
        big = request(None, "GET", "/api/auth/me", f"{name}: {'a' * (64 << 10)}")
        yield Hostile(f"64 KiB of {name[:20]}", big, refused=True)
    for count in (200, 2_000):
        lines = [f"X-Number-{number}: {number}" for number in range(count)]
        yield Hostile(f"{count} headers", request(world, "GET", "/api/auth/me", *lines))
    for line in (
        *(b"No colon", b": no name", b"Space : before", b" Folded: first", b"X: a\r\n folded"),
        *(b"X: \x00", b"X: a\rb", b"X: a\nb", b"X\x00Y: a", b"X(Y): a", b"\xff\xfe: a", b"X: \xff"),
        *(b"Host: second.example", b"Host: a b", b"Expect: 200-ok", b"Expect: 100-continue, x"),
        *(b"Upgrade: websocket", b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk", b"Connection: x"),
        *(
            b"Content-Length: -1",
            b"Content-Length: +5",
            b"Content-Length: 0x5",
            b"Content-Length: ",
        ),
        *(b"Content-Length: 1, 1", b"Content-Length: 9" + b"9" * 400, b"Content-Length: \xd9\xa1"),
        *(b"Authorization: Basic YTpi", b"Authorization: Bearer", b"Authorization: \xff\xff"),
        *(b"Origin: null", b"Accept: */*;q=x", b"Accept-Encoding: *;q=0", b"Content-Encoding: xyz"),
        *(b"X-Request-ID: a\tb", b"X-Request-ID: <b>", b"X-Forwarded-For: 1.2.3.4.5", b"TE: x"),
    ):
        for method, path in (("GET", "/api/videos"), ("DELETE", f"/api/videos/{MISSING_ID}")):
            yield Hostile(f"{method} {line[:30]!r}", request(world, method, path, line))


def ranges(world: World) -> Iterator[Hostile]:
    """Ranges and conditions, from absurd to nearly good."""
    chance = Random(SEED)
    path = f"/api/videos/{world.video}/stream"
    numbers = (
        "",
        "0",
        "1",
        "5",
        "6",
        "7",
        "-1",
        "9" * 17,
        "9" * 19,
        "9" * 500,
        "x",
        "٣",
        " 2 ",
        "1e3",
    )
    for _ in range(90):
        unit = chance.choice(("bytes", "Bytes", "octets", "", "bytes=bytes"))
        specifications = ",".join(
            f"{chance.choice(numbers)}{chance.choice(('-', '-', '--', ''))}{chance.choice(numbers)}"
            for _ in range(chance.choice((1, 1, 1, 2, 400)))
        )
        line = f"Range: {unit}={specifications}"
        yield Hostile(line[:60], request(world, "GET", path, line))
    dates = (
        *("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday", "0", "-1"),
        *("Mon, 99 Foo 0000 99:99:99 GMT", "01 Jan 0001 00:00:00 -9999", "1 Jan 1 0:0:0 +9999"),
        *("Sun, 06 Nov 1994 08:49:37", "Sun Nov  6 08:49:37 1994", "1 Jan 99999 1:1:1 GMT", ""),
    )
    tags = ("*", '"', 'W/"x"', ",", '"a"' * 900, '"\xff"', "W/", "x", '"a", *')
    for name in ("If-Modified-Since", "If-Unmodified-Since", "If-Range"):
        for date in dates:
            lines = (f"{name}: {date}", "Range: bytes=1-2")
            yield Hostile(f"{name}: {date}", request(world, "GET", path, *lines))
    for name in ("If-Match", "If-None-Match", "If-Range"):
        for tag in tags:
            lines = (f"{name}: {tag}", "Range: bytes=1-2")
            yield Hostile(f"{name}: {tag[:30]}", request(world, "GET", path, *lines))


def ids(world: World) -> Iterator[Hostile]:
    """Ids of other kinds, and what is no id."""
    others = {str(world.video), str(world.category), str(world.invitation), str(world.asker.id)}
    for row in ROUTES:
        if "{id}" not in row.path or row.method == "HEAD":  # whose answer says nothing
            continue
        body = b"" if row.body in (Nothing, OctetStream) else orjson.dumps(good_body(row))
        mine = next(part for part in fill(row, world).split("/") if part in others)
        for wrong in (
            *sorted(others - {mine}),
            *(MISSING_ID, MISSING_ID.upper(), MISSING_ID.replace("-", ""), f"{{{MISSING_ID}}}"),
            *(f"urn:uuid:{MISSING_ID}", f"{mine}%0a", f"%20{mine}", f"{mine}%00", "0", "-1", "me"),
            *("1%20OR%201=1", "'", "%D9%A3" * 36, "null", "a" * 5_000),
        ):
            target = row.path.replace("{id}", wrong)
            raw = request(world, row.method, target, *((JSON,) if body else ()), body=body)
            yield Hostile(f"{row.method} {target[:60]}", raw, refused=True)


def tokens(world: World) -> Iterator[Hostile]:
    """Tokens that prove nothing."""
    head, payload, signature = world.asker.token.split(".")
    now = int(world.asker.user.created_at.timestamp())
    claims = {"user_id": str(world.asker.id), "username": "Ada", "role": "admin", "epoch": 0}
    timed = claims | {"iat": now, "exp": now + 10**9}
    other = "another secret, of the sixty-four bytes or more that HS512 asks for"
    chance = Random(SEED)
    flipped = [
        "".join(chance.choice("AZaz09-_") if n == at else c for n, c in enumerate(signature))
        for at in range(0, len(signature) - 1, 2)
    ]
    given = [
        *(
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            head,
            f"{head}.",
            f"{head}.{payload}",
            f"{head}.{payload}.",
        ),
        *(f"{head}.{payload}.{bad}" for bad in flipped if bad != signature),
        *(f"{payload}.{head}.{signature}", f"{head}.{head}.{signature}", f".{payload}.{signature}"),
        *(f"{head}.{payload}.{signature}.x", f"{head}.{payload}.!!!", f"{head}==.{payload}.x"),
        *(
            "\xff\xfe\xfd",
            "é.é.é",
            "a" * 7_000,
            "e30.e30.e30",
            "bnVsbA.bnVsbA.bnVsbA",
            "W10.W10.W10",
        ),
        jwt.encode(timed, other, algorithm="HS256"),
        jwt.encode(timed, "", algorithm="none"),
        jwt.encode(timed, other, algorithm="HS256", headers={"kid": "../../dev/null"}),
        jwt.encode(claims, other, algorithm="HS512"),
    ]
    for token in given:
        for path in ("/api/auth/me", f"/api/videos/{world.video}/stream"):
            line = f"Authorization: Bearer {token}"
            yield Hostile(f"{path} {token[:40]}", request(None, "GET", path, line), refused=True)
        if token.isascii():
            signed = f"/api/videos/{world.video}/stream?token={token}"
            yield Hostile(signed[:90], request(None, "GET", signed), refused=True)
