"""What is counted of requests, in Prometheus' text format.

A route is counted by its pattern, never by its path: an id is no label. Of several processes that serve
one address, each keeps its numbers in files of a folder that all share (the multiprocess mode of
prometheus_client, which begins with SHARED in the environment), and whichever is asked adds them up.
"""

import hmac
import os
from ipaddress import ip_address
from typing import Final

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"  # the variable's name is prometheus_client's
SCOPE: Final = "Of this `vidcore serve`, all its processes together, since it was started."
# Seconds: look-ups, lists, log-ins (bcrypt), uploads and streams.
_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """The numbers of one application; each has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "vidcore_http_request_seconds",
            f"How long requests took, by method, route and status. {SCOPE}",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "vidcore_http_requests_in_flight",
            "Requests that are being answered. Of all processes of this `vidcore serve`.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._sent = Counter(
            "vidcore_http_sent_bytes",
            f"Bytes of answers, headers included; what nginx sends by itself is not. {SCOPE}",
            registry=self._registry,
        )
        self._received = Counter(
            "vidcore_http_received_bytes",
            f"Bytes of the bodies of requests. {SCOPE}",
            registry=self._registry,
        )
        self._refused = Counter(
            "vidcore_http_refusals",
            f"Requests that were answered by an error, by its code, as the API knows it. {SCOPE}",
            ("code",),
            registry=self._registry,
        )
        for code in ("invalid_credentials", "too_many_requests", "quota_exceeded", "storage_full"):
            self._refused.labels(code)  # 0 from the start, or the first would be no increase

    def begin(self) -> None:
        """Count a request that has come in."""
        self._in_flight.inc()

    def refuse(self, code: str) -> None:
        """Count a request that was answered by an error."""
        self._refused.labels(code).inc()

    def end(  # noqa: PLR0913 - what is counted of a request
        self, *, method: str, route: str, status: int, seconds: float, sent: int, received: int
    ) -> None:
        """Count a request that is over; `sent` and `received` in bytes."""
        known = method if method in _METHODS else "other"
        self._in_flight.dec()
        self._seconds.labels(known, route, str(status)).observe(seconds)
        self._sent.inc(sent)
        self._received.inc(received)

    def render(self) -> bytes:
        """Give all numbers as text, those of the other processes added."""
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        all_processes = CollectorRegistry()
        MultiProcessCollector(all_processes)
        return generate_latest(all_processes)


def may_read(request: web.Request, token: str) -> bool:
    """Say whether who asks may read the numbers: this very machine, or who has the token, if any.

    Who asks through a proxy on this machine is not this machine.
    """
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    if token and hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode()
    ):
        return True
    return _is_loopback(request.remote) and "X-Forwarded-For" not in request.headers


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
