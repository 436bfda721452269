"""`python -m tests.browser.screenshots`: each screen, on a phone and a desk, in the dark and in the light."""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright, expect

from adapters_ffmpeg.find import find_ffmpeg
from tests.browser.album import Album, fill
from tests.browser.chromium import FLAGS, NAMES
from tests.browser.conftest import free_port
from tests.browser.members import Window
from tests.browser.screens import PASSWORD
from tests.integration.running import PASSWORD as ADMIN_PASSWORD
from tests.integration.running import RunningService

FOLDER: Final = Path("docs/screenshots")
WIDTHS: Final[dict[str, dict[str, Any]]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 800}},
}
BYTES_MAX: Final = 120_000
PATIENCE: Final = 30.0  # seconds until a screen stands still
BYTES_PER_SECOND: Final = 6_000_000  # at which the upload goes that is shown
# The fewest bytes for flat colours; a picture within keeps enough of them.
PALETTE: Final = "split[a][b];[a]palettegen=max_colors=256[p];[b][p]paletteuse=dither=none"


class Camera:
    """Takes pictures of windows with one look, into `folder`."""

    def __init__(self, folder: Path, look: str, ffmpeg: str) -> None:
        self.folder = folder
        self.look = look
        self.ffmpeg = ffmpeg

    async def walk(self, window: Window, screens: dict[str, str]) -> None:
        for name, address in screens.items():
            await window.go(address)
            await self.take(window, name)

    async def take(self, window: Window, name: str) -> None:
        """Wait until all pictures and films are there, and take one as a PNG of few colours."""
        await window.until(
            """() => [...document.images].every((each) => each.complete || each.loading === "lazy" &&
                each.getBoundingClientRect().top > innerHeight) &&
              [...document.querySelectorAll("video")].every((each) => each.readyState > 1 && each.networkState === 1 &&
                each.parentNode.querySelector(".scrubber")) &&
              document.getAnimations().every((each) => each.playState !== "running")"""
        )
        path = self.folder / f"{name}-{self.look}.png"
        full = path.with_suffix(".full.png")
        full.write_bytes(await self._steady(window))
        quiet = (self.ffmpeg, "-nostdin", "-loglevel", "error", "-y")
        options = ("-filter_complex", PALETTE, "-compression_level", "100", "-pred", "mixed")
        command = (*quiet, "-i", str(full), *options, str(path))
        await asyncio.to_thread(subprocess.run, command, check=True)
        full.unlink()
        assert path.stat().st_size < BYTES_MAX, f"{path}: {path.stat().st_size} bytes"

    async def _steady(self, window: Window) -> bytes:
        """Give a picture on which nothing moves any more, unless it is of something that does."""
        before, shown = b"", await window.page.screenshot()
        async with asyncio.timeout(PATIENCE):
            while shown != before and not await window.page.get_by_role("progressbar").count():
                before, shown = shown, await window.page.screenshot()
        return shown


async def show(browser: Browser, url: str, album: Album, camera: Camera, **look: Any) -> None:
    """Go through all screens as a guest, as a member and as an admin, with one look."""
    windows = []
    for _ in range(3):
        context = await browser.new_context(locale="en-GB", reduced_motion="reduce", **look)
        windows.append(Window(await context.new_page(), url))
    guest, member, admin = windows
    await camera.walk(guest, album.guest)
    await member.sign_in("ann", PASSWORD)
    await member.go("/upload")
    await member.slow_down(BYTES_PER_SECOND)
    await member.choose(album.file)
    await expect(member.page.get_by_text("per second ·")).to_be_visible(timeout=30_000)
    bar = member.page.get_by_role("progressbar")
    await expect(bar).to_have_attribute("aria-valuenow", re.compile(r"[4-9]|\d\d"), timeout=30_000)
    await camera.take(member, "upload-under-way")
    await member.slow_down(-1)
    await camera.walk(member, album.member)
    await admin.sign_in("admin", ADMIN_PASSWORD)
    await camera.walk(admin, album.admin)
    await admin.go("/admin/settings")
    await admin.page.get_by_label("Folder for videos").fill("/srv/vidcore/videos")
    await admin.page.get_by_label("Folder for videos").blur()
    await camera.take(admin, "admin-settings")
    for window in windows:
        await window.page.context.close()


async def main() -> int:
    """Take all pictures anew. Give 0."""
    ffmpeg = find_ffmpeg(None).path
    program = next(path for name in NAMES if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory(prefix="vidcore-screenshots-") as folder:
        url = f"sqlite:///{Path(folder, 'vidcore.db')}"
        service = RunningService(Path(folder), url, VIDCORE_PORT=free_port())
        async with service, async_playwright() as playwright:
            album = await fill(service, url, ffmpeg)
            shutil.rmtree(FOLDER, ignore_errors=True)
            FOLDER.mkdir()
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            for scheme in ("light", "dark"):
                for width, look in WIDTHS.items():
                    camera = Camera(FOLDER, f"{width}-{scheme}", ffmpeg)
                    await show(browser, service.url, album, camera, color_scheme=scheme, **look)
            await browser.close()
            await service.kill()  # else it would wait for the video that is being processed
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
