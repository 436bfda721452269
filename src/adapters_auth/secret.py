"""The one secret that tokens are signed with."""

from typing import Final

SECRET_MIN: Final = 32  # bytes: as many as SHA-256 gives out (RFC 7518 3.2)


def check_secret(secret: str) -> bytes:
    """Give the secret as UTF-8. Raises ValueError if it is shorter than 32 bytes."""
    key = secret.encode()
    if len(key) < SECRET_MIN:
        raise ValueError(f"the secret must have at least {SECRET_MIN} bytes, not {len(key)}")
    return key
