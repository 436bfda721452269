import pytest

from adapters_http import HttpSettings
from tests.integration.http.api import MISSING_ID, PUBLIC_URL, Api, Member

ALLOWED = "https://family.example"
FOREIGN = "https://evil.example"


@pytest.fixture
def http_settings() -> HttpSettings:
    return HttpSettings(public_url=PUBLIC_URL, origins=frozenset({ALLOWED}))


async def test_a_page_of_an_allowed_origin_may_read_every_answer(api: Api, member: Member) -> None:
    for path in ("/api/auth/me", "/api/nowhere", f"/api/videos/{MISSING_ID}"):
        reply = await api.call("GET", path, member, headers={"Origin": ALLOWED})

        assert reply.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert "X-Request-ID" in reply.headers["Access-Control-Expose-Headers"]
        assert "Origin" in reply.headers["Vary"]


async def test_a_stream_can_be_read_too(api: Api, member: Member) -> None:
    video = await api.add_completed(member)

    reply = await api.call(
        "GET", f"/api/videos/{video.id}/stream", member, headers={"Origin": ALLOWED}
    )

    assert reply.headers["Access-Control-Allow-Origin"] == ALLOWED


async def test_a_page_of_another_origin_may_read_nothing(api: Api, member: Member) -> None:
    reply = await api.call("GET", "/api/auth/me", member, headers={"Origin": FOREIGN})

    assert "Access-Control-Allow-Origin" not in reply.headers


async def test_a_browser_that_asks_first_is_told_what_it_may_send(api: Api) -> None:
    reply = await api.call(
        "OPTIONS",
        "/api/videos",
        headers={"Origin": ALLOWED, "Access-Control-Request-Method": "POST"},
    )

    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    allowed = reply.headers["Access-Control-Allow-Headers"].split(", ")
    assert "Authorization" in allowed
    assert {"Upload-Length", "Upload-Defer-Length", "Upload-Concat"} <= set(allowed)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"},
        {"Origin": ALLOWED},
        {},
    ],
)
async def test_other_options_are_a_method_that_is_not_allowed(
    api: Api, headers: dict[str, str]
) -> None:
    reply = await api.call("OPTIONS", "/api/videos", headers=headers)

    assert (reply.status, reply.json["error_code"]) == (405, "method_not_allowed")
