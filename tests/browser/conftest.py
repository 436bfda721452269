"""A service, a browser, and pages on which every complaint of the browser fails the test."""

import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from adapters_ffmpeg.find import find_ffmpeg
from tests.browser.chromium import FLAGS, NAMES
from tests.browser.members import Window
from tests.integration.running import PASSWORD, Client, RunningService
from tests.integration.samples import Samples

PATIENCE = 60_000  # milliseconds that anything on a page may take
expect.set_options(timeout=PATIENCE)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return Samples(find_ffmpeg(None).path, tmp_path_factory.mktemp("clips"))


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[RunningService]:
    """A service that keeps its port when it is started again, as one for people does."""
    url = f"sqlite:///{tmp_path / 'vidcore.db'}"
    async with RunningService(tmp_path, url, VIDCORE_PORT=free_port()) as service:
        yield service


@pytest.fixture
async def admin(service: RunningService) -> Client:
    client = Client(service.url)
    await client.log_in("admin", PASSWORD)
    return client


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    program = next(path for name in NAMES if (path := shutil.which(name)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


Open = Callable[..., Awaitable[Window]]


@pytest.fixture
async def open_window(service: RunningService, browser: Browser) -> AsyncIterator[Open]:
    """Open a window of its own, with the context's options; in the end none may have complained."""
    opened: list[Window] = []

    async def open_window(**options: Any) -> Window:
        given = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        context = await browser.new_context(**given)
        context.set_default_timeout(PATIENCE)
        window = Window(await context.new_page(), service.url)
        opened.append(window)
        return window

    yield open_window
    assert [complaint for window in opened for complaint in window.complaints] == []
