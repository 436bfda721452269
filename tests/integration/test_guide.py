"""The API guide's client in Python does what the page says, with a real service."""

import asyncio
import os
import re
import sys
from pathlib import Path

from adapters_ffmpeg.find import find_ffmpeg
from tests.deploy.nginx import free_port
from tests.integration.running import PASSWORD, RunningService
from tests.integration.samples import Samples

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


async def test_the_client_of_the_guide_uploads_follows_and_keeps_what_it_gets(
    tmp_path: Path,
) -> None:
    [code] = re.findall(r"(?ms)^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"))
    (tmp_path / "client.py").write_text(code, encoding="utf-8")
    clip = Samples(find_ffmpeg().path, tmp_path)("small.mp4")
    database_url = f"sqlite:///{tmp_path / 'vidcore.db'}"

    # Uploads are told where to go on by the public address, in which port 0 means nothing.
    port = str(free_port())
    async with RunningService(tmp_path, database_url, VIDCORE_PORT=port) as service:
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "client.py", service.url, "admin", str(clip)),
            cwd=tmp_path,
            env={**os.environ, "PASSWORD": PASSWORD},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await client.communicate()

    assert client.returncode == 0
    assert said.decode().splitlines()[-1] == "completed 100%"
    assert clip.with_suffix(".published.mp4").read_bytes()[4:8] == b"ftyp"
