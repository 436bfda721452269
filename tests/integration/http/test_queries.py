"""What holds for every query: nothing unknown, nothing twice, and pages within their bounds."""

import pytest

from adapters_http.app import ROUTES
from adapters_http.handlers.queries import PageQuery
from adapters_http.routing import Route
from tests.integration.http.api import (
    MISSING_ID,
    Api,
    Member,
    check_error,
)

WITH_PAGES = [row for row in ROUTES if issubclass(row.query, PageQuery)]


def name_of(row: Route) -> str:
    return f"{row.method} {row.path}"


def fill(row: Route, admin: Member) -> str:
    """Give a path of the route; the id is always the admin's, since what is tested is read before."""
    return (
        row.path.replace("{id}", str(admin.id))
        .replace("{token}", "unknown")
        .replace("{file}", "initialise.js")
    )


@pytest.mark.parametrize("row", ROUTES, ids=name_of)
async def test_an_unknown_or_repeated_query_parameter_is_refused(
    api: Api, admin: Member, row: Route
) -> None:
    path = fill(row, admin)

    unknown = await api.call(row.method, f"{path}?nonsense=1", admin)
    repeated = await api.call(row.method, f"{path}?page=1&page=1&q=a&q=a", admin)

    if row.method == "HEAD":  # whose answer says nothing
        assert (unknown.status, repeated.status) == (422, 422)
        return
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
        assert set(body) == {"items", "total", "page", "page_size", "pages", "next_cursor"}
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
        ("/api/users?is_active=yes", {"is_active"}),
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
