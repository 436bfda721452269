"""What holds for every route: bodies, queries, pages, ids, errors, and the id of a request."""

import asyncio
from io import BytesIO
from typing import Any

import attrs
import orjson
import pytest
from aiohttp import web

from adapters_http.app import ROUTES
from adapters_http.handlers.queries import PageQuery
from adapters_http.routing import BUSY, JSON_MAX, Multipart, Nothing, Route
from tests.integration.http.api import (
    HEAD_END,
    MISSING_ID,
    Api,
    Member,
    check_error,
    read_reply,
    until,
)
from tests.integration.http.forms import head_of
from vidcore.videos import Unset

WITH_JSON = [row for row in ROUTES if row.body not in (Nothing, Multipart)]
WITH_PAGES = [row for row in ROUTES if issubclass(row.query, PageQuery)]
PATHS = sorted({row.path for row in ROUTES})


def name_of(row: Route) -> str:
    return f"{row.method} {row.path}"


def fill(row: Route, admin: Member) -> str:
    """Give a path of the route; the id is always the admin's, since bodies are read before it."""
    return row.path.replace("{id}", str(admin.id)).replace("{token}", "unknown")


def required(row: Route) -> set[str]:
    return {field.name for field in attrs.fields(row.body) if field.default is attrs.NOTHING}


@pytest.mark.parametrize("row", WITH_JSON, ids=name_of)
async def test_a_body_that_is_not_as_described_is_refused_whole(
    api: Api, admin: Member, row: Route
) -> None:
    path = fill(row, admin)
    names = {field.name for field in attrs.fields(row.body)}
    nullable = {"description", "category_id"}

    async def blamed(body: Any) -> set[str]:
        headers = {"Content-Type": "application/json"}
        reply = await api.call(row.method, path, admin, data=orjson.dumps(body), headers=headers)
        check_error(reply, 422, "validation_error")
        return reply.fields

    if required(row):
        assert await blamed({}) == required(row)
    for no_object in ([], [{}], None, "text", 5, True):
        assert await blamed(no_object) == {"body"}
    assert await blamed({name: [] for name in names} | {"nonsense": 1}) == names | {"nonsense"}
    assert await blamed({name: {} for name in names}) == names
    assert await blamed(dict.fromkeys(names)) == names - nullable


@pytest.mark.parametrize("row", WITH_JSON, ids=name_of)
async def test_a_body_must_be_json_and_say_so(api: Api, admin: Member, row: Route) -> None:
    path = fill(row, admin)

    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        reply = await api.call(
            row.method, path, admin, data=b"{}", headers={"Content-Type": content_type}
        )
        check_error(reply, 415, "unsupported_media_type")
    for broken in (b"", b"{", b"{'a': 1}", b"\xff", b"[" * 5_000, b'{"a": NaN}', b'"\\ud800"'):
        reply = await api.call(
            row.method, path, admin, data=broken, headers={"Content-Type": "application/json"}
        )
        check_error(reply, 400, "malformed_request")


@pytest.mark.parametrize("row", WITH_JSON, ids=name_of)
async def test_a_body_has_at_most_a_mebibyte(api: Api, admin: Member, row: Route) -> None:
    path = fill(row, admin)
    headers = {"Content-Type": "application/json"}
    body = b'"' + b"x" * (JSON_MAX - 2) + b'"'

    fits = await api.call(row.method, path, admin, data=BytesIO(body), headers=headers)
    too_large = await api.call(row.method, path, admin, data=BytesIO(body + b" "), headers=headers)

    check_error(fits, 422, "validation_error")
    check_error(too_large, 413, "file_too_large")


async def test_a_content_type_may_have_parameters_and_any_case(api: Api, admin: Member) -> None:
    reply = await api.call(
        "POST",
        "/api/categories",
        admin,
        data='{"name": "Ä"}'.encode(),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )

    assert (reply.status, reply.json["name"]) == (201, "Ä")


@pytest.mark.parametrize("row", ROUTES, ids=name_of)
async def test_an_unknown_or_repeated_query_parameter_is_refused(
    api: Api, admin: Member, row: Route
) -> None:
    path = fill(row, admin)

    unknown = await api.call(row.method, f"{path}?nonsense=1", admin)
    repeated = await api.call(row.method, f"{path}?page=1&page=1&q=a&q=a", admin)

    check_error(unknown, 422, "validation_error")
    assert unknown.fields == {"nonsense"}
    check_error(repeated, 422, "validation_error")
    assert repeated.fields == {"page", "q"}


@pytest.mark.parametrize("row", WITH_PAGES, ids=name_of)
async def test_pages_have_bounds(api: Api, admin: Member, row: Route) -> None:
    path = fill(row, admin)

    for query in ("page=0", "page=-1", "page=x", "page=", "page=1.0", "page=%D9%A1", "page=1e2"):
        reply = await api.call("GET", f"{path}?{query}", admin)
        check_error(reply, 422, "validation_error")
        assert reply.fields == {"page"}
    for query in ("page_size=0", "page_size=101", "page_size=-5", f"page_size={10**30}"):
        reply = await api.call("GET", f"{path}?{query}", admin)
        check_error(reply, 422, "validation_error")
        assert reply.fields == {"page_size"}
    for query, page, size in (("", 1, 10), ("page=7&page_size=1", 7, 1), ("page_size=100", 1, 100)):
        body = (await api.call("GET", f"{path}?{query}", admin)).json
        assert set(body) == {"items", "total", "page", "page_size", "pages"}
        assert (body["page"], body["page_size"]) == (page, size)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/videos?category_id=x", {"category_id"}),
        ("/api/videos?category_id=", {"category_id"}),
        (f"/api/videos?uploaded_by={MISSING_ID.replace('-', '')}", {"uploaded_by"}),
        ("/api/videos?status=done&sort_by=id&order=up", {"status", "sort_by", "order"}),
        ("/api/videos?q=%00", {"q"}),
        ("/api/users?q=%00", {"q"}),
        ("/api/users?role=boss", {"role"}),
        ("/api/users?is_active=1", {"is_active"}),
        ("/api/users?is_active=True", {"is_active"}),
        ("/api/invitations?status=revoked", {"status"}),
    ],
)
async def test_a_query_that_is_not_as_described_is_refused(
    api: Api, admin: Member, path: str, fields: set[str]
) -> None:
    reply = await api.call("GET", path, admin)

    check_error(reply, 422, "validation_error")
    assert reply.fields == fields


@pytest.mark.parametrize("path", ["/", "/api", "/api/", "/api/video", "/api/videos/", "/%00", "/%C3%A9"])
async def test_an_unknown_path_is_a_404(api: Api, path: str) -> None:
    check_error(await api.call("GET", path), 404, "not_found")


@pytest.mark.parametrize("path", PATHS)
async def test_a_method_that_a_path_does_not_have_is_a_405(
    api: Api, admin: Member, path: str
) -> None:
    methods = {row.method for row in ROUTES if row.path == path}
    allowed = methods | ({"HEAD"} if "GET" in methods else set())

    for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND"):
        known = path.replace("{id}", str(admin.id)).replace("{token}", "x")
        reply = await api.call(method, known)
        check_error(reply, 405, "method_not_allowed")
        assert reply.headers["Allow"] == ", ".join(sorted(allowed))


@pytest.mark.parametrize(
    "row", [row for row in ROUTES if row.method == "GET"], ids=name_of
)
async def test_head_answers_as_get_does_without_a_body(
    api: Api, admin: Member, row: Route
) -> None:
    path = fill(row, admin)

    get = await api.call("GET", path, admin)
    head = await api.call("HEAD", path, admin)

    assert (head.status, head.content) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


async def test_every_answer_forbids_guessing_and_storing(api: Api, admin: Member) -> None:
    for path in ("/healthz", "/api/users", "/nowhere"):
        headers = (await api.call("GET", path, admin)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", ["a", "A-z_0.9", "x" * 128])
async def test_a_good_request_id_is_kept(api: Api, given: str) -> None:
    for path in ("/healthz", "/nowhere", "/api/auth/me"):
        reply = await api.call("GET", path, headers={"X-Request-ID": given})
        assert reply.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a/b", "é", "a,b"])
async def test_a_bad_request_id_is_replaced(api: Api, given: str) -> None:
    first = await api.call("GET", "/healthz", headers={"X-Request-ID": given})
    second = await api.call("GET", "/healthz")

    new = {first.headers["X-Request-ID"], second.headers["X-Request-ID"]}
    assert len(new) == 2
    assert given not in new
    assert all(len(request_id) == 16 for request_id in new)


async def test_an_expectation_that_nobody_knows_is_ignored(api: Api, admin: Member) -> None:
    async with api.connection() as (reader, writer):
        writer.write(head_of(admin, "Expect: miracles", method="GET", path="/api/auth/me"))
        reply = await read_reply(reader)

    assert (reply.status, reply.json["username"]) == (200, "Ada")


@pytest.mark.parametrize("path", ["/api/categories", "/nowhere"])
async def test_a_json_body_is_waited_for_where_the_client_asks_first(
    api: Api, admin: Member, path: str
) -> None:
    body = b'{"name": "Art"}'
    lines = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    async with api.connection() as (reader, writer):
        writer.write(head_of(admin, *lines, "Expect: 100-continue", path=path))
        interim = await asyncio.wait_for(reader.readuntil(HEAD_END), 5)
        writer.write(body)
        reply = await read_reply(reader)

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert reply.status == (201 if path == "/api/categories" else 404)


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (("Content-Encoding: gzip", "Content-Length: 4"), b"{}  "),
        (("Content-Encoding: deflate", "Content-Length: 4"), b"\xff\xff\xff\xff"),
    ],
)
async def test_a_body_with_broken_framing_is_malformed(
    api: Api, admin: Member, lines: tuple[str, ...], body: bytes
) -> None:
    async with api.connection() as (reader, writer):
        head = head_of(admin, "Content-Type: application/json", *lines, path="/api/categories")
        writer.write(head)
        await until(lambda: api.client.app is not None and api.client.app[BUSY].count)
        writer.write(body)
        reply = await read_reply(reader)

    check_error(reply, 400, "malformed_request")
    assert not api.tables.categories


@pytest.mark.parametrize(
    ("lines", "body"),
    [(("Transfer-Encoding: chunked",), b"xyz\r\n"), (("Content-Length: 3",), b"{}")],
)
async def test_a_body_that_never_ends_is_given_up(
    api: Api,
    admin: Member,
    monkeypatch: pytest.MonkeyPatch,
    lines: tuple[str, ...],
    body: bytes,
) -> None:
    monkeypatch.setattr("adapters_http.routing.BODY_TIME", 0.2)
    async with api.connection() as (reader, writer):
        writer.write(
            head_of(admin, "Content-Type: application/json", *lines, path="/api/categories")
        )
        await until(lambda: api.client.app is not None and api.client.app[BUSY].count)
        writer.write(body)
        reply = await read_reply(reader)

    check_error(reply, 400, "malformed_request")


class SecretError(Exception):
    """A bug that knows something it must not tell."""


async def test_a_crash_tells_the_log_everything_and_the_client_nothing(
    api: Api, admin: Member, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def crash(*_: object, **__: object) -> None:
        raise SecretError("password=hunter2 in /srv/secret.db")

    monkeypatch.setattr(type(api.use_cases.show_config), "__call__", crash)

    reply = await api.call("GET", "/api/admin/config", admin, headers={"X-Request-ID": "crash-1"})

    body = check_error(reply, 500, "internal_error")
    for secret in ("hunter2", "secret", "Traceback", "SecretError", ".py"):
        assert secret not in reply.content.decode()
    assert set(body) == {"detail", "error_code"}
    assert reply.headers["X-Request-ID"] == "crash-1"
    logged = capsys.readouterr().out
    assert "crash-1" in logged
    assert "Traceback" in logged
    assert "SecretError: password=hunter2" in logged


async def test_a_failure_without_a_status_is_a_crash(
    api: Api, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidcore.errors import LeaseLostError  # noqa: PLC0415

    async def fail(*_: object, **__: object) -> None:
        raise LeaseLostError(7)

    monkeypatch.setattr(type(api.use_cases.show_config), "__call__", fail)

    reply = await api.call("GET", "/api/admin/config", admin)

    check_error(reply, 500, "internal_error")
    assert "7" not in reply.json["detail"]


async def test_failures_of_the_web_framework_have_the_same_shape(
    api: Api, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for raised, status, code in (
        (web.HTTPRequestEntityTooLarge(5, 6), 413, "file_too_large"),
        (web.HTTPBadRequest(), 400, "malformed_request"),
    ):

        async def fail(*_: object, error: Exception = raised, **__: object) -> None:
            raise error

        monkeypatch.setattr(type(api.use_cases.show_config), "__call__", fail)
        check_error(await api.call("GET", "/api/admin/config", admin), status, code)


def test_only_what_may_be_null_is_so_in_the_table() -> None:
    for row in WITH_JSON:
        for field in attrs.fields(row.body):
            assert field.default in (attrs.NOTHING, Unset.UNSET)
