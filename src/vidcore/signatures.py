"""How a webhook proves where it comes from, and when it was sent: Standard Webhooks 1.0.

The header `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. Whoever
receives one can verify it with this module, or with any library of Standard Webhooks.

>>> from datetime import UTC, datetime
>>> from vidcore import sign_webhook, verify_webhook, webhook_key
>>> key = webhook_key("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
>>> at = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
>>> headers = sign_webhook(key, id="msg_p5jXN8AQM9LWM0D4loKWxJek", body=b'{"test": 2432232314}', at=at)
>>> headers["webhook-signature"]
'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
>>> verify_webhook(key, headers, b'{"test": 2432232314}', now=at)
True
"""

import base64
import hashlib
import hmac
import re
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from vidcore.errors import InvalidValueError

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - of every secret; Standard Webhooks, "Signature scheme"
KEY_MIN: Final = 24  # bytes; Standard Webhooks, "Signature scheme"
KEY_MAX: Final = 64  # bytes; Standard Webhooks, "Signature scheme"
TOLERANCE: Final = timedelta(minutes=5)  # as the libraries of Standard Webhooks have it
_SECONDS: Final = re.compile(r"\d{1,15}", re.ASCII)


def webhook_key(secret: str) -> bytes:
    """Give the key of a secret, which is `whsec_` and the base64 of 24 to 64 bytes.

    Raises InvalidValueError, without the secret in it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (Base64Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not KEY_MIN <= len(key) <= KEY_MAX:
        raise InvalidValueError(
            "webhook_secret",
            f"must be {SECRET_PREFIX} and the base64 of {KEY_MIN} to {KEY_MAX} random bytes",
        )
    return key


def sign_webhook(
    key: bytes,
    *,
    id: str,  # noqa: A002 - the header's name
    body: bytes,
    at: datetime,
) -> dict[str, str]:
    """Give the headers that prove a body sent at a moment; `id` has no full stop in it."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": _signature(key, id, timestamp, body),
    }


def verify_webhook(key: bytes, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Say whether a body is genuine, and was sent within 5 minutes of `now`.

    The headers' names are in lower case, or in any if the mapping does not mind. It takes the same
    time wherever a signature differs.
    """
    timestamp = headers.get("webhook-timestamp", "")
    if _SECONDS.fullmatch(timestamp) is None:
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    expected = _signature(key, headers.get("webhook-id", ""), timestamp, body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    return True in [
        hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in given
    ]


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
