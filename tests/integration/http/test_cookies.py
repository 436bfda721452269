"""A browser's session: a cookie that scripts cannot read, and that other pages cannot use."""

from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest

from adapters_http import HttpSettings
from adapters_http.app import ROUTES
from adapters_http.cookies import COOKIE, SAFE
from adapters_http.routing import Access, Route
from tests.integration.http.api import PASSWORD, PUBLIC_URL, Api, Member, Reply, check_error
from tests.integration.http.resumable import TUS

ALLOWED = "https://family.example"
OWN = {"Origin": PUBLIC_URL}
FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": ALLOWED}, {"Origin": "null"}]
FORBIDDEN = (403, "permission_denied")
UNSAFE = [
    row for row in ROUTES if row.method not in SAFE and row.access in {Access.MEMBER, Access.ADMIN}
]


@pytest.fixture
def http_settings() -> HttpSettings:
    return HttpSettings(public_url=PUBLIC_URL, origins=frozenset({ALLOWED}))


def with_cookie(member: Member, **more: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={member.token}", **more}


def cookie_of(reply: Reply) -> "Morsel[str]":
    return SimpleCookie(reply.headers["Set-Cookie"])[COOKIE]


async def log_in(api: Api, member: Member, headers: dict[str, str], **changes: Any) -> Reply:
    body = {"username": member.user.username, "password": PASSWORD, "cookie": True} | changes
    return await api.call("POST", "/api/auth/login", json=body, headers=headers)


async def test_logging_in_sets_a_cookie_that_no_script_and_no_other_page_can_use(
    api: Api, member: Member
) -> None:
    reply = await log_in(api, member, OWN)

    cookie = cookie_of(reply)
    assert (reply.status, cookie.value) == (200, reply.json["access_token"])
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert (cookie["path"], cookie["max-age"], cookie["domain"]) == ("/", "86400", "")


async def test_registering_sets_it_too(api: Api) -> None:
    _, token = await api.add_invitation()
    body = {"token": token, "username": "Nina", "password": PASSWORD, "cookie": True}

    reply = await api.call("POST", "/api/auth/register", json=body, headers=OWN)

    assert cookie_of(reply).value == reply.json["access_token"]


async def test_who_does_not_ask_for_a_cookie_gets_none(api: Api, member: Member) -> None:
    reply = await log_in(api, member, OWN, cookie=False)

    assert reply.status == 200
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("headers", [*FOREIGN, {}])
async def test_another_page_cannot_sign_a_browser_in(
    api: Api, member: Member, headers: dict[str, str]
) -> None:
    _, token = await api.add_invitation()
    registration = {"token": token, "username": "N.N", "password": PASSWORD, "cookie": True}

    for reply in (
        await log_in(api, member, headers),
        await api.call("POST", "/api/auth/register", json=registration, headers=headers),
    ):
        check_error(reply, *FORBIDDEN)
        assert "Set-Cookie" not in reply.headers


async def test_a_cookie_opens_what_a_bearer_opens(api: Api, member: Member) -> None:
    for path in ("/api/auth/me", "/api/videos", "/api/categories"):
        reply = await api.call("GET", path, headers=with_cookie(member))
        assert reply.status == 200
    check_error(await api.call("GET", "/api/users", headers=with_cookie(member)), *FORBIDDEN)


async def test_the_own_page_may_change_with_a_cookie(api: Api, member: Member) -> None:
    video = await api.add_completed(member)

    reply = await api.call(
        "PATCH",
        f"/api/videos/{video.id}",
        json={"title": "Other"},
        headers=with_cookie(member, **OWN),
    )

    assert (reply.status, reply.json["title"]) == (200, "Other")


@pytest.mark.parametrize("headers", [*FOREIGN, {}])
@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: f"{row.method} {row.path}")
async def test_no_other_page_changes_anything_with_a_cookie(
    api: Api, admin: Member, row: Route, headers: dict[str, str]
) -> None:
    path = row.path.replace("{id}", str(admin.id))

    reply = await api.call(row.method, path, headers=with_cookie(admin, **headers, **TUS))

    check_error(reply, *FORBIDDEN)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_other_page_reads_with_a_cookie(
    api: Api, member: Member, headers: dict[str, str]
) -> None:
    upload = await api.add_upload(member)
    for method, path in (("GET", "/api/auth/me"), ("GET", "/api/videos")):
        reply = await api.call(method, path, headers=with_cookie(member, **headers))
        check_error(reply, *FORBIDDEN)
        assert "Access-Control-Allow-Credentials" not in reply.headers
    for method, path in (("HEAD", f"/api/uploads/{upload}"), ("OPTIONS", "/api/uploads")):
        reply = await api.call(method, path, headers=with_cookie(member, **headers, **TUS))
        assert reply.status == 403


async def test_a_bearer_wins_over_a_cookie(api: Api, admin: Member, member: Member) -> None:
    headers = {**member.headers, **with_cookie(admin), **FOREIGN[0]}

    reply = await api.call("GET", "/api/auth/me", headers=headers)
    assert reply.json["username"] == member.user.username

    check_error(
        await api.call("GET", "/api/auth/me", headers=headers | {"Authorization": "Bearer x"}),
        401,
        "not_authenticated",
    )


@pytest.mark.parametrize("value", ["", "garbage", '"'])
async def test_a_cookie_that_holds_nothing_opens_nothing(api: Api, value: str) -> None:
    reply = await api.call("GET", "/api/auth/me", headers={"Cookie": f"{COOKIE}={value}"})

    check_error(reply, 401, "not_authenticated")


async def test_signed_addresses_work_beside_whatever_cookie(api: Api, member: Member) -> None:
    video = await api.add_completed(member)
    path = f"/api/videos/{video.id}/stream"
    signed = f"{path}?token={api.media_token(member, video)}"

    for headers in (
        with_cookie(member),
        {"Cookie": f"{COOKIE}=old"},
        with_cookie(member, **FOREIGN[0]),
    ):
        assert (await api.call("GET", signed, headers=headers)).status == 200
    assert (await api.call("GET", path, headers=with_cookie(member))).status == 200
    check_error(
        await api.call("GET", path, headers={"Cookie": f"{COOKIE}=old"}), 401, "not_authenticated"
    )
    check_error(await api.call("GET", path, headers=with_cookie(member, **FOREIGN[0])), *FORBIDDEN)


async def test_logging_out_forgets_the_cookie_whatever_it_was(api: Api, member: Member) -> None:
    for headers in ({**OWN, **with_cookie(member)}, OWN, {}, {**OWN, "Cookie": f"{COOKIE}=old"}):
        reply = await api.call("POST", "/api/auth/logout", headers=headers)

        cookie = cookie_of(reply)
        assert (reply.status, cookie.value, cookie["max-age"]) == (204, "", "0")


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_other_page_logs_a_browser_out(api: Api, headers: dict[str, str]) -> None:
    reply = await api.call("POST", "/api/auth/logout", headers=headers)

    check_error(reply, *FORBIDDEN)
    assert "Set-Cookie" not in reply.headers


async def test_a_new_password_ends_the_old_cookie_and_gives_a_new_one(
    api: Api, member: Member
) -> None:
    old = with_cookie(member, **OWN)
    body = {"current_password": PASSWORD, "new_password": "another password"}

    reply = await api.call("POST", "/api/auth/password", json=body, headers=old)

    assert reply.status == 204
    new = {"Cookie": f"{COOKIE}={cookie_of(reply).value}"}
    check_error(await api.call("GET", "/api/auth/me", headers=old), 401, "not_authenticated")
    assert (await api.call("GET", "/api/auth/me", headers=new)).status == 200


async def test_a_new_password_gives_a_bearer_no_cookie(api: Api, member: Member) -> None:
    body = {"current_password": PASSWORD, "new_password": "another password"}

    reply = await api.call("POST", "/api/auth/password", member, json=body)

    assert reply.status == 204
    assert "Set-Cookie" not in reply.headers


class TestWithoutAPublicUrl:
    @pytest.fixture
    def http_settings(self) -> HttpSettings:
        return HttpSettings(public_url=PUBLIC_URL, any_host=True)

    async def test_the_page_is_that_of_the_host_asked(self, api: Api, member: Member) -> None:
        host = {"Host": "nas.local:8000"}
        reply = await log_in(api, member, {**host, "Origin": "http://nas.local:8000"})

        assert reply.status == 200
        assert not cookie_of(reply)["secure"]
        check_error(await log_in(api, member, {**host, "Origin": PUBLIC_URL}), *FORBIDDEN)
