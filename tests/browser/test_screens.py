"""Each screen for everybody: by axe-core, on a phone and on a desk, in the dark and in the light."""

from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.members import Window
from tests.browser.screens import PASSWORD, Scene, set_scene
from tests.integration.running import PASSWORD as ADMIN_PASSWORD
from tests.integration.running import Client
from tests.integration.samples import Samples

PHONE: Final = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
LOOKS: Final[list[dict[str, Any]]] = [
    {**PHONE, "color_scheme": "dark", "reduced_motion": "reduce"},
    {"color_scheme": "light"},
]


async def faults(window: Window) -> list[str]:
    """What axe-core finds, and what is cut off."""
    results = await Axe().run(window.page)
    found = [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in results.response["violations"]
        for node in each["nodes"]
    ]
    return [*found, *await cut_off(window)]


async def cut_off(window: Window) -> list[str]:
    wide = await window.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"is {wide} pixels too wide"] if wide > 0 else []


async def look_through(window: Window, addresses: dict[str, str]) -> dict[str, list[str]]:
    found = {}
    for name, address in addresses.items():
        await window.go(address)
        found[name] = await faults(window)
        await window.evaluate("document.documentElement.dir = 'rtl'")
        found[name] += [f"from right to left, it {fault}" for fault in await cut_off(window)]
    return {name: each for name, each in found.items() if each}


@pytest.mark.parametrize("look", LOOKS, ids=["phone, dark", "desk, light"])
async def test_every_screen_can_be_used_by_everybody(
    admin: Client, open_window: Open, clips: Samples, look: dict[str, Any]
) -> None:
    scene = await set_scene(admin, clips)
    guest, member, chief = [await open_window(**look) for _ in range(3)]
    guest.may_fail = True

    assert await look_through(guest, dict(scene.guest)) == {}
    await member.sign_in("ann", PASSWORD)
    assert await look_through(member, dict(scene.member)) == {}
    await chief.sign_in("admin", ADMIN_PASSWORD)
    assert await look_through(chief, dict(scene.admin)) == {}
    await dialogs(member, scene)


async def dialogs(window: Window, scene: Scene) -> None:
    await window.go(f"/videos/{scene.video}")
    await expect(window.page.get_by_role("slider")).to_be_visible()
    for name in ("Edit", "Delete"):
        await window.page.get_by_role("button", name=name).click()
        await expect(window.page.get_by_role("dialog")).to_be_visible()
        assert await faults(window) == []
        await window.page.keyboard.press("Escape")
        await expect(window.page.get_by_role("dialog")).to_have_count(0)


async def test_who_reads_german_gets_german(open_window: Open) -> None:
    window = await open_window(locale="de-AT")
    await window.go("/login")

    await expect(window.page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert await window.evaluate("document.documentElement.lang") == "de"


async def test_who_reads_neither_gets_english(open_window: Open) -> None:
    window = await open_window(locale="fr-FR")
    await window.go("/login")

    await expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
