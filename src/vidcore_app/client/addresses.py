"""The address of a service as people type it, in the one form by which it is remembered."""

from ipaddress import ip_address
from typing import Final

from yarl import URL

from vidcore_app.client.failures import AddressError

_SCHEMES: Final = ("http", "https")


def parse_server(text: str) -> URL:
    """Give the address, without a slash at its end; a folder of the host may be part of it.

    Raises AddressError.
    """
    try:
        url = URL(text.strip())
    except ValueError as error:
        raise AddressError(text, str(error)) from None
    if url.scheme not in _SCHEMES or not url.host or " " in url.host:
        raise AddressError(text, "it begins with http:// or https:// and a host")
    if url.user is not None or url.password is not None:
        raise AddressError(text, "a name or password has no place in it")
    if url.raw_query_string or url.raw_fragment:
        raise AddressError(text, "nothing may follow the path")
    return url.with_path(url.raw_path.rstrip("/"), encoded=True)


def is_unprotected(server: URL) -> bool:
    """Whether others on the way can read a password: no TLS, and not on this machine."""
    host = server.host or ""
    if server.scheme == "https" or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True
