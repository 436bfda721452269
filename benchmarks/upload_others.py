"""nginx and FastAPI, taking files as they do out of the box."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from benchmarks.upload_peers import Peer, Push, form_push, request_head

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{}}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {folder}/nginx-bodies;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/nginx-files;
    location / {{ dav_methods PUT; }}
  }}
}}
"""

# As its documentation does it: what was spooled to a temporary file is copied to its place.
FASTAPI = """
import shutil, sys
import uvicorn
from fastapi import FastAPI, UploadFile

app = FastAPI()

@app.post("/upload", status_code=201)
def upload(file: UploadFile) -> int:
    with open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
        return target.tell()

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
"""


@attrs.frozen
class Nginx:
    """Its own PUT, as it comes, but that it runs one worker."""

    pid: int
    port: int
    folder: Path
    name: str = "nginx, PUT"

    async def prepare(self, size: int) -> Push:
        """Give the request for a file of `size` bytes."""
        return Push(port=self.port, head=request_head("PUT /clip.mp4 HTTP/1.1", size))

    async def tidy(self, _: bytes) -> None:
        """Remove what was taken."""
        (self.folder / "nginx-files/clip.mp4").unlink()


@attrs.frozen
class FastApi:
    """UploadFile, on uvicorn."""

    pid: int
    port: int
    target: Path
    name: str = "FastAPI, UploadFile"

    async def prepare(self, size: int) -> Push:
        """Give the request for a file of `size` bytes."""
        return form_push("POST /upload HTTP/1.1", self.port, size)

    async def tidy(self, _: bytes) -> None:
        """Remove what was taken."""
        self.target.unlink()


@contextmanager
def nginx(folder: Path) -> Iterator[list[Peer]]:
    """Run nginx, if it is installed."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        sys.stdout.write("nginx is not installed, and left out\n")
        yield []
        return
    (folder / "nginx-files").mkdir(mode=0o777)
    port = _free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, user=user))
    with _running([program, "-c", str(folder / "nginx.conf")], port, folder) as pid:
        yield [Nginx(pid, port, folder)]


@contextmanager
def fastapi(folder: Path, python: str) -> Iterator[list[Peer]]:
    """Run FastAPI, if the interpreter `python` has it, uvicorn and python-multipart."""
    needs = [python, "-c", "import fastapi, uvicorn, python_multipart"]
    found = subprocess.run(needs, capture_output=True, check=False)  # noqa: S603 - as asked for
    if found.returncode:
        sys.stdout.write(f"{python} has no FastAPI, which is left out\n")
        yield []
        return
    port = _free_port()
    target = folder / "fastapi.mp4"
    with _running([python, "-c", FASTAPI, str(port), str(target)], port, folder) as pid:
        yield [FastApi(pid, port, target)]


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[int]:
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - commands of ours
        try:
            _wait_for(port)
            yield process.pid
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
