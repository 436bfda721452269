"""What other pages, other members and hostile texts do not achieve, and how a refusal looks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from playwright.async_api import FilePayload, expect

from adapters_http.cookies import COOKIE
from tests.browser.conftest import Open
from tests.browser.screens import PASSWORD, set_scene
from tests.integration.running import Client, RunningService, register
from tests.integration.samples import Samples

HOSTILE: Final = (
    "<img src=x onerror=\"document.title='caught'\"><script>document.title='caught'</script>"
)


async def test_markup_in_any_text_is_shown_as_text(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    ann = await register(admin, "ann")
    shelf = await admin("POST", "/api/categories", json={"name": HOSTILE[:80]})
    answer = await ann.upload(
        clips("silent.mp4"),
        title=HOSTILE,
        description=HOSTILE,
        category_id=shelf.json["id"],
    )
    video = answer.json["id"]
    await ann.wait_for(f"/api/videos/{video}", lambda v: v["processing_status"] == "completed")
    window = await open_window()
    await window.sign_in("ann", PASSWORD)

    await expect(window.page.locator(".video strong")).to_have_text(HOSTILE)
    await window.go(f"/videos/{video}")
    await expect(window.page.get_by_role("heading")).to_have_text(HOSTILE)
    await expect(window.page.locator(".prose")).to_have_text(HOSTILE)
    await expect(window.page.get_by_role("link", name=HOSTILE[:80])).to_be_visible()
    await window.page.get_by_role("button", name="Delete").click()
    await expect(window.page.get_by_role("dialog").get_by_text("onerror")).to_be_visible()
    await window.go("/?q=" + HOSTILE.replace("<", "%3C").replace('"', "%22").replace("=", "%3D"))
    await expect(window.page.get_by_label("Search")).to_have_value(HOSTILE)
    await window.go("/upload")
    file: FilePayload = {"name": f"{HOSTILE}.txt".replace("/", ""), "mimeType": "", "buffer": b"x"}
    await window.page.locator("input[type=file]").set_input_files(file)
    await expect(window.page.locator(".what strong")).to_contain_text("<img src=x")
    assert "caught" not in await window.page.title()
    assert await window.page.locator("img[src=x]").count() == 0


@asynccontextmanager
async def foreign_page(markup: str) -> AsyncIterator[str]:
    """Serve a page of another origin."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(
            text=f"<!DOCTYPE html><title>other</title>{markup}", content_type="text/html"
        )

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_a_form_on_another_page_changes_nothing(
    service: RunningService, admin: Client, open_window: Open, clips: Samples
) -> None:
    scene = await set_scene(admin, clips)
    window = await open_window()
    await window.sign_in("ann", PASSWORD)
    window.may_fail = True
    statuses: list[int] = []
    window.page.on("response", lambda response: statuses.append(response.status))
    posts = (f"/api/videos/{scene.video}/view", "/api/auth/logout")
    for post in posts:
        form = f'<form method="post" action="{service.url}{post}"><button>send</button></form>'
        async with foreign_page(form) as address:
            await window.page.goto(address)
            async with window.page.expect_navigation():
                await window.page.get_by_role("button").click()
        assert statuses[-1] in {401, 403}

    video = await admin("GET", f"/api/videos/{scene.video}")
    assert video.json["view_count"] == 0
    assert [cookie["name"] for cookie in await window.page.context.cookies(service.url)] == [COOKIE]
    await window.go("/upload")
    await window.at("upload")


async def test_another_member_may_watch_and_no_more(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    scene = await set_scene(admin, clips)
    await register(admin, "eve")
    window = await open_window()
    await window.sign_in("eve", PASSWORD)
    await window.go(f"/videos/{scene.video}")

    await expect(window.page.get_by_role("button", name="Share")).to_be_visible()
    for deed in ("Edit", "Delete"):
        await expect(window.page.get_by_role("button", name=deed)).to_have_count(0)
    await expect(window.page.get_by_role("link", name="Admin")).to_have_count(0)
    await window.go("/admin")
    await expect(window.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")


async def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_wanted(
    admin: Client, open_window: Open
) -> None:
    await register(admin, "ann")
    window = await open_window()
    window.may_fail = True
    await window.go("/upload")
    await window.page.get_by_label("Username or e-mail").fill("ann")
    await window.page.get_by_label("Password").fill("wrong")
    await window.page.get_by_label("Password").press("Enter")

    await expect(window.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    await window.page.get_by_label("Password").fill(PASSWORD)
    await window.page.get_by_label("Password").press("Enter")
    await window.at("upload")


async def test_a_session_that_ended_leads_to_signing_in_and_back(
    admin: Client, open_window: Open
) -> None:
    ann = await register(admin, "ann")
    window = await open_window()
    window.may_fail = True
    await window.sign_in("ann", PASSWORD)
    body = {"current_password": PASSWORD, "new_password": "another password"}
    assert (await ann("POST", "/api/auth/password", json=body)).status == 204
    await window.page.get_by_role("navigation").get_by_role("link", name="Upload").click()
    await window.at("login")
    await expect(window.page.get_by_text("Your session has ended")).to_be_visible()

    await window.page.get_by_label("Username or e-mail").fill("ann")
    await window.page.get_by_label("Password").fill("another password")
    await window.page.get_by_label("Password").press("Enter")
    await window.at("upload")


async def test_a_link_in_the_sign_in_address_leads_nowhere_else(
    admin: Client, open_window: Open
) -> None:
    await register(admin, "ann")
    for next_address in ("//evil.example/", "https://evil.example/", "/\\evil.example/"):
        window = await open_window()
        await window.go(f"/login?next={next_address}")
        await window.page.get_by_label("Username or e-mail").fill("ann")
        await window.page.get_by_label("Password").fill(PASSWORD)
        await window.page.get_by_label("Password").press("Enter")

        await window.at("library")
        assert window.page.url == f"{window.url}/"


async def test_what_is_no_video_is_refused_before_a_byte_is_sent(
    admin: Client, open_window: Open
) -> None:
    await register(admin, "ann")
    await admin("PATCH", "/api/admin/config", json={"weekly_upload_limit_bytes": 1000})
    window = await open_window()
    window.may_fail = True
    await window.sign_in("ann", PASSWORD)
    await window.go("/upload")
    sent: list[str] = []
    window.page.on("request", lambda request: sent.append(request.method))
    files: list[FilePayload] = [
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"text"},
        {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""},
        {"name": "large.mp4", "mimeType": "video/mp4", "buffer": bytes(2000)},
    ]
    await window.page.locator("input[type=file]").set_input_files(files)

    for said in ("This is no MP4", "This file is empty", "more than is left of your weekly quota"):
        await expect(window.page.get_by_text(said)).to_be_visible()
    assert "PATCH" not in sent
