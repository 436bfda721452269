"""Where new ids and secrets come from."""

from abc import abstractmethod
from typing import Protocol
from uuid import UUID


class IdSource(Protocol):
    """Makes ids."""

    @abstractmethod
    def new(self) -> UUID:
        """Give a UUIDv7 (RFC 9562 5.7) that sorts after all that were given before."""
        ...


class SecretSource(Protocol):
    """Makes what nobody can guess."""

    @abstractmethod
    def token(self) -> str:
        """Give a URL-safe text of at least 128 random bits."""
        ...
