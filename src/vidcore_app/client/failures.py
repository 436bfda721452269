"""What can go wrong between a member's machine and a service, each with a sentence for that member."""

import attrs


class ClientError(Exception):
    """The root of what a client of the service meets."""


@attrs.define
class AddressError(ClientError):
    """Something that is no address of a service."""

    address: str
    reason: str

    def __str__(self) -> str:
        """Say what is wrong with it."""
        return f"{self.address!r} is no address of a service: {self.reason}."


@attrs.define
class NotLoggedInError(ClientError):
    """No token is kept for a service, or the one that is has ended."""

    server: str

    def __str__(self) -> str:
        """Say the command that helps."""
        return f"You are not logged in, or no longer. Do: vidcore login --server {self.server}"


@attrs.define
class ServerNotChosenError(ClientError):
    """No service was named, and of those that are logged in to, there is not just one."""

    known: tuple[str, ...]

    def __str__(self) -> str:
        """Say what to name."""
        if not self.known:
            return "You are not logged in anywhere. Do: vidcore login --server URL"
        return f"Say --server with one of {', '.join(self.known)}."


@attrs.define
class KeptFileError(ClientError):
    """A file that this command keeps cannot be understood."""

    path: str

    def __str__(self) -> str:
        """Say what to do."""
        return f"{self.path} cannot be understood; remove it and log in again."


@attrs.define
class RefusedError(ClientError):
    """The service answered, with `status`, that it will not; `code` is None if it was not vidcore's.

    `retry_after` is in seconds.
    """

    status: int
    code: str | None
    detail: str
    retry_after: float | None = None

    def __str__(self) -> str:
        """Say what the service said."""
        return self.detail


@attrs.define
class NotAdmittedError(ClientError):
    """The service would refuse a file, by the `code` of that refusal; nothing was sent."""

    code: str | None
    detail: str

    def __str__(self) -> str:
        """Say why."""
        return self.detail


@attrs.define
class UnexpectedAnswerError(ClientError):
    """An answer that no service of vidcore gives."""

    server: str
    found: str

    def __str__(self) -> str:
        """Say who answered."""
        return f"{self.server} does not answer as vidcore does: {self.found}."


@attrs.define
class SourceError(ClientError):
    """A file that cannot be sent."""

    reason: str

    def __str__(self) -> str:
        """Say why."""
        return self.reason


@attrs.define
class GaveUpError(ClientError):
    """There was no progress for `seconds`; `last` is the last of what went wrong."""

    seconds: float
    last: str

    def __str__(self) -> str:
        """Say what happened."""
        return f"Nothing moved for {self.seconds:.0f} seconds; the last was: {self.last}"


class UploadLostError(ClientError):
    """The service no longer knows an upload, whose time may have been over; another can begin."""

    def __str__(self) -> str:
        """Say what follows."""
        return "The service has forgotten the upload; it begins anew."
