"""Password hashes that cost nothing, so that tests are quick."""

import hashlib
from itertools import count

from vidcore.ports.passwords import PasswordHasher


class PlainPasswords(PasswordHasher):
    """Hashes once, with SHA-256 and a counted salt. It behaves, and protects nobody."""

    def __init__(self) -> None:
        self._salts = count(1)

    async def hash(self, password: str) -> str:
        """Give a hash that no other call gives."""
        return self._digest(str(next(self._salts)), password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one that was hashed; None stands for no account."""
        if password_hash is None:
            return False
        salt = password_hash.split("$")[1]
        return self._digest(salt, password) == password_hash

    @staticmethod
    def _digest(salt: str, password: str) -> str:
        salted = f"{salt}${password}".encode("utf-8", "surrogatepass")
        return f"plain${salt}${hashlib.sha256(salted).hexdigest()}"
