"""Ids and randomness, as the core asks for them."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

from vidcore.ports.identity import IdSource, SecretSource


class Uuid7Ids(IdSource):
    """UUIDv7s, which rise within one process also inside a millisecond."""

    def new(self) -> UUID:
        """Give a new id."""
        return uuid7()


class RandomSecrets(SecretSource):
    """The operating system's randomness."""

    def token(self) -> str:
        """Give 32 URL-safe characters, which are 192 random bits."""
        return secrets.token_urlsafe(24)
