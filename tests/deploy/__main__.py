"""`python -m tests.deploy`: PostgreSQL, a service, two workers and nginx as deploy/ has them; exit 1 if not.

It needs nginx, rsync and curl on the PATH.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path

import aiohttp

from adapters_ffmpeg.find import find_ffmpeg
from tests.chaos.installation import Installation
from tests.chaos.postgres import OwnPostgres, own_postgres
from tests.deploy.nginx import CERTIFICATE, TREE, RunningNginx, free_port
from tests.deploy.through_nginx import Visitor
from tests.integration.backups import back_up, provide_tools, restore
from tests.integration.running import PASSWORD
from tests.integration.samples import Samples


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def use(visitor: Visitor, installation: Installation, clips: Iterable[Path]) -> None:
    """Do what members do."""
    session, nginx = visitor.session, visitor.nginx
    async with session.get(f"{nginx.plain_url}/docs", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/docs")
    await visitor.log_in()
    for clip, send in product(clips, (visitor.upload, visitor.upload_resumably)):
        video = await visitor.follow(await send(clip))
        [file] = (installation.data / "videos").glob(f"*/{video['id']}/*.mp4")
        await visitor.play(video, file.read_bytes())
        async with session.get(nginx.url + video["thumbnail_url"]) as answer:
            assert (await answer.read()).startswith(b"\xff\xd8")
        await visitor.is_refused("GET", f"/_vidcore{file}", 404, "not_found")
        aside = file.rename(file.with_name("aside"))
        await visitor.is_refused("GET", video["stream_url"], 404, "not_found")
        aside.rename(file)
        say(f"{clip.name}, {send.__name__}: followed, and played by ranges")
    await visitor.is_refused("GET", "/metrics", 401, "not_authenticated")
    say("what is inside stays inside")


async def follow_guide(nginx: RunningNginx, folder: Path, clip: Path) -> None:
    """Type in what docs/api.md has for curl."""
    page = (TREE / "docs" / "api.md").read_text(encoding="utf-8").partition("## In Python")[0]
    script = "set -eu\n" + "".join(re.findall(r"(?ms)^```sh\n(.*?)^```$", page))
    shutil.copy(clip, folder / "clip.mp4")
    bash = await asyncio.create_subprocess_exec(
        *("bash", "-c", script.replace("http://127.0.0.1:8000", nginx.url)),
        cwd=folder,
        env={**os.environ, "PASSWORD": PASSWORD, "CURL_CA_BUNDLE": str(CERTIFICATE)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await bash.communicate()
    assert bash.returncode == 0, said.decode()
    assert (folder / "first-bytes").stat().st_size == 100
    assert (folder / "first-steps.mp4").read_bytes()[4:8] == b"ftyp"
    say("the API guide was followed with curl")


async def move(installation: Installation, postgres: OwnPostgres, folder: Path) -> None:
    """Back up while it runs, restore elsewhere, and compare."""
    tools = provide_tools(folder / "tools", ("pg_dump", "pg_restore"))
    environment = {**installation.environment, "VIDCORE_DATA_DIR": str(installation.data)}
    backup = await back_up(folder / "backups", environment, tools)
    url, elsewhere = postgres.make_database(), folder / "elsewhere"
    elsewhere.mkdir()
    await asyncio.to_thread(restore, backup, elsewhere / "vidcore-data", url, tools)
    restored = Installation(elsewhere, url)
    code, said = await restored.check()
    assert code == 0, said
    say("backed up with rsync and pg_dump, restored elsewhere: fsck is clean")


async def main() -> int:
    """Give 0 if all is well; whatever is not raises."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vidcore-deploy-")))
        folder.chmod(0o755)  # nginx's user comes by here
        for name in ("service", "nginx", "clips", "guide"):
            (folder / name).mkdir()
        samples = Samples(find_ffmpeg(None).path, folder / "clips")
        postgres = stack.enter_context(own_postgres())
        port = free_port()
        nginx = RunningNginx(folder / "nginx", f"127.0.0.1:{port}")
        installation = Installation(
            folder / "service",
            postgres.make_database(),
            serve=("--no-worker",),
            workers=2,
            VIDCORE_PORT=str(port),
            VIDCORE_PUBLIC_URL=nginx.url,
            VIDCORE_TRUSTED_PROXIES="127.0.0.1",
            VIDCORE_SENDFILE="x-accel-redirect",
        )
        connector = aiohttp.TCPConnector(ssl=nginx.trust)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        await stack.enter_async_context(nginx)
        visitor = Visitor(nginx, session)
        async with installation:
            say(f"{nginx.url}: nginx before one service and two workers on PostgreSQL")
            await use(visitor, installation, (samples("small.mp4"), samples("hevc.mp4")))
            await follow_guide(nginx, folder / "guide", samples("small.mp4"))
            await move(installation, postgres, folder)
            await installation.stop()
            await visitor.is_refused("GET", "/healthz", 503, "service_unavailable")
            say("the service is stopped, and nginx says so in the shape of its errors")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
