"""Invitations, from their issue to their end: /api/invitations."""

from typing import Any

import pytest

from tests.integration.http.api import MISSING_ID, PUBLIC_URL, Api, Member, check_error
from vidcore.invitations import VALIDITY

FIELDS = {
    "id",
    "email",
    "created_by",
    "created_at",
    "expires_at",
    "used",
    "used_at",
    "status",
}


async def test_an_invitation_is_issued_with_its_token_and_link(api: Api, admin: Member) -> None:
    reply = await api.call("POST", "/api/invitations", admin, json={"email": " nina@example.org "})

    body = reply.json
    assert reply.status == 201
    assert body == {
        "id": body["id"],
        "email": "nina@example.org",
        "created_by": str(admin.id),
        "created_at": "2026-03-04T05:06:07.890123Z",
        "expires_at": "2026-03-11T05:06:07.890123Z",
        "used": False,
        "used_at": None,
        "status": "pending",
        "token": body["token"],
        "link": f"{PUBLIC_URL}/register?token={body['token']}",
    }
    checked = await api.call("GET", f"/api/invitations/validate/{body['token']}")
    assert (checked.status, checked.json) == (
        200,
        {
            "valid": True,
            "email": "nina@example.org",
            "invited_by": api.tables.users[admin.id].username,
            "expires_at": "2026-03-11T05:06:07.890123Z",
        },
    )


async def test_the_token_is_never_seen_again(api: Api, admin: Member) -> None:
    issued = await api.call("POST", "/api/invitations", admin, json={"email": "nina@example.org"})

    listed = await api.call("GET", "/api/invitations", admin)

    assert set(listed.json["items"][0]) == FIELDS
    assert issued.json["token"].encode() not in listed.content
    assert issued.json["token"] not in str(api.tables.invitations)


@pytest.mark.parametrize("email", ["", "nina", "@", "a@", "@b", "a@b@c", "a b@c", "a@" + "b" * 253])
async def test_an_address_must_look_like_one(api: Api, admin: Member, email: str) -> None:
    reply = await api.call("POST", "/api/invitations", admin, json={"email": email})

    check_error(reply, 422, "validation_error")
    assert reply.fields == {"email"}


async def test_who_is_here_already_cannot_be_invited(
    api: Api, admin: Member, member: Member
) -> None:
    address = member.user.email.upper()

    reply = await api.call("POST", "/api/invitations", admin, json={"email": address})

    check_error(reply, 409, "email_taken")


async def test_invitations_are_listed_by_status(api: Api, admin: Member) -> None:
    old, _ = await api.add_invitation()
    used, _ = await api.add_invitation(used_at=api.clock.now())
    api.clock.advance(VALIDITY)
    fresh = {"Authorization": f"Bearer {api.tokens.issue(admin.user, api.clock.now()).value}"}
    new, _ = await api.add_invitation(expires_at=api.clock.now() + VALIDITY)

    async def listed(query: str) -> list[tuple[str, str, bool]]:
        body: Any = (await api.call("GET", f"/api/invitations{query}", headers=fresh)).json
        return [(item["id"], item["status"], item["used"]) for item in body["items"]]

    assert await listed("") == [
        (str(new), "pending", False),
        (str(used), "used", True),
        (str(old), "expired", False),
    ]
    assert await listed("?status=pending") == [(str(new), "pending", False)]
    assert await listed("?status=used") == [(str(used), "used", True)]
    assert await listed("?status=expired") == [(str(old), "expired", False)]


async def test_a_token_that_does_not_hold_is_told_so(api: Api) -> None:
    _, late = await api.add_invitation()
    _, used = await api.add_invitation(used_at=api.clock.now())
    api.clock.advance(VALIDITY)

    for token, status, code in (
        ("unknown", 404, "invitation_invalid"),
        ("%00%ff", 404, "invitation_invalid"),
        (used, 404, "invitation_invalid"),
        (late, 410, "invitation_expired"),
    ):
        check_error(await api.call("GET", f"/api/invitations/validate/{token}"), status, code)


async def test_a_revoked_invitation_is_gone(api: Api, admin: Member) -> None:
    invitation, token = await api.add_invitation()
    path = f"/api/invitations/{invitation}"

    reply = await api.call("DELETE", path, admin)

    assert (reply.status, reply.content) == (204, b"")
    gone = await api.call("GET", f"/api/invitations/validate/{token}")
    check_error(gone, 404, "invitation_invalid")
    check_error(await api.call("DELETE", path, admin), 404, "not_found")


async def test_a_used_invitation_cannot_be_revoked(api: Api, admin: Member) -> None:
    invitation, _ = await api.add_invitation(used_at=api.clock.now())

    reply = await api.call("DELETE", f"/api/invitations/{invitation}", admin)

    check_error(reply, 409, "invitation_used")


@pytest.mark.parametrize("key", [MISSING_ID, "validate", "x"])
async def test_an_invitation_that_is_not_there_is_a_404(api: Api, admin: Member, key: str) -> None:
    check_error(await api.call("DELETE", f"/api/invitations/{key}", admin), 404, "not_found")
