"""What holds for every route: paths, methods, headers, crashes, and the id of a request."""

import pytest
from aiohttp import web
from structlog.contextvars import merge_contextvars
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from adapters_http.app import ROUTES
from adapters_http.routing import Route
from tests.integration.http.api import (
    Api,
    Member,
    check_error,
)

PATHS = sorted({row.path for row in ROUTES})


def name_of(row: Route) -> str:
    return f"{row.method} {row.path}"


def fill(row: Route, admin: Member) -> str:
    """Give a path of the route; the id is always the admin's, since what is tested is read before."""
    return (
        row.path.replace("{id}", str(admin.id))
        .replace("{token}", "unknown")
        .replace("{file}", "initialise.js")
    )


@pytest.mark.parametrize(
    "path", ["/nowhere", "/web/", "/api", "/api/", "/api/video", "/api/videos/", "/%00", "/%C3%A9"]
)
async def test_an_unknown_path_is_a_404(api: Api, path: str) -> None:
    check_error(await api.call("GET", path), 404, "not_found")


@pytest.mark.parametrize("path", PATHS)
async def test_a_method_that_a_path_does_not_have_is_a_405(
    api: Api, admin: Member, path: str
) -> None:
    methods = {row.method for row in ROUTES if row.path == path}
    allowed = methods | ({"HEAD"} if "GET" in methods else set())

    for method in {"PUT", "OPTIONS", "TRACE", "PROPFIND"} - methods:
        known = (
            path.replace("{id}", str(admin.id))
            .replace("{token}", "x")
            .replace("{file}", "initialise.js")
        )
        reply = await api.call(method, known)
        check_error(reply, 405, "method_not_allowed")
        assert reply.headers["Allow"] == ", ".join(sorted(allowed))


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "GET"], ids=name_of)
async def test_head_answers_as_get_does_without_a_body(api: Api, admin: Member, row: Route) -> None:
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


class SecretError(Exception):
    """A bug that knows something it must not tell."""


async def test_a_crash_tells_the_log_everything_and_the_client_nothing(
    api: Api, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **__: object) -> None:
        raise SecretError("password=hunter2 in /srv/secret.db")

    monkeypatch.setattr(type(api.use_cases.show_config), "__call__", crash)

    named = {"X-Request-ID": "crash-1"}
    with capture_logs(processors=[merge_contextvars, format_exc_info]) as logs:
        reply = await api.call("GET", "/api/admin/config", admin, headers=named)

    body = check_error(reply, 500, "internal_error")
    for secret in ("hunter2", "secret", "Traceback", "SecretError", ".py"):
        assert secret not in reply.content.decode()
    assert set(body) == {"detail", "error_code"}
    assert reply.headers["X-Request-ID"] == "crash-1"
    crashed, request = logs
    assert (crashed["event"], crashed["request_id"]) == ("crash", "crash-1")
    assert "Traceback" in crashed["exception"]
    assert "SecretError: password=hunter2" in crashed["exception"]
    assert (request["event"], request["status"]) == ("request", 500)
    assert (request["request_id"], request["user"]) == ("crash-1", str(admin.id))


async def test_a_failure_without_a_status_is_a_crash(
    api: Api, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidcore.errors import LeaseLostError  # noqa: PLC0415

    async def fail(*_: object, **__: object) -> None:
        raise LeaseLostError(7)

    monkeypatch.setattr(type(api.use_cases.show_config), "__call__", fail)

    with capture_logs() as logs:
        reply = await api.call("GET", "/api/admin/config", admin)

    check_error(reply, 500, "internal_error")
    assert logs[0]["failure"] == "LeaseLostError"
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
