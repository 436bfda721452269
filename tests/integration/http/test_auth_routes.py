"""Registration, log-in, the own account, its password: what the contract says of /api/auth."""

import asyncio
from datetime import timedelta

import jwt
import pytest

from tests.integration.http.api import PASSWORD, Api, Member, check_error
from vidcore.invitations import VALIDITY

USER_FIELDS = {
    "id",
    "email",
    "username",
    "role",
    "is_active",
    "created_at",
    "weekly_upload_bytes",
    "weekly_upload_limit_bytes",
    "last_upload_reset",
    "quota_resets_at",
}


def registration(token: str, **changes: str) -> dict[str, str]:
    return {"token": token, "username": "Nina", "password": PASSWORD} | changes


async def test_registering_opens_a_session_for_the_invited_address(api: Api) -> None:
    _, token = await api.add_invitation(email="nina@example.org")

    reply = await api.call("POST", "/api/auth/register", json=registration(token))

    body = reply.json
    assert reply.status == 201
    assert set(body) == {"access_token", "token_type", "expires_in", "user"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86_400)
    assert body["user"] == {
        "id": body["user"]["id"],
        "email": "nina@example.org",
        "username": "Nina",
        "role": "user",
        "is_active": True,
        "created_at": "2026-03-04T05:06:07.890123Z",
        "weekly_upload_bytes": 0,
        "weekly_upload_limit_bytes": 5 << 30,
        "last_upload_reset": "2026-03-01T00:00:00Z",
        "quota_resets_at": "2026-03-08T00:00:00Z",
    }


async def test_a_session_token_says_who_it_is_of_and_how_long(api: Api) -> None:
    _, token = await api.add_invitation()
    body = (await api.call("POST", "/api/auth/register", json=registration(token))).json

    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert {"user_id", "username", "role", "iat", "exp"} <= set(claims)
    assert (claims["user_id"], claims["username"]) == (body["user"]["id"], "Nina")
    assert claims["exp"] - claims["iat"] == body["expires_in"]


async def test_of_two_registrations_with_one_token_one_succeeds(api: Api) -> None:
    _, token = await api.add_invitation()
    calls = [
        api.call("POST", "/api/auth/register", json=registration(token, username=name))
        for name in ("Nina", "Nils")
    ]

    statuses = sorted(reply.status for reply in await asyncio.gather(*calls))

    assert statuses == [201, 404]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "ab"}, "username"),
        ({"username": "a" * 33}, "username"),
        ({"username": "näme"}, "username"),
        ({"username": "nina\n"}, "username"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "NUL\x00 in the midst"}, "password"),
    ],
)
async def test_registering_keeps_to_the_rules_for_names(
    api: Api, changes: dict[str, str], field: str
) -> None:
    _, token = await api.add_invitation()

    reply = await api.call("POST", "/api/auth/register", json=registration(token, **changes))

    check_error(reply, 422, "validation_error")
    assert reply.fields == {field}
    assert not api.tables.users


@pytest.mark.usefixtures("member")
async def test_registering_with_a_taken_name_is_a_conflict_in_any_case(api: Api) -> None:
    _, token = await api.add_invitation()

    reply = await api.call("POST", "/api/auth/register", json=registration(token, username="MAX"))

    check_error(reply, 409, "username_taken")
    assert (await api.call("GET", f"/api/invitations/validate/{token}")).status == 200


async def test_registering_with_a_taken_address_is_a_conflict(api: Api, member: Member) -> None:
    _, token = await api.add_invitation(email=member.user.email.upper())

    reply = await api.call("POST", "/api/auth/register", json=registration(token))

    check_error(reply, 409, "email_taken")


async def test_registering_without_a_good_invitation_is_refused(api: Api) -> None:
    _, late = await api.add_invitation()
    _, used = await api.add_invitation(used_at=api.clock.now())
    api.clock.advance(VALIDITY)

    for token, status, code in (
        ("unknown", 404, "invitation_invalid"),
        (used, 404, "invitation_invalid"),
        (late, 410, "invitation_expired"),
    ):
        reply = await api.call("POST", "/api/auth/register", json=registration(token))
        check_error(reply, status, code)


@pytest.mark.parametrize("login", ["Max", "mAX", "max@example.org", "MAX@example.ORG"])
async def test_one_logs_in_with_name_or_address(api: Api, login: str) -> None:
    member = await api.add_member("Max", email="max@example.org")

    reply = await api.call(
        "POST", "/api/auth/login", json={"username": login, "password": PASSWORD}
    )

    assert reply.status == 200
    assert set(reply.json) == {"access_token", "token_type", "expires_in", "user"}
    assert set(reply.json["user"]) == USER_FIELDS
    assert reply.json["user"]["id"] == str(member.id)


@pytest.mark.usefixtures("member")
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(api: Api) -> None:
    replies = [
        await api.call("POST", "/api/auth/login", json={"username": name, "password": password})
        for name, password in (("Max", "wrong password"), ("nobody", PASSWORD), ("", ""))
    ]

    for reply in replies:
        check_error(reply, 401, "invalid_credentials")
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert len({reply.content for reply in replies}) == 1


async def test_a_switched_off_account_is_told_so_only_with_the_right_password(
    api: Api, member: Member
) -> None:
    await api.switch_off(member)

    right = {"username": "Max", "password": PASSWORD}
    check_error(await api.call("POST", "/api/auth/login", json=right), 403, "account_inactive")
    wrong = {"username": "Max", "password": "wrong password"}
    check_error(await api.call("POST", "/api/auth/login", json=wrong), 401, "invalid_credentials")


@pytest.mark.usefixtures("member")
async def test_the_eleventh_failed_login_must_wait(api: Api) -> None:
    wrong = {"username": "Max", "password": "wrong password"}
    for _ in range(10):
        await api.call("POST", "/api/auth/login", json=wrong)
        api.clock.advance(timedelta(seconds=1))

    right = {"username": "Max", "password": PASSWORD}
    reply = await api.call("POST", "/api/auth/login", json=right)
    check_error(reply, 429, "too_many_requests")
    assert reply.headers["Retry-After"] == str(15 * 60 - 10)
    api.clock.advance(timedelta(seconds=15 * 60 - 10))
    assert (await api.call("POST", "/api/auth/login", json=right)).status == 200


async def test_the_fifty_first_failed_login_from_one_address_must_wait(api: Api) -> None:
    for number in range(50):
        wrong = {"username": f"nobody-{number}", "password": "wrong password"}
        check_error(
            await api.call("POST", "/api/auth/login", json=wrong), 401, "invalid_credentials"
        )

    right = {"username": "Max", "password": PASSWORD}
    reply = await api.call("POST", "/api/auth/login", json=right)
    check_error(reply, 429, "too_many_requests")


async def test_a_member_sees_the_own_account(api: Api) -> None:
    member = await api.add_member("Max", weekly_upload_bytes=1234)

    reply = await api.call("GET", "/api/auth/me", member)

    assert reply.status == 200
    assert set(reply.json) == USER_FIELDS
    assert (reply.json["username"], reply.json["weekly_upload_bytes"]) == ("Max", 1234)


async def test_a_new_week_begins_without_any_job(api: Api) -> None:
    member = await api.add_member("Max", weekly_upload_bytes=1234)
    api.clock.advance(timedelta(days=4))
    fresh = {"Authorization": f"Bearer {api.tokens.issue(member.user, api.clock.now()).value}"}

    body = (await api.call("GET", "/api/auth/me", headers=fresh)).json

    assert body["weekly_upload_bytes"] == 0
    assert body["last_upload_reset"] == "2026-03-08T00:00:00Z"
    assert body["quota_resets_at"] == "2026-03-15T00:00:00Z"


async def test_a_new_password_ends_every_earlier_token(api: Api, member: Member) -> None:
    change = {"current_password": PASSWORD, "new_password": "another password"}

    reply = await api.call("POST", "/api/auth/password", member, json=change)

    assert (reply.status, reply.content) == (204, b"")
    check_error(await api.call("GET", "/api/auth/me", member), 401, "not_authenticated")
    login = {"username": "Max", "password": "another password"}
    assert (await api.call("POST", "/api/auth/login", json=login)).status == 200


async def test_a_password_is_changed_only_by_who_knows_it(api: Api, member: Member) -> None:
    wrong = {"current_password": "wrong password", "new_password": "another password"}
    reply = await api.call("POST", "/api/auth/password", member, json=wrong)
    check_error(reply, 401, "invalid_credentials")

    short = {"current_password": PASSWORD, "new_password": "short"}
    reply = await api.call("POST", "/api/auth/password", member, json=short)
    check_error(reply, 422, "validation_error")
    assert reply.fields == {"new_password"}
    assert (await api.call("GET", "/api/auth/me", member)).status == 200
