"""Every failure that the core can tell of, as one tree.

    VidcoreError
    ├── InvalidValueError                 a value is not as the rules describe it
    │   └── UnknownReferenceError         a value refers to something that does not exist
    ├── NotFoundError
    ├── NotAuthenticatedError             no token, or one that does not hold
    ├── InvalidCredentialsError           wrong name or password; never says which
    ├── AccountInactiveError
    ├── PermissionDeniedError
    ├── TooManyAttemptsError
    ├── InvitationInvalidError            unknown, revoked or already used
    ├── InvitationExpiredError
    ├── InvitationUsedError               revoking one that was used
    ├── UsernameTakenError
    ├── EmailTakenError
    ├── CategoryExistsError
    ├── LastAdminError
    ├── FileFormatNotSupportedError
    ├── FileTooLargeError
    ├── QuotaExceededError
    ├── StorageFullError
    ├── UploadIncompleteError             bytes are missing, or were refused on the way
    ├── VideoNotReadyError
    ├── VideoProcessingError              a source that cannot be made into a playable video
    ├── IllegalTransitionError            a step that the lifecycle does not know
    ├── LeaseLostError                    a worker that came back late
    └── ServiceUnavailableError           a neighbour (database, storage, ffmpeg) is out of reach

Each carries its data as attributes and reads as a sentence. None knows of HTTP. They are positional,
so that they can be pickled.

>>> from vidcore import FileTooLargeError, VidcoreError
>>> try:
...     raise FileTooLargeError(size=2_500, limit=2_000)
... except VidcoreError as error:
...     print(error)
The file has at least 2500 bytes; the limit is 2000.
"""

from datetime import datetime
from uuid import UUID

import attrs


class VidcoreError(Exception):
    """The root of every failure that the core raises on purpose."""


@attrs.define
class InvalidValueError(VidcoreError):
    """A value that breaks a rule: `field` names it, `message` goes on: "must have …"."""

    field: str
    message: str

    def __str__(self) -> str:
        """Say which field is wrong, and what it has to be."""
        return f"The field {self.field!r} {self.message}."


@attrs.define
class UnknownReferenceError(InvalidValueError):
    """A value that names something which does not exist."""


@attrs.define
class NotFoundError(VidcoreError):
    """There is no `kind` of thing with the id `key`."""

    kind: str
    key: UUID | str

    def __str__(self) -> str:
        """Say what was looked for."""
        return f"There is no {self.kind} {self.key}."


@attrs.define
class NotAuthenticatedError(VidcoreError):
    """No token was given, or one that is forged, expired or revoked."""

    reason: str = "Log in first."

    def __str__(self) -> str:
        """Say why the token does not hold."""
        return self.reason


class InvalidCredentialsError(VidcoreError):
    """The name or the password is wrong; which of them is never told."""

    def __str__(self) -> str:
        """Say the same for both."""
        return "The name or the password is wrong."


@attrs.define
class AccountInactiveError(VidcoreError):
    """The account was switched off by an admin."""

    username: str

    def __str__(self) -> str:
        """Say whom to ask."""
        return f"The account {self.username} is switched off; ask an admin to switch it on."


@attrs.define
class PermissionDeniedError(VidcoreError):
    """The actor is known, and may not do this."""

    action: str

    def __str__(self) -> str:
        """Say what is not allowed."""
        return f"You may not {self.action}."


@attrs.define
class TooManyAttemptsError(VidcoreError):
    """Too many failed log-ins; the next is heard after `retry_after` seconds."""

    retry_after: int

    def __str__(self) -> str:
        """Say how long to wait."""
        return f"Too many failed attempts; try again in {self.retry_after} seconds."


class InvitationInvalidError(VidcoreError):
    """The token belongs to no invitation that can still be used."""

    def __str__(self) -> str:
        """Say what to do."""
        return "This invitation is not known, was revoked, or has been used; ask for a new one."


@attrs.define
class InvitationExpiredError(VidcoreError):
    """The invitation was valid until `expired_at`."""

    expired_at: datetime

    def __str__(self) -> str:
        """Say when it ended and what to do."""
        return f"This invitation expired on {self.expired_at:%Y-%m-%d at %H:%M} UTC; ask for a new one."


@attrs.define
class InvitationUsedError(VidcoreError):
    """An invitation that somebody has registered with cannot be revoked."""

    used_at: datetime

    def __str__(self) -> str:
        """Say when it was used."""
        return f"This invitation was used on {self.used_at:%Y-%m-%d} and cannot be revoked."


@attrs.define
class UsernameTakenError(VidcoreError):
    """Somebody has this name already (case does not count)."""

    username: str

    def __str__(self) -> str:
        """Say which name."""
        return f"The username {self.username} is taken."


@attrs.define
class EmailTakenError(VidcoreError):
    """Somebody has registered with this e-mail already (case does not count)."""

    email: str

    def __str__(self) -> str:
        """Say which address."""
        return f"There is an account for {self.email} already."


@attrs.define
class CategoryExistsError(VidcoreError):
    """A category has this name already (case does not count)."""

    name: str

    def __str__(self) -> str:
        """Say which name."""
        return f"There is a category named {self.name!r} already."


class LastAdminError(VidcoreError):
    """The step would leave the platform without an active admin."""

    def __str__(self) -> str:
        """Say what to do first."""
        return "This is the last active admin; make somebody else an admin first."


@attrs.define
class FileFormatNotSupportedError(VidcoreError):
    """A file that is no MP4, MOV, AVI, MKV or WEBM video, by name or by content."""

    reason: str

    def __str__(self) -> str:
        """Say what was found."""
        return self.reason


@attrs.define
class FileTooLargeError(VidcoreError):
    """A file over the platform's limit; both in bytes, `size` being what is known of it."""

    size: int
    limit: int

    def __str__(self) -> str:
        """Say both numbers."""
        return f"The file has at least {self.size} bytes; the limit is {self.limit}."


@attrs.define
class QuotaExceededError(VidcoreError):
    """The week's bytes do not suffice.

    All amounts in bytes; `retry_after` is the seconds to `resets_at`.
    """

    limit: int
    used: int
    reserved: int
    requested: int
    resets_at: datetime
    retry_after: int

    def __str__(self) -> str:
        """Say what is left and when the week ends."""
        left = max(0, self.limit - self.used - self.reserved)
        return (
            f"The upload needs {self.requested} bytes, and {left} of this week's {self.limit} are "
            f"left; the next week begins on {self.resets_at:%Y-%m-%d at %H:%M} UTC."
        )


@attrs.define
class StorageFullError(VidcoreError):
    """The disk has no room for the file and its processing; both in bytes."""

    needed: int
    free: int

    def __str__(self) -> str:
        """Say what is missing."""
        return f"The server needs {self.needed} free bytes for this file and has {self.free}."


@attrs.define
class UploadIncompleteError(VidcoreError):
    """The bytes that arrived are not the ones that were announced."""

    reason: str

    def __str__(self) -> str:
        """Say what is missing."""
        return self.reason


@attrs.define
class VideoNotReadyError(VidcoreError):
    """The video is in a status in which this cannot be done."""

    status: str
    wanted: str

    def __str__(self) -> str:
        """Say where the video stands."""
        return f"The video is {self.status}, not {self.wanted}."


@attrs.define
class VideoProcessingError(VidcoreError):
    """A source that cannot be made into a playable video; `reason` is for its owner to read."""

    reason: str
    log: str = ""

    def __str__(self) -> str:
        """Give the reason."""
        return self.reason


@attrs.define
class IllegalTransitionError(VidcoreError):
    """The lifecycle has no step `event` from `status`; nothing was changed."""

    status: str
    event: str

    def __str__(self) -> str:
        """Name the step."""
        return f"What is {self.status} knows no step {self.event!r}."


@attrs.define
class LeaseLostError(VidcoreError):
    """The claim of this `attempt` is over: another took what was claimed, or it is gone."""

    attempt: int

    def __str__(self) -> str:
        """Say which attempt is over."""
        return f"Attempt {self.attempt} has lost its claim."


@attrs.define
class ServiceUnavailableError(VidcoreError):
    """A neighbour of the core is out of reach, perhaps only for now."""

    reason: str

    def __str__(self) -> str:
        """Say who is missing."""
        return self.reason
