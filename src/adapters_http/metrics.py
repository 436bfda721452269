"""What is counted of requests, in Prometheus' text format.

A route is counted by its pattern, never by its path: an id is no label.
"""

import hmac
from ipaddress import ip_address
from typing import Final

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
# Seconds: look-ups, lists, log-ins (bcrypt), uploads and streams.
_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """The numbers of one application; each has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "vidcore_http_request_seconds",
            "How long requests took, by method, route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "vidcore_http_requests_in_flight",
            "Requests that are being answered.",
            registry=self._registry,
        )
        self._sent = Counter(
            "vidcore_http_sent_bytes",
            "Bytes of answers, headers included.",
            registry=self._registry,
        )

    def begin(self) -> None:
        """Count a request that has come in."""
        self._in_flight.inc()

    def end(self, *, method: str, route: str, status: int, seconds: float, sent: int) -> None:
        """Count a request that is over; `sent` in bytes."""
        known = method if method in _METHODS else "other"
        self._in_flight.dec()
        self._seconds.labels(known, route, str(status)).observe(seconds)
        self._sent.inc(sent)

    def render(self) -> bytes:
        """Give all numbers as text."""
        return generate_latest(self._registry)


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
