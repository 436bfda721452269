"""Everything without a mouse."""

from typing import Final

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.screens import PASSWORD, set_scene
from tests.integration.running import Client
from tests.integration.samples import Samples

FOCUSED: Final = """() => {
  const focused = document.activeElement;
  const texts = [focused.getAttribute("aria-label"), focused.labels?.[0]?.textContent];
  if (focused !== document.body) texts.push(focused.textContent);
  return [texts.join(" "), getComputedStyle(focused).outlineStyle];
}"""


async def tab_to(page: Page, name: str) -> None:
    """Press the tabulator until something of that name has the focus, visibly."""
    passed = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        said, outline = await page.evaluate(FOCUSED)
        passed.append(said)
        if name in said:
            assert outline != "none", f"{name} shows no focus"
            return
    raise AssertionError(f"no key leads to {name}, but to {passed}")


async def test_from_signing_in_to_editing_by_keys_alone(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    await set_scene(admin, clips)
    window = await open_window()
    page, keys = window.page, window.page.keyboard

    await window.go("/login")
    await tab_to(page, "Username or e-mail")
    await keys.type("ann")
    await tab_to(page, "Password")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await window.at("library")
    await tab_to(page, "Search")
    await keys.type("lake 0")
    await expect(page.get_by_role("listitem").filter(has_text="By the lake")).to_have_count(1)
    await tab_to(page, "By the lake 0")
    await keys.press("Enter")
    await window.at("watch")
    assert await page.locator(":focus").text_content() == "By the lake 0"
    await keys.press("k")
    await expect(page.locator("video")).to_have_js_property("ended", value=True)
    await expect(page.get_by_text("1 view", exact=True)).to_be_visible()
    await tab_to(page, "Edit")
    await keys.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await tab_to(page, "Title")
    await keys.press("ControlOrMeta+a")
    await keys.type("At the sea")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="At the sea")).to_be_visible()
    await tab_to(page, "Delete")
    await keys.press("Enter")
    await keys.press("Escape")
    await expect(page.get_by_role("button", name="Delete")).to_be_focused()
    await keys.press("Enter")
    await tab_to(page, "Delete")
    await keys.press("Enter")
    await window.at("library")
    await expect(page.get_by_text("The video is deleted.")).to_be_visible()


async def test_one_can_skip_to_the_content(open_window: Open) -> None:
    window = await open_window()
    await window.go("/login")
    skip = window.page.get_by_role("link", name="Skip to content")

    await window.page.keyboard.press("Shift+Tab")
    await window.page.keyboard.press("Shift+Tab")
    await expect(skip).to_be_focused()
    await window.page.keyboard.press("Enter")

    await expect(window.page.locator("main")).to_be_focused()
