"""The neighbour that reads and makes media."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

from vidcore.media import MediaInfo, Plan, Storyboard


class Transcoder(Protocol):
    """Probes, transcodes and takes pictures. Paths are absolute.

    Each method raises ServiceUnavailableError when it fails for a reason that may pass.
    """

    @abstractmethod
    async def probe(self, path: str) -> MediaInfo:
        """Say what a file is.

        Raises FileFormatNotSupportedError if it is no video file, and ServiceUnavailableError if it
        cannot be looked into, as one that is gone.
        """
        ...

    @abstractmethod
    async def transcode(
        self, source: str, target: str, plan: Plan, report: Callable[[float], None]
    ) -> None:
        """Make `target` of `source` as planned; `report` gets the seconds that are done.

        Raises VideoProcessingError if the source cannot be read to its end. When the caller is
        cancelled, the work has stopped before this returns.
        """
        ...

    @abstractmethod
    async def decode(
        self, path: str, tracks: Sequence[int], report: Callable[[float], None]
    ) -> None:
        """Decode tracks of a file to their ends; `report` gets the seconds that are done.

        Raises VideoProcessingError if anything in them is damaged. Cancelled, it ends as `transcode`.
        """
        ...

    @abstractmethod
    async def thumbnail(self, source: str, target: str, info: MediaInfo) -> None:
        """Take a JPEG, 360 pixels high, of the published `source`, which `info` describes.

        It shows the picture at 1 s, or another that is not black. Raises VideoProcessingError.
        """
        ...

    @abstractmethod
    async def storyboard(self, source: str, target: str, board: Storyboard) -> None:
        """Take the tiles of a storyboard from the published `source`, as one JPEG.

        Raises VideoProcessingError.
        """
        ...

    @abstractmethod
    async def check(self) -> None:
        """Raise ServiceUnavailableError unless everything that is needed can be run."""
        ...
