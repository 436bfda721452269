"""What an admin or the member does holds for the next request, also for who was let in just before."""

from collections.abc import Awaitable, Callable

import pytest

from tests.integration.http.api import PASSWORD, Api, Member, Reply, check_error
from vidcore.sessions import BELIEVED_FOR

Act = Callable[[Api, Member, Member], Awaitable[Reply]]


def switch_off(api: Api, admin: Member, member: Member) -> Awaitable[Reply]:
    path = f"/api/users/{member.id}/active"
    return api.call("PATCH", path, admin, json={"is_active": False})


def remove(api: Api, admin: Member, member: Member) -> Awaitable[Reply]:
    return api.call("DELETE", f"/api/users/{member.id}", admin)


def change_password(api: Api, _: Member, member: Member) -> Awaitable[Reply]:
    passwords = {"current_password": PASSWORD, "new_password": "another password"}
    return api.call("POST", "/api/auth/password", member, json=passwords)


ENDINGS = [
    (switch_off, (403, "account_inactive")),
    (remove, (401, "not_authenticated")),
    (change_password, (401, "not_authenticated")),
]


@pytest.mark.parametrize(("act", "refusal"), ENDINGS)
async def test_a_token_and_a_signed_address_in_use_end_at_once(
    api: Api, admin: Member, member: Member, act: Act, refusal: tuple[int, str]
) -> None:
    video = await api.add_completed(admin)
    signed = f"/api/videos/{video.id}/stream?token={api.media_token(member, video)}"
    assert (await api.call("GET", "/api/categories", member)).status == 200
    assert (await api.call("GET", signed)).status == 200

    assert (await act(api, admin, member)).status in {200, 204}

    for path, by in (("/api/categories", member), ("/api/auth/me", member), (signed, None)):
        check_error(await api.call("GET", path, by), *refusal)


async def test_a_role_counts_from_the_next_request_on(
    api: Api, admin: Member, member: Member
) -> None:
    path = f"/api/users/{member.id}/role"

    for role, status in (("admin", 200), ("user", 403), ("admin", 200)):
        await api.call("PATCH", path, admin, json={"role": role})
        assert (await api.call("GET", "/api/users", member)).status == status


async def test_what_another_process_did_holds_after_a_second_also_without_its_telling(
    api: Api, member: Member
) -> None:
    assert (await api.call("GET", "/api/categories", member)).status == 200
    async with api.store.write() as uow:
        await uow.users.remove(member.id)
        await uow.commit()

    api.clock.advance(BELIEVED_FOR)
    reply = await api.call("GET", "/api/categories", member)

    check_error(reply, 401, "not_authenticated")


async def test_the_own_account_shows_the_quota_as_it_is_now(api: Api, member: Member) -> None:
    before = (await api.call("GET", "/api/auth/me", member)).json
    async with api.store.write() as uow:
        await uow.users.save(member.user.charged(700, api.clock.now()))
        await uow.commit()

    after = (await api.call("GET", "/api/auth/me", member)).json

    assert (before["weekly_upload_bytes"], after["weekly_upload_bytes"]) == (0, 700)
