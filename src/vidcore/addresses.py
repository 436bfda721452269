"""Which network addresses are the public's, so that nobody is made to knock at a door inside.

A webhook goes to whatever address its receiver's name has at that moment. Private networks, the machine
itself and whatever else IANA has set apart are refused, also where they hide in an IPv6 address.

>>> from vidcore import why_not_public
>>> why_not_public("10.1.2.3")
'private network'
>>> why_not_public("::ffff:127.0.0.1")
'this machine'
>>> why_not_public("93.184.215.14") is None
True
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

# The special-purpose registries of IANA (RFC 6890), and multicast. Not `ipaddress.is_global`, which
# differs from release to release of Python, and has multicast for global.
_SET_APART: Final = {
    ip_network(network): use
    for use, networks in {
        "this network": ["0.0.0.0/8", "::/128"],
        "this machine": ["127.0.0.0/8", "::1/128"],
        "private network": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
        "shared with the provider": ["100.64.0.0/10"],
        "link": ["169.254.0.0/16", "fe80::/10"],
        "protocols": ["192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16"],
        "documentation": [
            *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
            *("2001:db8::/32", "3fff::/20"),
        ],
        "benchmarks": ["198.18.0.0/15"],
        "multicast": ["224.0.0.0/4", "ff00::/8"],
        "reserved": ["240.0.0.0/4"],
    }.items()
    for network in networks
}
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # all that IANA gives to anybody, RFC 4291 2.5.4
_MAPPED: Final = IPv6Network("::ffff:0:0/96")  # RFC 4291 2.5.5.2
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052 2.1


def why_not_public(address: str) -> str | None:
    """Give what an address is set apart for, or None if it is the public's.

    One that has an IPv4 address in it is judged by that. Raises ValueError for what is no address.
    """
    parsed = _reached(ip_address(address))
    for network, use in _SET_APART.items():
        if parsed in network:
            return use
    if isinstance(parsed, IPv6Address) and parsed not in _GLOBAL_UNICAST:
        return "reserved"
    return None


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the address that answers: for a mapped or translated one, the IPv4 address in it."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
