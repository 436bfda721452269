"""All of it once: from the invitation's link to watching, with a service that dies in between."""

from pathlib import Path
from typing import Any

from playwright.async_api import Request, expect

from tests.browser.conftest import Open
from tests.browser.large_clip import HEIGHT, SECONDS, WIDTH, make_clip
from tests.browser.members import Window
from tests.integration.running import PASSWORD, RunningService
from tests.integration.samples import Samples

PLAY = """
() => new Promise((resolve, reject) => {
  const video = document.querySelector("video");
  video.addEventListener("error", () => reject(new Error(video.error.message)));
  video.addEventListener("ended", () => {
    const told = {width: video.videoWidth, height: video.videoHeight, end: video.currentTime};
    video.addEventListener("seeked", () => resolve({...told, sought: video.currentTime}), {once: true});
    video.currentTime = 3;
  }, {once: true});
  video.playbackRate = 4;
  video.play();
})
"""


async def test_from_the_invitation_to_watching(
    service: RunningService, open_window: Open, clips: Samples, tmp_path: Path
) -> None:
    clip = make_clip(clips.ffmpeg, tmp_path / "first_steps.mov")
    link = await invite(await open_window(), "ann@example.org")
    assert link.startswith(f"{service.url}/register?token=")
    window = await open_window()
    await window.go(link.removeprefix(service.url))
    await expect(
        window.page.get_by_text("admin invites you to join as ann@example.org.")
    ).to_be_visible()

    await window.register(link.removeprefix(service.url), "ann", "correct horse")
    assert await window.evaluate("document.cookie") == ""

    await upload_with_interruptions(service, window, clip)
    await watch(window)
    await edit_and_delete(window)
    await sign_out(window)


async def invite(window: Window, email: str) -> str:
    """Sign in as the admin, invite somebody, and give the link."""
    page = window.page
    await window.sign_in("admin", PASSWORD)
    await page.get_by_role("link", name="Admin", exact=True).click()
    await page.get_by_role("link", name="Invitations").click()
    await page.get_by_label("E-mail of the person to invite").fill(email)
    await page.get_by_role("button", name="Invite", exact=True).click()
    link = await page.get_by_role("dialog").get_by_role("textbox").input_value()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(page.get_by_role("cell", name=email)).to_be_visible()
    return link


async def upload_with_interruptions(service: RunningService, window: Window, clip: Path) -> None:
    page = window.page
    offsets: list[int] = []

    def note(request: Request) -> None:
        if "upload-offset" in request.headers:
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    await page.get_by_role("navigation").get_by_role("link", name="Upload").click()
    await window.at("upload")
    await window.slow_down(clip.stat().st_size / 12)
    window.may_fail = True
    await window.choose(clip)
    await window.reaches(20)
    await service.kill()
    await expect(page.get_by_text("No connection")).to_be_visible()
    await service.start()
    await window.reaches(50)
    assert offsets[0] == 0
    assert all(offset > 0 for offset in offsets[1:])
    await page.reload()
    await window.at("upload")
    await expect(page.get_by_text("Choose the same file again")).to_be_visible()
    before = len(offsets)
    await window.slow_down(clip.stat().st_size / 60)
    await window.choose(clip)
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused at")).to_be_visible()
    await window.slow_down(-1)
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("status").get_by_text("first steps: uploaded")).to_be_visible()
    assert min(offsets[before:]) >= clip.stat().st_size // 4
    window.may_fail = False


async def watch(window: Window) -> None:
    page = window.page
    await page.get_by_role("link", name="Watch").click()
    await window.at("watch")
    await expect(page.get_by_role("heading", name="first steps")).to_be_visible()
    seen = await page.evaluate(
        """() => new Promise((resolve) => {
          const seen = new Set();
          const look = () => {
            const bar = document.querySelector("[role=progressbar]");
            if (bar) seen.add(Number(bar.getAttribute("aria-valuenow")));
            if (document.querySelector("video")) resolve([...seen]);
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )
    assert any(0 < share < 100 for share in seen)
    assert seen == sorted(seen)
    played: dict[str, Any] = await window.evaluate(PLAY)
    assert (played["width"], played["height"]) == (WIDTH, HEIGHT)
    assert played["end"] > SECONDS - 0.5
    assert abs(played["sought"] - 3) < 0.1
    await expect(page.get_by_text("1 view", exact=True)).to_be_visible()


async def edit_and_delete(window: Window) -> None:
    page = window.page
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Edit").click()
    await dialog.get_by_label("Title").fill("The first steps")
    await dialog.get_by_label("Description").fill("In the kitchen.")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="The first steps")).to_be_visible()
    await expect(page.get_by_text("In the kitchen.")).to_be_visible()
    assert await window.evaluate("document.querySelector('video').currentTime") > 2  # as it was
    await page.get_by_role("button", name="Delete").click()
    await expect(dialog).to_contain_text("The first steps")
    await dialog.get_by_role("button", name="Delete").click()
    await window.at("library")
    await expect(page.get_by_role("heading", name="No videos yet")).to_be_visible()


async def sign_out(window: Window) -> None:
    page = window.page
    await page.get_by_role("button", name="Sign out").click()
    await window.at("login")
    assert await page.context.cookies() == []
    await window.go("/upload")
    await window.at("login")
