from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.addresses import why_not_public


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fd12::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1"),
        *("64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *("5f00::1", "4000::1", "fec0::1"),
    ],
)
def test_what_is_set_apart_is_not_public(address: str) -> None:
    assert why_not_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.255.255", "172.32.0.1", "100.128.0.1"),
        *("2606:4700::1111", "2a00:1450::1", "2001:200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    ],
)
def test_what_anybody_may_have_is_public(address: str) -> None:
    assert why_not_public(address) is None


@given(st.ip_addresses())
def test_nothing_that_python_has_for_special_is_public(address: IPv4Address | IPv6Address) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    hidden = isinstance(address, IPv6Address) and (
        address.ipv4_mapped or "64:ff9b::" in f"{address}"
    )
    if special and not hidden:
        assert why_not_public(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_hides_behind_no_other(address: IPv4Address) -> None:
    for hidden in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert why_not_public(hidden) == why_not_public(str(address))


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="localhost"):
        why_not_public("localhost")
