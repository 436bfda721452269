"""Sending webhooks: to no address but one that was looked at, and only once.

A name is resolved once for each attempt, every address is judged, and the connection is made to exactly
those: a name that means something else a moment later (DNS rebinding) leads nowhere.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from vidcore.addresses import why_not_public
from vidcore.ports.deliveries import WebhookSender
from vidcore.webhooks import ATTEMPT_MAX, WebhookAnswer

_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "vidcore"}
_TEXT_MAX: Final = 200  # characters of an error; more tells nobody more


class AddressRefusedError(Exception):
    """A receiver is at an address where no webhook goes; reads as a sentence."""


class AiohttpWebhookSender(WebhookSender):
    """Posts with aiohttp, each time on a connection of its own; proxies of the environment are not used.

    With `allow_private`, every address is good. An attempt ends after `timeout` at the latest. Only the
    status of an answer counts: its body is not read.
    """

    def __init__(self, *, allow_private: bool = False, timeout: timedelta = ATTEMPT_MAX) -> None:
        self._allow_private = allow_private
        self._timeout = timeout.total_seconds()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post the body, and give what came of it."""
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._post(URL(url), headers, body)
        except TimeoutError:
            return WebhookAnswer(
                status=None, text=f"There was no answer within {self._timeout:g} seconds."
            )
        except AddressRefusedError as error:
            return WebhookAnswer(status=None, text=str(error))
        # ValueError: an address that is none, or a name that cannot be one (IDNA).
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return WebhookAnswer(status=None, text=_told(error))
        return WebhookAnswer(status=status, text=_named(status))

    async def _post(self, url: URL, headers: Mapping[str, str], body: bytes) -> int:
        resolved = await _resolve(url)
        if not self._allow_private:
            _check(resolved)
        connector = aiohttp.TCPConnector(resolver=_Resolved(resolved), use_dns_cache=False)
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # the whole attempt has one
            ) as session,
            session.post(
                # An IP address is not resolved again, but written as it was judged.
                url,
                data=body,
                headers={**_HEADERS, **headers},
                allow_redirects=False,
            ) as response,
        ):
            response.close()
            return response.status


class _Resolved(AbstractResolver):
    """Knows the addresses already, whatever it is asked for."""

    def __init__(self, resolved: Sequence[ResolveResult]) -> None:
        self._resolved = resolved

    async def resolve(
        self,
        host: str,  # noqa: ARG002 - of the one URL that is posted to
        port: int = 0,  # noqa: ARG002 - as above
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - all that were found
    ) -> list[ResolveResult]:
        """Give the addresses."""
        return list(self._resolved)

    async def close(self) -> None:
        """Do nothing: nothing is open."""


async def _resolve(url: URL) -> list[ResolveResult]:
    """Give all addresses of a URL's host. Raises OSError, or ValueError for a host that is no name."""
    if url.raw_host is None:
        raise ValueError("The address has no host.")
    found = await asyncio.get_running_loop().getaddrinfo(
        url.raw_host, url.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return [
        ResolveResult(
            hostname=url.raw_host,
            host=str(address[0]),
            port=int(address[1]),
            family=family,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for family, _, proto, _, address in found
    ]


def _check(resolved: Sequence[ResolveResult]) -> None:
    """Raise AddressRefusedError if one of the addresses is not the public's."""
    for each in resolved:
        use = why_not_public(each["host"])
        if use is not None:
            raise AddressRefusedError(
                f"{each['hostname']} is at {each['host']}, which is no public address ({use})."
            )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)  # the receiver's own words may be anything


def _told(error: Exception) -> str:
    text = "".join(each if each.isprintable() else " " for each in str(error))
    return f"{type(error).__name__}: {text}"[:_TEXT_MAX]
