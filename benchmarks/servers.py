"""Programs that a benchmark starts beside vidcore, and stops."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NGINX: Final = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  types {{ video/mp4 mp4; }}
  {http}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    {server}
  }}
}}
"""


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[int]:
    """Run a program that listens on the port, and give its process; what it says goes to a file."""
    environment = os.environ | {"TMPDIR": str(folder)}
    with (
        (folder / "others.log").open("ab") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,  # noqa: S603 - commands of ours
    ):
        try:
            wait_for(port)
            yield process.pid
        finally:
            process.terminate()


def find_nginx() -> str | None:
    """Give nginx's path, if it is installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def running_nginx(
    program: str, folder: Path, *, server: str, http: str = ""
) -> Iterator[tuple[int, int]]:
    """Run one worker of nginx with these directives, and give its first process and its port."""
    folder.mkdir()
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = NGINX.format(folder=folder, port=port, user=user, server=server, http=http)
    (folder / "nginx.conf").write_text(configuration)
    with running([program, "-c", str(folder / "nginx.conf")], port, folder) as pid:
        yield pid, port


def wait_for(port: int) -> None:
    """Return when something listens on the port. Raises ConnectionRefusedError after 30 s."""
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
