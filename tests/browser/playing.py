"""Play in a browser what people upload: to its end, with its dimensions, and from its middle."""

from pathlib import Path
from typing import Any

from tests.browser.chromium import Page, browser_page
from tests.integration.ffmpeg.kinds import COPIED, ENCODED, Kind
from tests.integration.running import PASSWORD, Client, RunningService
from tests.integration.samples import Samples

SEEK_SLACK = 0.35  # seconds between where a seek goes and what the player tells
PLAY = """
new Promise((resolve, reject) => {
  const video = document.createElement("video");
  document.body.replaceChildren(video);
  const told = {stalls: 0};
  const fail = () => reject(new Error(`${video.error?.code} ${video.error?.message}`));
  video.addEventListener("error", fail);
  setTimeout(() => reject(new Error("it plays no further than " + video.currentTime)), 50000);
  video.addEventListener("loadedmetadata", () => {
    Object.assign(told, {
      width: video.videoWidth, height: video.videoHeight, duration: video.duration,
    });
    video.playbackRate = Math.min(8, Math.max(1, video.duration / 4));
    video.play().catch(reject);
  });
  video.addEventListener("ended", () => {
    told.end = video.currentTime;
    told.frames = video.getVideoPlaybackQuality().totalVideoFrames;
    video.addEventListener("seeked", () => resolve({...told, sought: video.currentTime}));
    video.currentTime = video.duration / 2;
  }, {once: true});
  video.muted = true;
  video.src = ADDRESS;
})
"""


def faults(kind: Kind, played: dict[str, Any]) -> list[str]:
    """Say what is not as it has to be."""
    found = []
    if (played["width"], played["height"]) != kind.size:
        found.append(f"is {played['width']}x{played['height']} instead of {kind.size}")
    if abs(played["duration"] - kind.seconds) > max(0.1, 0.01 * kind.seconds):
        found.append(f"lasts {played['duration']} instead of {kind.seconds} s")
    if played["end"] < played["duration"] - 0.1:
        found.append(f"ends at {played['end']}")
    if abs(played["sought"] - played["duration"] / 2) > SEEK_SLACK:
        found.append(f"seeks to {played['sought']}")
    if not played["frames"]:
        found.append("shows no frame")
    return found


async def play_all(folder: Path, samples: Samples) -> dict[str, list[str]]:
    """Upload, process and play every kind; give the faults of each."""
    (folder / "service").mkdir()
    url = f"sqlite:///{folder / 'service' / 'vidcore.db'}"
    found: dict[str, list[str]] = {}
    async with RunningService(folder / "service", url) as service, browser_page(folder) as page:
        admin = Client(service.url)
        await admin.log_in("admin", PASSWORD)
        for kind in (*COPIED, *ENCODED):
            answer = await admin.upload(kind.make(samples, kind.name), title=kind.name)
            assert answer.status == 201, answer
            found[kind.name] = await _play(admin, page, kind, answer.json["id"])
            print(kind.name, "; ".join(found[kind.name]) or "plays")  # noqa: T201 - for who waits
    return found


async def _play(admin: Client, page: Page, kind: Kind, video_id: str) -> list[str]:
    path = f"/api/videos/{video_id}"
    video = await admin.wait_for(
        path, lambda video: video["processing_status"] in {"completed", "failed"}
    )
    if video["processing_status"] == "failed":
        return [video["error_message"]]
    address = f'"{admin.url}{video["stream_url"]}"'
    return faults(kind, await page.evaluate(PLAY.replace("ADDRESS", address)))
