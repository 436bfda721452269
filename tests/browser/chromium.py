"""A headless Chromium, spoken to by its DevTools protocol."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60.0  # seconds that one answer may take
# A container has no sandbox for root, little shared memory and no graphics; and nothing may be asked of
# anybody but the service.
FLAGS = (
    *(
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--mute-audio", "--autoplay-policy=no-user-gesture-required"),
)


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)

    async def evaluate(self, script: str) -> Any:
        """Run an expression in the page, wait for what it promises, and give its JSON value."""
        answer = await self._ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    async def open(self, url: str) -> None:
        """Go to an address, and return when its page is loaded."""
        await self._ask("Page.enable")
        await self._ask("Page.navigate", url=url)
        async with asyncio.timeout(PATIENCE):
            while await self.evaluate("document.readyState") != "complete":
                await asyncio.sleep(0.05)

    async def give_files(self, selector: str, *files: Path) -> None:
        """Choose files in a file input."""
        root = (await self._ask("DOM.getDocument"))["root"]["nodeId"]
        node = await self._ask("DOM.querySelector", nodeId=root, selector=selector)
        await self._ask(
            "DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(file) for file in files]
        )

    async def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE):
            async for message in self._socket:
                answer = message.json()
                if answer.get("id") == number:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']}")
                    return answer["result"]
        raise ConnectionError("the browser is gone")


@asynccontextmanager
async def browser_page(folder: Path) -> AsyncIterator[Page]:
    """Start a browser with an empty page, and end it. Raises FileNotFoundError if there is none."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        raise FileNotFoundError(f"none of {', '.join(NAMES)} is on the PATH")
    process = await asyncio.create_subprocess_exec(
        *(program, "--headless=new", "--remote-debugging-port=0", *FLAGS),
        *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
        *(f"--user-data-dir={folder / 'profile'}", "about:blank"),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(process)
        async with aiohttp.ClientSession() as session:
            address = f"http://127.0.0.1:{port}/json/list"
            async with session.get(address) as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            async with session.ws_connect(
                pages[0]["webSocketDebuggerUrl"], max_msg_size=0
            ) as socket:
                yield Page(socket)
    finally:
        process.terminate()
        await process.communicate()


async def _port(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if found := re.search(rb"DevTools listening on ws://127\.0\.0\.1:(\d+)/", line):
                return found[1].decode()
    raise ConnectionError("the browser ended before it listened")
