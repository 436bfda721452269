"""nginx and FastAPI, taking files as they do out of the box."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from benchmarks.servers import find_nginx, free_port, running, running_nginx
from benchmarks.upload_peers import Peer, Push, form_push, request_head

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
    program = find_nginx()
    if program is None:
        sys.stdout.write("nginx is not installed, and left out\n")
        yield []
        return
    (folder / "nginx-files").mkdir(mode=0o777)
    http = f"client_max_body_size 0; client_body_temp_path {folder}/nginx-bodies;"
    server = f"root {folder}/nginx-files; location / {{ dav_methods PUT; }}"
    with running_nginx(program, folder / "nginx", server=server, http=http) as (pid, port):
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
    port = free_port()
    target = folder / "fastapi.mp4"
    with running([python, "-c", FASTAPI, str(port), str(target)], port, folder) as pid:
        yield [FastApi(pid, port, target)]
