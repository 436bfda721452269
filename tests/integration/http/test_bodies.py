"""What holds for every JSON body: how it is sent, and what is in it."""

import asyncio
from io import BytesIO
from typing import Any

import attrs
import orjson
import pytest

from adapters_http.app import ROUTES
from adapters_http.routing import JSON_MAX, Multipart, Nothing, OctetStream, Route
from tests.integration.http.api import (
    HEAD_END,
    Api,
    Member,
    check_error,
    read_reply,
    until,
)
from tests.integration.http.forms import head_of
from vidcore.details import Unset

WITH_JSON = [row for row in ROUTES if row.body not in (Nothing, Multipart, OctetStream)]


def name_of(row: Route) -> str:
    return f"{row.method} {row.path}"


def fill(row: Route, admin: Member) -> str:
    """Give a path of the route; the id is always the admin's, since what is tested is read before."""
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
    no_objects: tuple[Any, ...] = ([], [{}], None, "text", 5, True)
    for no_object in no_objects:
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
        await until(lambda: api.in_flight)
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
        await until(lambda: api.in_flight)
        writer.write(body)
        reply = await read_reply(reader)

    check_error(reply, 400, "malformed_request")


async def test_bytes_of_a_header_that_are_no_text_are_not_sent_back(
    api: Api, admin: Member
) -> None:
    async with api.connection() as (reader, writer):
        head = head_of(admin, "Content-Type: TYPE", "Content-Length: 2", path="/api/categories")
        writer.write(head.replace(b"TYPE", b"\xff/\xfe") + b"{}")
        reply = await read_reply(reader)

    body = check_error(reply, 415, "unsupported_media_type")
    assert "?/?" in body["detail"]


def test_only_what_may_be_null_is_so_in_the_table() -> None:
    for row in WITH_JSON:
        for field in attrs.fields(row.body):
            assert field.default in (attrs.NOTHING, Unset.UNSET, False)
