"""Passwords, hashed by bcrypt on threads of their own, so that nobody else waits.

bcrypt takes at most 72 bytes, and its library raises above that. What it gets is therefore an
HMAC-SHA-384 of the password, 64 bytes of Base64: all characters count, and none is a NUL. A stored
hash says how it was made: `v1$` and then bcrypt's own text.
"""

import asyncio
import hmac
import logging
import os
import unicodedata
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import bcrypt

from vidcore.ports.passwords import PasswordHasher

VERSION: Final = "v1$"
# No secret: it keeps a plain SHA-384 leaked elsewhere from being tried on our hashes.
_PURPOSE: Final = b"vidcore password v1"
_EMPTY_DIGEST: Final = b"." * 31  # bcrypt's Base64 of 23 zero bytes

_log = logging.getLogger(__name__)


class BcryptPasswordHasher(PasswordHasher):
    """Hashes with 2**`rounds` turns (12: about a quarter of a second), `workers` at a time.

    `workers` is the number of processors unless given. Passwords are compared in NFC, so that an
    accent typed on another keyboard is the same. Raises ValueError unless 4 <= rounds <= 31.
    """

    def __init__(self, rounds: int = 12, workers: int | None = None) -> None:
        self._rounds = rounds
        # Nobody's hash: checking it takes as long as any other, and needs no preparation.
        self._dummy = bcrypt.gensalt(rounds) + _EMPTY_DIGEST
        self._pool = ThreadPoolExecutor(workers or os.cpu_count(), thread_name_prefix="bcrypt")

    async def hash(self, password: str) -> str:
        """Give `v1$` and a bcrypt hash with a new salt: 63 ASCII characters."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one that was hashed; False for None, in the same time.

        A stored hash that is none is logged, and takes as long too. Any text may be tried, broken
        Unicode too.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self._verify, password, password_hash
        )

    def close(self) -> None:
        """End the threads, after the work that was begun."""
        self._pool.shutdown()

    def _hash(self, password: str) -> str:
        return VERSION + bcrypt.hashpw(_prehash(password), bcrypt.gensalt(self._rounds)).decode()

    def _verify(self, password: str, password_hash: str | None) -> bool:
        prehashed = _prehash(password)
        if password_hash is not None:
            try:
                return bcrypt.checkpw(prehashed, _bcrypt_part(password_hash))
            except ValueError:
                _log.error("A stored password hash is malformed; its account cannot log in.")
        bcrypt.checkpw(prehashed, self._dummy)
        return False


def _prehash(password: str) -> bytes:
    # surrogatepass: a lone surrogate, which UTF-8 has no form for, still gives bytes of its own.
    plain = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(_PURPOSE, plain, "sha384"))


def _bcrypt_part(password_hash: str) -> bytes:
    if not password_hash.startswith(VERSION):
        raise ValueError("unknown version")
    return password_hash.removeprefix(VERSION).encode("ascii")
