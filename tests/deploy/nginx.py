"""The site of `deploy/nginx.conf`, served by the machine's own nginx on free ports."""

import asyncio
import os
import re
import socket
import ssl
from pathlib import Path
from typing import Final, Self

TREE: Final = Path(__file__).parents[2]
SITE: Final = TREE / "deploy" / "nginx.conf"
CERTIFICATE: Final = TREE / "tests" / "integration" / "http" / "loopback.pem"

# As a distribution has it, but for its places: nobody has only the group that serves.
AROUND: Final = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
worker_processes 2;
events {{}}
http {{
    access_log {folder}/access.log;
    {temporary}
    include {folder}/site.conf;
}}
"""
TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    assert isinstance(port, int)
    return port


class RunningNginx:
    """nginx before a service at `upstream`, "address:port"; everything that it keeps is in `folder`."""

    def __init__(self, folder: Path, upstream: str) -> None:
        self.port, self._plain_port = free_port(), free_port()
        self.url = f"https://localhost:{self.port}"
        self.plain_url = f"http://localhost:{self._plain_port}"
        self.trust = ssl.create_default_context(cafile=CERTIFICATE)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        changes = {
            r"\n *listen \[::\]:.*": "",
            r"listen 443 ": f"listen 127.0.0.1:{self.port} ",
            r"listen 80;": f"listen 127.0.0.1:{self._plain_port};",
            r"127\.0\.0\.1:8000": upstream,
            r"/etc/ssl/vidcore/\w+\.pem": str(CERTIFICATE),
        }
        site = SITE.read_text(encoding="utf-8")
        for pattern, replacement in changes.items():
            site, count = re.subn(pattern, replacement, site)
            assert count, f"{SITE.name} has no {pattern}"
        (folder / "site.conf").write_text(site, encoding="utf-8")
        around = AROUND.format(
            folder=folder,
            user="user nobody root;" if os.geteuid() == 0 else "",
            temporary=" ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY),
        )
        (folder / "nginx.conf").write_text(around, encoding="utf-8")

    async def _nginx(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("nginx", "-c", str(self._folder / "nginx.conf"), *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def __aenter__(self) -> Self:
        checked = await self._nginx("-t")
        said, _ = await checked.communicate()
        assert checked.returncode == 0, said.decode()
        assert "warn" not in said.decode(), said.decode()
        self._process = await self._nginx()
        async with asyncio.timeout(20):
            while not await self._listens():
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        await self._process.communicate()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return False
        writer.close()
        await writer.wait_closed()
        return True
