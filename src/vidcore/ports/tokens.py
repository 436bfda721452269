"""Tokens that members carry: one to act, and one to play a single video."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs

from vidcore.users import User


@attrs.frozen(kw_only=True)
class AccessToken:
    """A token to act with; `expires_in` is in seconds."""

    value: str = attrs.field(repr=False)
    expires_in: int


@attrs.frozen(kw_only=True)
class Claims:
    """What a genuine access token says: whose it is, and of which epoch."""

    user_id: UUID
    epoch: int


@attrs.frozen(kw_only=True)
class MediaGrant:
    """Leave for one member to play one video until `expires_at` (whole seconds)."""

    video_id: UUID
    user_id: UUID
    epoch: int
    expires_at: datetime


class AccessTokens(Protocol):
    """Makes and reads access tokens."""

    @abstractmethod
    def issue(self, user: User, now: datetime) -> AccessToken:
        """Make a token for `user`, valid from `now`."""
        ...

    @abstractmethod
    def read(self, token: str, now: datetime) -> Claims:
        """Give what a token says. Raises NotAuthenticatedError if it is forged or expired."""
        ...


class MediaTokens(Protocol):
    """Makes and reads the tokens of signed media addresses."""

    @abstractmethod
    def sign(self, grant: MediaGrant) -> str:
        """Give the grant as a URL-safe text."""
        ...

    @abstractmethod
    def read(self, token: str, now: datetime) -> MediaGrant:
        """Give the grant back. Raises NotAuthenticatedError if it is forged or expired."""
        ...
