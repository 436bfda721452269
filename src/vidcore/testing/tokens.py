"""Tokens that are remembered instead of signed."""

from datetime import datetime, timedelta
from typing import Final

from vidcore.errors import NotAuthenticatedError
from vidcore.ports.tokens import AccessToken, AccessTokens, Claims, MediaGrant, MediaTokens
from vidcore.users import User

DAY: Final = timedelta(days=1)


class InMemoryAccessTokens(AccessTokens):
    """Gives `access.1` and so on, each valid for `lifetime`."""

    def __init__(self, lifetime: timedelta = DAY) -> None:
        self._lifetime = lifetime
        self._issued: dict[str, tuple[Claims, datetime]] = {}

    def issue(self, user: User, now: datetime) -> AccessToken:
        """Make a token for `user`, valid from `now`."""
        value = f"access.{len(self._issued) + 1}"
        claims = Claims(user_id=user.id, epoch=user.token_epoch)
        self._issued[value] = (claims, now + self._lifetime)
        return AccessToken(value=value, expires_in=int(self._lifetime.total_seconds()))

    def read(self, token: str, now: datetime) -> Claims:
        """Give what a token says. Raises NotAuthenticatedError if it is not known, or expired."""
        if token not in self._issued:
            raise NotAuthenticatedError("The token is forged.")
        claims, expires_at = self._issued[token]
        if now >= expires_at:
            raise NotAuthenticatedError("The token has expired.")
        return claims


class InMemoryMediaTokens(MediaTokens):
    """Gives `media.1` and so on."""

    def __init__(self) -> None:
        self._signed: dict[str, MediaGrant] = {}

    def sign(self, grant: MediaGrant) -> str:
        """Give a text that stands for the grant."""
        token = f"media.{len(self._signed) + 1}"
        self._signed[token] = grant
        return token

    def read(self, token: str, now: datetime) -> MediaGrant:
        """Give the grant back. Raises NotAuthenticatedError if it is not known, or expired."""
        if token not in self._signed:
            raise NotAuthenticatedError("The address is forged.")
        grant = self._signed[token]
        if now >= grant.expires_at:
            raise NotAuthenticatedError("The address has expired.")
        return grant
