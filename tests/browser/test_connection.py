"""What the page does while the service cannot be reached: it says so, keeps what runs, and comes back."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.large_clip import make_clip
from tests.browser.members import Window
from tests.browser.screens import PASSWORD
from tests.integration.running import Client, RunningService, register
from tests.integration.samples import Samples

UNREACHABLE = "The service cannot be reached."


async def turn_to(window: Window, name: str) -> None:
    await window.page.get_by_role("navigation").get_by_role("link", name=name).click()


async def test_an_upload_outlasts_screens_that_cannot_be_shown(
    service: RunningService, admin: Client, open_window: Open, clips: Samples, tmp_path: Path
) -> None:
    clip = make_clip(clips.ffmpeg, tmp_path / "first_steps.mov")
    await register(admin, "ann")
    window = await open_window()
    window.may_fail = True
    await window.sign_in("ann", PASSWORD)
    await turn_to(window, "Upload")
    await window.at("upload")
    await window.slow_down(clip.stat().st_size / 12)
    await window.choose(clip)
    await window.reaches(10)
    await service.kill()
    await turn_to(window, "Library")
    await expect(window.page.get_by_text(UNREACHABLE)).to_be_visible()
    await service.start()
    await window.slow_down(-1)
    await window.page.get_by_role("button", name="Try again").click()

    await window.at("library")
    await expect(window.page.get_by_label("Search")).to_be_visible()
    await expect(window.page.get_by_text("first steps: uploaded")).to_be_visible()


async def test_a_screen_that_was_never_seen_comes_with_the_connection(
    admin: Client, open_window: Open
) -> None:
    await register(admin, "ann")
    window = await open_window()
    await window.sign_in("ann", PASSWORD)
    await window.page.context.set_offline(True)
    await turn_to(window, "My videos")
    await expect(window.page.get_by_text(UNREACHABLE)).to_be_visible()
    assert any("own.js" in complaint for complaint in window.complaints)
    window.complaints.clear()
    await window.page.context.set_offline(False)

    await expect(window.page.get_by_role("heading", name="This week's quota")).to_be_visible()
