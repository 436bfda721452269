"""What people do on the page, in a window of theirs."""

import asyncio
from pathlib import Path
from typing import Any, Final

from playwright.async_api import ConsoleMessage, Error, Page, expect

# A browser says it of every answer that is a failure, although the page deals with it.
HANDLED = "Failed to load resource"
PATIENCE: Final = 60.0  # seconds until what an expression asks for holds


class Window:
    """One window of one person; `complaints` are what the browser or the page has to say against it.

    A refusal by the Content-Security-Policy is among them, as is whatever is logged as an error.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.may_fail = False  # whether requests are expected to
        page.on("console", self._note)
        page.on("pageerror", self._note_error)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            if self.may_fail and HANDLED in message.text:
                return
            self.complaints.append(f"{message.type}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.complaints.append(f"thrown: {error}")

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.settled()

    async def settled(self) -> None:
        """Wait until the screen that was asked for is shown."""
        await expect(self.page.locator("main:not([aria-busy]) > h1")).to_be_attached()

    async def at(self, screen: str) -> None:
        await expect(
            self.page.locator(f"main[data-screen={screen}]:not([aria-busy])")
        ).to_be_visible()

    async def sign_in(self, name: str, password: str) -> None:
        await self.go("/login")
        await self.page.get_by_label("Username or e-mail").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.at("library")

    async def register(self, link_path: str, name: str, password: str) -> None:
        await self.go(link_path)
        await self.page.get_by_label("Username").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Create account").click()
        await self.at("library")

    async def choose(self, file: Path) -> None:
        """Give the upload screen a file."""
        await self.page.locator("input[type=file]").set_input_files(file)

    async def reaches(self, share: int) -> None:
        """Wait until so many hundredths have gone out, by the bar of the only upload."""
        bar = self.page.get_by_role("progressbar")
        async with asyncio.timeout(PATIENCE):
            while int(await bar.get_attribute("aria-valuenow") or 0) < share:
                await asyncio.sleep(0.05)

    async def slow_down(self, bytes_per_second: float) -> None:
        """Have what is sent from now on go out no faster."""
        devtools = await self.page.context.new_cdp_session(self.page)
        await devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": bytes_per_second,
            },
        )

    async def until(self, script: str) -> None:
        """Wait until an expression holds; Playwright's own way is refused by the page's policy."""
        async with asyncio.timeout(PATIENCE):
            while not await self.evaluate(script):
                await asyncio.sleep(0.05)

    async def evaluate(self, script: str) -> Any:
        return await self.page.evaluate(script)
