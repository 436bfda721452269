"""What is told, while files are sent, to whoever shows it."""

from abc import abstractmethod
from pathlib import Path
from typing import Protocol
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a file; `status` is the video's, or "not_sent" as long as there is none.

    `error` is a sentence, None if all went well. `stream_url` plays for some hours without a log-in.
    `page_url` is where people watch it, and `url` what the API knows it by.
    `sent_bytes` are those that the service has got by this run.
    """

    file: Path
    status: str = "not_sent"
    video_id: UUID | None = None
    url: str | None = None
    page_url: str | None = None
    stream_url: str | None = None
    error_code: str | None = None
    error: str | None = None
    sent_bytes: int = 0


class Watcher(Protocol):
    """Shows what happens to each of several files; may be told from any thread."""

    @abstractmethod
    def sending(self, file: Path, *, offset: int, size: int) -> None:
        """Show that the service has the first `offset` of `size` bytes."""
        ...

    @abstractmethod
    def waiting(self, file: Path, *, reason: str, seconds: float) -> None:
        """Show that something failed and is tried again, in so many seconds."""
        ...

    @abstractmethod
    def processing(self, file: Path, *, status: str, share: float) -> None:
        """Show how far the service is with making the video, 0.0 to 1.0."""
        ...

    @abstractmethod
    def ended(self, outcome: Outcome) -> None:
        """Show what became of a file."""
        ...
