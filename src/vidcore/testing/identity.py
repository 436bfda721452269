"""Ids and secrets that come in order, so that a test can foretell them."""

from itertools import count
from typing import Final
from uuid import UUID

from vidcore.ports.identity import IdSource, SecretSource

EPOCH_MS: Final = (
    1_767_225_600_000  # 2026-01-01 00:00 UTC, as UUIDv7 counts: milliseconds since 1970
)
_VERSION_7: Final = 0x7 << 76  # RFC 9562 5.7
_VARIANT: Final = 0b10 << 62  # RFC 9562 4.1


def numbered_id(number: int) -> UUID:
    """Give the UUIDv7 of `number` (0 or more); a larger number gives an id that sorts after."""
    return UUID(int=(EPOCH_MS + number << 80) | _VERSION_7 | _VARIANT | number & (1 << 62) - 1)


class SequentialIds(IdSource):
    """Gives `numbered_id(first)`, `numbered_id(first + 1)` and so on."""

    def __init__(self, first: int = 1_000_000) -> None:
        self._numbers = count(first)

    def new(self) -> UUID:
        """Give the next id."""
        return numbered_id(next(self._numbers))


class SequentialSecrets(SecretSource):
    """Gives `secret-0000000000000001` and so on: long and URL-safe as real ones, and foreseeable."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        """Give the next secret."""
        return f"secret-{next(self._numbers):016}"
