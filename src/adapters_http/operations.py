"""What Prometheus is told of the platform as a whole: read from the store and the disks at each scrape.

So it is the same whichever process is asked, and right however many serve or process.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from vidcore.media import Mode
from vidcore.paces import Tally
from vidcore.use_cases.operating import Operations

WHOLE: Final = "Of the whole platform."


def render_operations(operations: Operations | None) -> bytes:
    """Give the numbers as text; None is for a store or a disk that is out of reach."""
    registry = CollectorRegistry()
    registry.register(_Given(operations))
    return generate_latest(registry)


class _Given(Collector):
    """Gives what it was made of."""

    def __init__(self, operations: Operations | None) -> None:
        self._operations = operations

    def collect(self) -> Iterator[Metric]:
        yield _gauge(
            "vidcore_platform_up",
            "1 if database and disks were in reach of the process that was asked, else 0; then "
            "the other numbers of the platform are left out.",
            int(self._operations is not None),
        )
        if self._operations is not None:
            yield from _queue(self._operations)
            yield from _disks(self._operations)
            yield from _transcodes(self._operations)


def _queue(operations: Operations) -> Iterator[Metric]:
    backlog = operations.backlog
    videos = GaugeMetricFamily("vidcore_videos", f"Videos by status. {WHOLE}", labels=["status"])
    counts = {
        "waiting": backlog.waiting,
        "processing": backlog.processing,
        "completed": backlog.completed,
        "failed": backlog.failed,
    }
    for status, count in counts.items():
        videos.add_metric([status], count)
    yield videos
    yield _gauge(
        "vidcore_queue_oldest_seconds",
        f"How long the video that was ready first has waited for a worker; 0 if none does. {WHOLE}",
        operations.oldest_waiting.total_seconds(),
    )
    yield _gauge("vidcore_uploads_under_way", f"Uploads under way. {WHOLE}", backlog.uploads)
    yield _gauge(
        "vidcore_uploads_reserved_bytes",
        f"Bytes that uploads under way may still become, or have. {WHOLE}",
        backlog.reserved_bytes,
    )


def _disks(operations: Operations) -> Iterator[Metric]:
    yield _gauge(
        "vidcore_temporary_bytes",
        "Bytes of uploads under way, and of originals that are not processed yet. "
        "On the machine that was asked.",
        operations.temporary_bytes,
    )
    free = GaugeMetricFamily(
        "vidcore_disk_free_bytes",
        "Bytes that are free where uploads arrive and where videos are published. "
        "On the machine that was asked.",
        labels=["area"],
    )
    free.add_metric(["uploads"], operations.free_for_uploads_bytes)
    free.add_metric(["videos"], operations.free_for_videos_bytes)
    yield free


def _transcodes(operations: Operations) -> Iterator[Metric]:
    by_mode = {tally.mode: tally for tally in operations.tallies}
    tallies = [by_mode.get(mode, Tally(mode=mode)) for mode in (*Mode, None)]
    ended = CounterMetricFamily(
        "vidcore_transcodes",
        "Attempts that ended, by outcome and plan; `stumbled` are repeated. By all workers, ever.",
        labels=["outcome", "plan"],
    )
    media = CounterMetricFamily(
        "vidcore_transcoded_media_seconds",
        "How long the videos last that were completed, by plan. By all workers, ever.",
        labels=["plan"],
    )
    busy = CounterMetricFamily(
        "vidcore_transcoding_busy_seconds",
        "How long the processing of completed videos took, by plan. By all workers, ever.",
        labels=["plan"],
    )
    for tally in tallies:
        plan = "unplanned" if tally.mode is None else tally.mode.value
        ended.add_metric(["completed", plan], tally.completed)
        ended.add_metric(["failed", plan], tally.failed)
        ended.add_metric(["stumbled", plan], tally.stumbled)
        media.add_metric([plan], tally.media_seconds)
        busy.add_metric([plan], tally.busy_seconds)
    yield from (ended, media, busy)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)
