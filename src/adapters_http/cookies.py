"""Sessions of browsers: a token in a cookie, and the rule by which a request may be signed in by it.

A browser sends cookies with whatever any page makes it ask for. So a cookie counts only for what this
service's own page asks: an unsafe method must name its origin (RFC 6454), and no request may name
another. Clients with a header of their own are not concerned.
"""

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import attrs
from aiohttp import hdrs, web

from vidcore.errors import PermissionDeniedError
from vidcore.ports.tokens import AccessToken

COOKIE: Final = "vidcore_session"
SAFE: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Give the origin of an http or https address as browsers write it. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url} is no address of the web")
    host = parts.hostname
    with suppress(UnicodeError):  # what is no name, a browser cannot have as an origin either
        host = host.encode("idna").decode("ascii")
    shown = f"[{host}]" if ":" in host else host
    is_default = parts.port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{shown}" + ("" if is_default else f":{parts.port}")


@attrs.frozen(kw_only=True)
class OwnOrigin:
    """The service's own page: of `origin`, or, where nobody said which, of whatever host was asked.

    Believing the host is safe: a page that makes its own name lead here has no cookie of this one.
    """

    origin: str | None

    @property
    def is_secure(self) -> bool:
        """Say whether members reach the service by https alone."""
        return self.origin is not None and self.origin.startswith("https:")

    def is_named(self, origin: str | None, host: str) -> bool:
        """Say whether `origin`, of a request for `host`, is the own one."""
        if origin is None:
            return False
        if self.origin is not None:
            return origin == self.origin
        return origin in {f"{scheme}://{host.lower()}" for scheme in DEFAULT_PORTS}

    def believes(self, method: str, origin: str | None, host: str) -> bool:
        """Say whether a request may be signed in by its cookie."""
        return self.is_named(origin, host) or (origin is None and method in SAFE)


OWN_ORIGIN: Final = web.AppKey("OWN_ORIGIN", OwnOrigin)


def token_in_cookie(request: web.Request) -> str | None:
    """Give the token of a request's cookie, if it has one. Raises PermissionDeniedError."""
    token = request.cookies.get(COOKIE)
    if token and not _own(request).believes(request.method, *_asked(request)):
        raise _foreign(request)
    return token or None


def check_own_page(request: web.Request) -> None:
    """Raise PermissionDeniedError unless the service's own page asks."""
    if not _own(request).is_named(*_asked(request)):
        raise _foreign(request)


def check_no_other_page(request: web.Request) -> None:
    """Raise PermissionDeniedError if another page asks; who is no page may."""
    if hdrs.ORIGIN in request.headers:
        check_own_page(request)


def keep(request: web.Request, token: AccessToken) -> dict[str, str]:
    """Give the header that has the browser keep a token; no script can read it."""
    return {hdrs.SET_COOKIE: _cookie(request, token.value, token.expires_in)}


def forget(request: web.Request) -> dict[str, str]:
    """Give the header that has the browser forget its token."""
    return {hdrs.SET_COOKIE: _cookie(request, "", 0)}


def _cookie(request: web.Request, value: str, seconds: int) -> str:
    secure = "; Secure" if _own(request).is_secure else ""
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _own(request: web.Request) -> OwnOrigin:
    return request.app[OWN_ORIGIN]


def _asked(request: web.Request) -> tuple[str | None, str]:
    return request.headers.get(hdrs.ORIGIN), request.host


def _foreign(request: web.Request) -> PermissionDeniedError:
    page = _own(request).origin or f"http://{request.host}"
    return PermissionDeniedError(f"do this with a cookie from another page than that of {page}")
