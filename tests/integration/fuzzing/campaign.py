"""One live service, two who fuzz it: a plain member and an admin."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import attrs

from adapters_ffmpeg.find import find_ffmpeg
from tests.integration.running import PASSWORD, Client, RunningService, register

ROOT: Final = Path(__file__).parents[3]
CLIP: Final = "clip.mkv"
CONFIG: Final = Path(__file__).with_name("schemathesis.toml")


@attrs.frozen(kw_only=True)
class Campaign:
    """A live service, and who fuzzes it."""

    folder: Path
    member: Client
    admin: Client

    async def run(self, who: Client, *arguments: str, quiet: bool = False) -> tuple[int, str]:
        """Let `who` fuzz, with all checks; give the exit code and, if `quiet`, what was printed."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **await self._facts(who)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
            *("run", f"{who.url}/openapi.json", "--checks", "all", *arguments),
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        )
        printed, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, printed.decode() if quiet else ""

    async def _facts(self, who: Client) -> dict[str, str]:
        """Give `who` two videos, one of which may be lost, and tell whom and what there is."""
        uploaded = [await who.upload(self.folder / CLIP, title=t) for t in ("Spared", "Doomed")]
        for video in uploaded:
            path = video.headers["Location"]
            await who.wait_for(path, lambda v: v["processing_status"] == "completed")
        me = (await who("GET", "/api/auth/me")).json["id"]
        somebody = await register(self.admin, f"somebody-{me[-6:]}")
        described = {"Upload-Length": "1000", "Upload-Metadata": "filename YS5tcDQ="}
        begun = await who("POST", "/api/uploads", headers={"Tus-Resumable": "1.0.0", **described})
        return {
            "FUZZ_TOKEN": who.token,
            "FUZZ_SELF": me,
            "FUZZ_USER": (await somebody("GET", "/api/auth/me")).json["id"],
            "FUZZ_VIDEO": uploaded[0].json["id"],
            "FUZZ_DOOMED_VIDEO": uploaded[1].json["id"],
            "FUZZ_UPLOAD": begun.headers["Location"].rpartition("/")[2],
            "FUZZ_FOLDER": str(self.folder / "chosen"),
        }


@asynccontextmanager
async def campaign(folder: Path) -> AsyncIterator[Campaign]:
    """Start a service on SQLite in `folder`, with members and a clip to upload."""
    command = [
        *(find_ffmpeg().path, "-v", "error"),
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=0.5"),
        *("-c:v", "libx264", "-preset", "ultrafast", str(folder / CLIP)),
    ]
    subprocess.run(command, check=True)
    async with RunningService(folder, f"sqlite:///{folder / 'fuzzed.db'}") as service:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        member = await register(admin, "fuzzer")
        yield Campaign(folder=folder, member=member, admin=admin)
