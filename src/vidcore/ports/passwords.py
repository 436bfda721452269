"""Passwords, kept as hashes."""

from abc import abstractmethod
from typing import Protocol


class PasswordHasher(Protocol):
    """Hashes passwords slowly, without holding up anybody else."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """Give a salted hash; all characters of the password count."""
        ...

    @abstractmethod
    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one that was hashed.

        None stands for an account that does not exist: the answer is False, and takes as long.
        """
        ...
