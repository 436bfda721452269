"""Which failures pass by themselves, and trying again until they have."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, TypeVar

import aiohttp

from vidcore_app.client.failures import RefusedError, UploadLostError
from vidcore_app.client.patience import Patience

T = TypeVar("T")

LOST_LINE: Final = (aiohttp.ClientError, TimeoutError, ConnectionError)
_HOPELESS: Final = (
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientSSLError,
    aiohttp.InvalidURL,
    aiohttp.TooManyRedirects,
)
_PASSING: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,  # another request is, or was, at the same upload
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, RefusedError):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _PASSING
    if isinstance(error, UploadLostError):
        return True
    return isinstance(error, LOST_LINE) and not isinstance(error, _HOPELESS)


def reason_of(error: Exception) -> str:
    """Give a sentence for people."""
    if isinstance(error, TimeoutError) and not str(error):
        return "No answer came in time."
    return str(error) or "The connection was lost."


async def persist(
    work: Callable[[], Awaitable[T]],
    patience: Patience,
    tell: Callable[[str, float], None],
) -> T:
    """Do `work` again and again, until it does not fail or fails for good.

    `tell` is given the reason of each failure and the seconds until the next try. Raises GaveUpError,
    and what cannot pass.
    """
    while True:
        try:
            return await work()
        except (RefusedError, UploadLostError, *LOST_LINE) as error:
            if not may_pass(error):
                raise
            after = error.retry_after if isinstance(error, RefusedError) else None
            reason = reason_of(error)
            seconds = patience.pause(reason, retry_after=after)
        tell(reason, seconds)
        await asyncio.sleep(seconds)
