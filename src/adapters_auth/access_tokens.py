"""Access tokens: JWTs (RFC 7519) signed by HMAC, with a bounded memory of those that were verified.

Whether a token was revoked is not known here: its epoch is compared with the account's at each request.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import attrs
import jwt
from jwt.types import Options

from adapters_auth.secret import check_secret
from vidcore.errors import NotAuthenticatedError
from vidcore.ports.tokens import AccessToken, AccessTokens, Claims
from vidcore.users import User

ALGORITHMS: Final = ("HS256", "HS384", "HS512")
CACHE_MAX: Final = 10_000  # entries of about 1 kB; a look-up is 200 times as fast as verifying
_KEY_BYTES: Final = 64  # HMAC fills a shorter key with NULs itself (RFC 2104 2): the same signature
_REQUIRED: Final = ("user_id", "username", "role", "iat", "exp")
# The library would compare with its own clock; `read` compares with the caller's.
_OPTIONS: Final[Options] = {
    "require": list(_REQUIRED),
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@attrs.frozen
class _Verified:
    claims: Claims
    issued: int
    expires: int


class JwtAccessTokens(AccessTokens):
    """Signs with `secret` by HS256, HS384 or HS512; a token lives `expires_seconds`.

    Payload: `user_id`, `username`, `role`, `iat`, `exp`, and the account's `epoch`. Raises ValueError
    for another algorithm, a life below one second, or a secret that is shorter than 32 bytes.
    """

    def __init__(
        self, secret: str, algorithm: str = "HS256", expires_seconds: int = 86_400
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise ValueError(f"the algorithm must be one of {', '.join(ALGORITHMS)}")
        if expires_seconds < 1:
            raise ValueError("an access token must live at least one second")
        # Filled up here, since the library warns of every use of a key that is shorter than the hash.
        self._key = check_secret(secret).ljust(_KEY_BYTES, b"\0")
        self._algorithm = algorithm
        self._expires_seconds = expires_seconds
        self._cache: dict[str, _Verified] = {}

    def issue(self, user: User, now: datetime) -> AccessToken:
        """Make a token for `user`, valid from `now` (whole seconds, rounded down)."""
        issued = int(now.timestamp())
        payload = {
            "user_id": str(user.id),
            "username": user.username,
            "role": user.role.value,
            "iat": issued,
            "exp": issued + self._expires_seconds,
            "epoch": user.token_epoch,
        }
        value = jwt.encode(payload, self._key, algorithm=self._algorithm)
        return AccessToken(value=value, expires_in=self._expires_seconds)

    def read(self, token: str, now: datetime) -> Claims:
        """Give what a token says, from `iat` on and before `exp`, to the moment.

        A token without `epoch`, genuine otherwise, is of the first. Raises NotAuthenticatedError.
        """
        verified = self._cache.get(token)
        if verified is None:
            verified = self._verify(token)
        moment = now.timestamp()
        if verified.expires <= moment:
            self._cache.pop(token, None)
            raise NotAuthenticatedError("The access token has expired; log in again.")
        if verified.issued > moment:
            raise NotAuthenticatedError("The access token is not valid yet.")
        self._remember(token, verified)
        return verified.claims

    def _verify(self, token: str) -> _Verified:
        try:
            payload = jwt.decode(token, self._key, algorithms=[self._algorithm], options=_OPTIONS)
            return _verified(payload)
        # ValueError: broken Unicode in the token, or claims of the wrong kind; RecursionError: nested
        # JSON, which older releases of the library let through.
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise NotAuthenticatedError("The access token is not genuine.") from error

    def _remember(self, token: str, verified: _Verified) -> None:
        if token not in self._cache and len(self._cache) >= CACHE_MAX:
            del self._cache[next(iter(self._cache))]
        self._cache[token] = verified


def _verified(payload: dict[str, Any]) -> _Verified:
    user_id, epoch = payload["user_id"], payload.get("epoch", 0)
    issued, expires = payload["iat"], payload["exp"]
    if not isinstance(user_id, str) or any(type(n) is not int for n in (issued, expires, epoch)):
        raise ValueError("claims of the wrong kind")
    return _Verified(Claims(user_id=UUID(user_id), epoch=epoch), issued, expires)
