"""What single settings have to be; each check raises ValueError with a line that names the setting."""

from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit

import attrs
import typed_settings as ts

from vidcore.errors import InvalidValueError
from vidcore.signatures import webhook_key

PORT_MAX: Final = 65_535
CRF_MAX: Final = 51  # of libx264 with 8 bits
WEBHOOK_URL_MAX: Final = 2_000  # characters; an index of PostgreSQL takes some 2,700 bytes


def check_positive(_: object, attribute: "attrs.Attribute[int]", value: int) -> None:
    """Refuse what is less than 1."""
    if value < 1:
        raise ValueError(f"{attribute.name} must be 1 or more, not {value}")


def check_not_negative(_: object, attribute: "attrs.Attribute[int]", value: int) -> None:
    """Refuse what is less than 0."""
    if value < 0:
        raise ValueError(f"{attribute.name} must be 0 or more, not {value}")


def check_crf(_: object, __: object, value: int) -> None:
    """Refuse what libx264 does not take."""
    if not 0 <= value <= CRF_MAX:
        raise ValueError(f"ffmpeg_crf must be 0 to {CRF_MAX}, not {value}")


def check_port(_: object, __: object, value: int) -> None:
    """Refuse what is no port; 0 is any that is free."""
    if not 0 <= value <= PORT_MAX:
        raise ValueError(f"port must be 0 to {PORT_MAX}, not {value}")


def check_proxies(_: object, __: object, value: tuple[str, ...]) -> None:
    """Refuse what is neither an address nor a network."""
    for proxy in value:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise ValueError(f"trusted_proxies must be addresses or networks: {error}") from None


def check_public_url(_: object, __: object, value: str | None) -> None:
    """Refuse what is not for browsers."""
    if value is not None and urlsplit(value).scheme not in ("http", "https"):
        raise ValueError(f"public_url must begin with http:// or https://, unlike {value}")
    if value is not None and not urlsplit(value).hostname:
        raise ValueError(f"public_url must be an address with a host, unlike {value}")


def check_webhook_urls(_: object, __: object, value: tuple[str, ...]) -> None:
    """Refuse what nothing can be sent to, and the same address twice."""
    for url in value:
        if not _is_web_address(url):
            raise ValueError(
                f"webhook_urls must be http:// or https:// addresses with a host, unlike {url}"
            )
    if len(set(value)) < len(value):
        raise ValueError("webhook_urls must all be different")


def check_webhook_secret(_: object, __: object, value: ts.SecretStr | None) -> None:
    """Refuse what is no key; the line has nothing of it."""
    if value is None:
        return
    try:
        webhook_key(value)
    except InvalidValueError as error:
        raise ValueError(f"{error.field} {error.message}") from None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or half a bracket
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= WEBHOOK_URL_MAX
    return plain and named and parts.scheme in ("http", "https")
