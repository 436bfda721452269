"""`python -m tests.browser`: play every kind of video in Chromium; exit 1 if one does not play."""

import asyncio
import sys
import tempfile
from pathlib import Path

from adapters_ffmpeg.find import find_ffmpeg
from tests.browser.playing import play_all
from tests.integration.samples import Samples


async def main() -> int:
    """Give 0 if all play."""
    with tempfile.TemporaryDirectory(prefix="vidcore-browser-") as folder:
        made = Path(folder, "samples")
        made.mkdir()
        found = await play_all(Path(folder), Samples(find_ffmpeg(None).path, made))
    bad = {name: faults for name, faults in found.items() if faults}
    print(f"{len(found) - len(bad)} of {len(found)} play")  # noqa: T201 - the result
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
