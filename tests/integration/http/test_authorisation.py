"""Who may do what: each route of the table against each kind of caller."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs
import jwt
import pytest

from adapters_auth.access_tokens import JwtAccessTokens
from adapters_http.app import ROUTES
from adapters_http.routing import Route
from adapters_http.tus import CONTENT_TYPE, format_metadata
from tests.integration.http.api import PASSWORD, Api, Member, Reply, check_error
from tests.integration.http.forms import FORM_TYPE, upload_form
from tests.integration.http.resumable import TUS

ANYONE: Final = frozenset({"anonymous", "member", "other member", "owner", "admin"})
MEMBER: Final = ANYONE - {"anonymous"}
OWNER: Final = frozenset({"owner", "admin"})
ADMIN: Final = frozenset({"admin"})
UPLOADER: Final = frozenset({"owner"})  # even from admins, others' uploads are hidden

# Who a route lets in, and the status that they then get; the rest of the callers are refused.
EXPECTED: Final[Mapping[tuple[str, str], tuple[frozenset[str], int]]] = {
    ("POST", "/api/auth/register"): (ANYONE, 201),
    ("POST", "/api/auth/login"): (ANYONE, 200),
    ("POST", "/api/auth/logout"): (ANYONE, 204),
    ("GET", "/api/auth/me"): (MEMBER, 200),
    ("POST", "/api/auth/password"): (MEMBER, 204),
    ("GET", "/api/users"): (ADMIN, 200),
    ("GET", "/api/users/{id}"): (MEMBER, 200),
    ("GET", "/api/users/{id}/videos"): (MEMBER, 200),
    ("PATCH", "/api/users/{id}/role"): (ADMIN, 200),
    ("PATCH", "/api/users/{id}/active"): (ADMIN, 200),
    ("DELETE", "/api/users/{id}"): (ADMIN, 204),
    ("POST", "/api/invitations"): (ADMIN, 201),
    ("GET", "/api/invitations"): (ADMIN, 200),
    ("GET", "/api/invitations/validate/{token}"): (ANYONE, 200),
    ("DELETE", "/api/invitations/{id}"): (ADMIN, 204),
    ("POST", "/api/videos"): (MEMBER, 201),
    ("GET", "/api/videos"): (MEMBER, 200),
    ("GET", "/api/videos/{id}"): (MEMBER, 200),
    ("PATCH", "/api/videos/{id}"): (OWNER, 200),
    ("DELETE", "/api/videos/{id}"): (OWNER, 204),
    ("POST", "/api/videos/{id}/retry"): (OWNER, 409),
    ("POST", "/api/videos/{id}/view"): (MEMBER, 200),
    ("GET", "/api/videos/{id}/stream"): (MEMBER, 200),
    ("GET", "/api/videos/{id}/thumbnail"): (MEMBER, 200),
    ("GET", "/api/videos/{id}/events"): (MEMBER, 200),
    ("GET", "/api/videos/{id}/storyboard"): (MEMBER, 200),
    ("GET", "/api/videos/{id}/storyboard.jpg"): (MEMBER, 200),
    ("GET", "/api/uploads"): (MEMBER, 200),
    ("POST", "/api/uploads/check"): (MEMBER, 200),
    ("OPTIONS", "/api/uploads"): (MEMBER, 204),
    ("POST", "/api/uploads"): (MEMBER, 201),
    ("HEAD", "/api/uploads/{id}"): (UPLOADER, 200),
    ("PATCH", "/api/uploads/{id}"): (UPLOADER, 204),
    ("DELETE", "/api/uploads/{id}"): (UPLOADER, 204),
    ("POST", "/api/uploads/{id}"): (UPLOADER, 204),
    ("GET", "/api/categories"): (MEMBER, 200),
    ("POST", "/api/categories"): (ADMIN, 201),
    ("PATCH", "/api/categories/{id}"): (ADMIN, 200),
    ("DELETE", "/api/categories/{id}"): (ADMIN, 204),
    ("GET", "/api/admin/stats"): (ADMIN, 200),
    ("GET", "/api/admin/config"): (ADMIN, 200),
    ("PATCH", "/api/admin/config"): (ADMIN, 200),
    ("GET", "/openapi.json"): (ANYONE, 200),
    ("GET", "/docs"): (ANYONE, 200),
    ("GET", "/docs/{file}"): (ANYONE, 200),
    ("GET", "/metrics"): (ANYONE, 200),  # of this machine, as all callers here are
    ("GET", "/healthz"): (ANYONE, 200),
    ("GET", "/readyz"): (ANYONE, 200),
}
REFUSED: Final[Mapping[str, tuple[int, str]]] = {
    "anonymous": (401, "not_authenticated"),
    "switched-off admin": (403, "account_inactive"),
    "forged token": (401, "not_authenticated"),
    "unsigned token": (401, "not_authenticated"),
    "expired token": (401, "not_authenticated"),
    "revoked token": (401, "not_authenticated"),
    "token of nobody": (401, "not_authenticated"),
    "other scheme": (401, "not_authenticated"),
    "no token": (401, "not_authenticated"),
    "garbage": (401, "not_authenticated"),
}
FORBIDDEN: Final = (403, "permission_denied")
HIDDEN: Final = (404, "not_found")


@attrs.frozen
class Scene:
    """What a caller finds: a new one for each, so that nobody sees what another changed."""

    path: str
    options: dict[str, Any]
    callers: dict[str, dict[str, str]]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def false_callers(api: Api) -> dict[str, dict[str, str]]:
    admin = (await api.add_admin()).user
    off = await api.add_admin()
    await api.switch_off(off)
    revoked = await api.add_admin()
    async with api.store.write() as uow:
        await uow.users.save(revoked.user.with_password_hash("another"))
        await uow.commit()
    gone = await api.add_admin()
    async with api.store.write() as uow:
        await uow.users.remove(gone.id)
        await uow.commit()
    now = api.clock.now()
    genuine = api.tokens.issue(admin, now).value
    payload = jwt.decode(genuine, options={"verify_signature": False})
    return {
        "anonymous": {},
        "switched-off admin": off.headers,
        "forged token": bearer(JwtAccessTokens("x" * 32).issue(admin, now).value),
        "unsigned token": bearer(jwt.encode(payload, None, algorithm="none")),
        "expired token": bearer(api.tokens.issue(admin, now - timedelta(days=1)).value),
        "revoked token": revoked.headers,
        "token of nobody": gone.headers,
        "other scheme": {"Authorization": f"Basic {genuine}"},
        "no token": {"Authorization": "Bearer "},
        "garbage": {"Authorization": "\xff, ?"},
    }


async def set_scene(api: Api, row: Route) -> Scene:
    owner = await api.add_member()
    # Another admin may always be changed or deleted without leaving the platform without one.
    callers: dict[str, Member] = {
        "member": await api.add_member(),
        "other member": await api.add_member(),
        "owner": owner,
        "admin": await api.add_admin(),
    }
    invitation, token = await api.add_invitation()
    ids = {
        "users": owner.id,
        "videos": (await api.add_completed(owner)).id,
        "categories": await api.add_category(),
        "uploads": await api.add_upload(owner),
        "invitations": invitation,
    }
    kind = row.path.split("/")[2] if row.path.startswith("/api/") else ""
    return Scene(
        path=row.path.replace("{id}", str(ids.get(kind)))
        .replace("{token}", token)
        .replace("{file}", "swagger-ui.css"),
        options=options_for(row, token, owner),
        callers={name: caller.headers for name, caller in callers.items()},
    )


def options_for(row: Route, token: str, owner: Member) -> dict[str, Any]:
    if (row.method, row.path) == ("POST", "/api/videos"):
        return {"data": upload_form(), "headers": {"Content-Type": FORM_TYPE}}
    if row.method == "HEAD":
        return {"headers": TUS}
    if row.path.startswith("/api/uploads"):
        return options_for_upload(row)
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("POST", "/api/auth/register"): {
            "token": token,
            "username": f"New-{owner.user.username}",
            "password": PASSWORD,
        },
        ("POST", "/api/auth/login"): {"username": owner.user.username, "password": PASSWORD},
        ("POST", "/api/auth/password"): {
            "current_password": PASSWORD,
            "new_password": "another password",
        },
        ("PATCH", "/api/users/{id}/role"): {"role": "admin"},
        ("PATCH", "/api/users/{id}/active"): {"is_active": False},
        ("POST", "/api/invitations"): {"email": f"new-{owner.user.email}"},
        ("PATCH", "/api/videos/{id}"): {"title": "Other"},
        ("POST", "/api/categories"): {"name": f"New {owner.user.username}"},
        ("PATCH", "/api/categories/{id}"): {"name": f"Newer {owner.user.username}"},
        ("PATCH", "/api/admin/config"): {"max_file_size_bytes": 5_000},
    }
    body = bodies.get((row.method, row.path))
    return {} if body is None else {"json": body}


def options_for_upload(row: Route) -> dict[str, Any]:
    if row.path == "/api/uploads/check":
        return {"json": {"size": 1}}
    said = format_metadata({"filename": "clip.mkv"})
    if row.path == "/api/uploads":
        return {"headers": TUS | {"Upload-Length": "1", "Upload-Metadata": said}}
    means = {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH", "Content-Type": CONTENT_TYPE}
    return {"data": b"x", "headers": TUS | means}


async def ask(api: Api, row: Route, scene: Scene, credentials: dict[str, str]) -> Reply:
    headers = scene.options.get("headers", {}) | credentials
    return await api.call(row.method, scene.path, **(scene.options | {"headers": headers}))


def check_refused(row: Route, reply: Reply, status: int, code: str) -> None:
    if row.method == "HEAD":
        assert reply.status == status
    else:
        check_error(reply, status, code)


def test_every_route_has_its_expectation() -> None:
    assert {(row.method, row.path) for row in ROUTES} == set(EXPECTED)


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
async def test_a_route_lets_in_whom_it_should_and_nobody_else(api: Api, row: Route) -> None:
    admitted, status = EXPECTED[row.method, row.path]
    for name in sorted(MEMBER):
        scene = await set_scene(api, row)
        reply = await ask(api, row, scene, scene.callers[name])
        if name in admitted:
            assert (name, reply.status) == (name, status), reply.content
        else:
            check_refused(row, reply, *(HIDDEN if admitted is UPLOADER else FORBIDDEN))


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
async def test_a_token_that_does_not_hold_opens_nothing(api: Api, row: Route) -> None:
    admitted, status = EXPECTED[row.method, row.path]
    callers = await false_callers(api)
    assert set(callers) == set(REFUSED)
    for name, credentials in callers.items():
        scene = await set_scene(api, row)
        reply = await ask(api, row, scene, credentials)
        if admitted is ANYONE:
            assert (name, reply.status) == (name, status), reply.content
            continue
        check_refused(row, reply, *REFUSED[name])
        challenge = "Bearer" if reply.status == 401 else None
        assert reply.headers.get("WWW-Authenticate") == challenge


async def test_the_scheme_is_read_in_any_case(api: Api, member: Member) -> None:
    headers = {"Authorization": f"bEARER  {member.token}"}

    assert (await api.call("GET", "/api/auth/me", headers=headers)).status == 200


async def test_a_member_learns_nothing_of_ids_without_the_right_to(
    api: Api, member: Member
) -> None:
    for path in ("/api/users/nonsense", f"/api/invitations/{member.id}"):
        check_error(await api.call("DELETE", path, member), *FORBIDDEN)
