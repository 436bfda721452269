import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Request
from multidict import CIMultiDict

from adapters_http.proxies import TrustedProxies


def asked_from(peer: str, *forwarded: str) -> Request:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return make_mocked_request("GET", "/", headers=headers).clone(remote=peer)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ((), "203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        (("10.0.0.1",), "10.0.0.1", (), "10.0.0.1"),
        (("10.0.0.1",), "10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        (("10.0.0.1",), "203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        (("10.0.0.1",), "10.0.0.1", ("6.6.6.6, 198.51.100.1",), "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("198.51.100.1, 10.2.3.4",), "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("198.51.100.1", "10.2.3.4"), "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1", ("10.9.9.9, 10.2.3.4",), "10.9.9.9"),
        (("10.0.0.1",), "10.0.0.1", ("198.51.100.1, nonsense",), "10.0.0.1"),
        (("10.0.0.1",), "::ffff:10.0.0.1", ("2001:db8::7",), "2001:db8::7"),
        (("::1",), "::1", ("198.51.100.1",), "198.51.100.1"),
    ],
)
def test_only_what_trusted_proxies_say_is_believed(
    trusted: tuple[str, ...], peer: str, forwarded: tuple[str, ...], client: str
) -> None:
    assert TrustedProxies(trusted).client_address(asked_from(peer, *forwarded)) == client


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.1/8", ""])
def test_what_is_no_address_is_refused(proxy: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrustedProxies([proxy])
