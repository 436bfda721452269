"""The public address: whether links lead to this service, and past nobody who listens."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import attrs

from vidcore.diagnosis import Diagnosis, Verdict

_WHY: Final = (
    "Invitation links and the addresses of resumable uploads begin with it; over plain http, others"
    " on the way read passwords and videos."
)
_SETTING: Final = "VIDCORE_PUBLIC_URL"
_PORTS: Final = {"http": 80, "https": 443}


@attrs.frozen(kw_only=True)
class Serving:
    """How the service is reached: where it listens, and the proxies before it that it trusts."""

    host: str
    port: int
    proxies: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        """Say whether only this machine can connect."""
        return is_loopback(self.host)


def examine_public_url(url: str, serving: Serving) -> Diagnosis:
    """Judge the public address against how the service is reached."""
    verdict, found, mend = _judge(url, serving)
    return Diagnosis.of(
        "public-url", verdict, seen=f"{_SETTING} is {_shown(url)}: {found}.", why=_WHY, mend=mend
    )


def _judge(url: str, serving: Serving) -> tuple[Verdict, str, str]:
    wanted = f"Set {_SETTING} to the address that members open, like https://videos.example.org."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Verdict.FAULT, "it is no address", wanted
    if parts.scheme not in _PORTS or not host or port == 0:
        return Verdict.FAULT, "it leads nowhere", wanted
    if parts.username or parts.query or parts.fragment:
        return Verdict.FAULT, "nothing may stand before the host, or after '?' or '#'", wanted
    if _is_any(host):
        return Verdict.FAULT, "it stands for all addresses, and leads to none", wanted
    return _match(parts.scheme, host, port or _PORTS[parts.scheme], serving)


def _match(scheme: str, host: str, port: int, serving: Serving) -> tuple[Verdict, str, str]:
    direct = port == serving.port and not serving.proxies
    if is_loopback(host):
        if scheme == "http" and port != serving.port and not serving.proxies:
            found = f"the service listens on port {serving.port}"
            return Verdict.WARNING, found, f"Set {_SETTING}, or VIDCORE_PORT to {port}."
        return Verdict.OK, "only this machine is meant", ""
    if scheme == "http":
        mend = f"Put a proxy with TLS before it, such as nginx, and set {_SETTING} to https://."
        return Verdict.WARNING, "what goes there can be read on the way", mend
    if direct and not serving.is_local:
        mend = f"Put a proxy with TLS before it, and set {_SETTING} to the proxy's address."
        return Verdict.WARNING, f"port {port} is this service's own, which speaks no TLS", mend
    if not serving.proxies:
        mend = "Set VIDCORE_TRUSTED_PROXIES to the proxy's address, such as 127.0.0.1."
        return Verdict.WARNING, "whoever comes through the proxy has the proxy's address", mend
    return Verdict.OK, "a proxy that is trusted speaks TLS for it", ""


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _shown(url: str) -> str:
    """Give the address without who logs in by it."""
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else url
