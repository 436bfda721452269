"""Who is really asking, where trusted proxies stand before the service.

`X-Forwarded-For` is a list to which every proxy adds the address that it was asked from. Only the part
that trusted proxies wrote can be believed: read from the right, the first address that is not theirs.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web

FORWARDED_FOR: Final = "X-Forwarded-For"

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The addresses and networks whose `X-Forwarded-For` is believed.

    Raises ValueError for what is neither an address nor a network.
    """

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(map(ip_network, proxies))

    def client_address(self, request: web.Request) -> str:
        """Give the address of the client, as far as it can be known."""
        peer = request.remote or "unknown"
        forwarded = ",".join(request.headers.getall(FORWARDED_FOR, []))
        for hop in reversed(forwarded.split(",")):
            if not self._trusts(peer) or (address := _parse(hop)) is None:
                break
            peer = str(address)
        return peer

    def _trusts(self, peer: str) -> bool:
        address = _parse(peer)
        return address is not None and any(address in network for network in self._networks)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
