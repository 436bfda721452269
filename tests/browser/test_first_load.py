"""What a first visit costs: requests, bytes, and time on a line such as phones have."""

from typing import Any, Final

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.members import Window
from tests.browser.screens import PASSWORD
from tests.integration.running import Client, register
from tests.integration.samples import Samples

REQUESTS_MAX: Final = 12
BYTES_MAX: Final = 60_000
# Lighthouse's "slow 4G", once called fast 3G: 150 ms there and back, 1.6 Mbit/s.
LINE: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
SECONDS_MAX: Final = 1.0
SHIFT_MAX: Final = 0.1  # Cumulative Layout Shift that is "good", https://web.dev/articles/cls
# The line is simulated, the machine is not: so the best of some visits counts, and is told, not judged.
VISITS: Final = 5
VIDEOS: Final = 20
OBSERVE: Final = """
window.seen = {complete: 0, largest: 0, shift: 0, blocked: 0};
const each = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({type, buffered: true});
each("largest-contentful-paint", (entry) => (seen.largest = entry.startTime));
each("layout-shift", (entry) => (seen.shift += entry.hadRecentInput ? 0 : entry.value));
each("longtask", (entry) => (seen.blocked += Math.max(0, entry.duration - 50)));
new MutationObserver(() => {
  if (!seen.complete && document.querySelectorAll(".video").length >= VIDEOS)
    requestAnimationFrame(() => (seen.complete = performance.now()));
}).observe(document, {childList: true, subtree: true});
""".replace("VIDEOS", str(VIDEOS))


async def test_the_library_comes_soon_and_costs_little(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    ann = await register(admin, "ann")
    for number in range(VIDEOS):
        answer = await ann.upload(clips("small.mp4"), title=f"Clip {number}")
        assert answer.status == 201
    queue = "/api/admin/stats"
    await admin.wait_for(queue, lambda stats: stats["processing_queue_length"] == 0)
    window = await open_window()
    await window.sign_in("ann", PASSWORD)
    devtools = await window.page.context.new_cdp_session(window.page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", LINE)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def note(event: dict[str, Any]) -> None:
        if event["type"] != "Image":  # the clips' own stills
            kinds[event["requestId"]] = event["request"]["url"]

    def weigh(event: dict[str, Any]) -> None:
        if event["requestId"] in kinds:
            sizes[event["requestId"]] = event["encodedDataLength"]

    devtools.on("Network.requestWillBeSent", note)
    devtools.on("Network.loadingFinished", weigh)
    await window.page.add_init_script(OBSERVE)
    figures: list[dict[str, float]] = []
    while len(figures) < VISITS and not any(in_time(each) for each in figures):
        kinds.clear()
        await devtools.send("Network.clearBrowserCache")
        figures.append(await open_library(window))
    counted, weight = list(kinds.values()), sum(sizes[key] for key in kinds)
    best = min(figures, key=lambda each: each["complete"])
    told = ", ".join(f"{name} {value:.3f}" for name, value in best.items())
    verdict = "kept" if in_time(best) else "MISSED"
    print(  # noqa: T201 - noted
        f"{len(counted)} requests, {weight:.0f} bytes; {told}; best of {len(figures)}; "
        f"wanted complete < {SECONDS_MAX}: {verdict}"
    )

    assert len(counted) <= REQUESTS_MAX, counted
    assert weight < BYTES_MAX
    assert best["shift"] < SHIFT_MAX


def in_time(figures: dict[str, float]) -> bool:
    return figures["complete"] < SECONDS_MAX


async def open_library(window: Window) -> dict[str, float]:
    """Open the library, and give after how many seconds its last card, and other things, were seen.

    `blocked` is the time for which tasks of over 50 ms kept the page from answering: Lighthouse's total
    blocking time; `shift` has no unit.
    """
    await window.page.goto(window.url, wait_until="commit")
    await expect(window.page.locator(".video")).to_have_count(VIDEOS)
    await window.page.wait_for_load_state("networkidle")
    await window.until("seen.complete > 0 && seen.largest > 0")
    seen: dict[str, float] = await window.evaluate(
        "({...seen, first: performance.getEntriesByName('first-contentful-paint')[0].startTime})"
    )
    return {name: value if name == "shift" else value / 1000 for name, value in seen.items()}
