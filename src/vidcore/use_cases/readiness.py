"""Whether there is somewhere to put things: asked by whoever decides if the service gets visitors."""

import attrs

from vidcore.diagnosis import Verdict, judge_room
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.uploads import DISK_FLOOR


@attrs.frozen(kw_only=True)
class CheckStorage:
    """Look whether all folders can be written."""

    uploads: UploadArea
    media: MediaStore

    async def __call__(self) -> None:
        """Raise ServiceUnavailableError, with a sentence that has no path, if not."""
        await self.media.check()
        await self.uploads.check()


@attrs.frozen(kw_only=True)
class CheckRoom:
    """Look whether the disk has more left than must stay free: if not, all goes on but uploads."""

    uploads: UploadArea
    disk_floor: int = DISK_FLOOR

    async def __call__(self) -> None:
        """Raise ServiceUnavailableError, with a sentence that has no path, if not."""
        free = await self.uploads.free_bytes()
        if judge_room(free=free, floor=self.disk_floor, largest=0) is Verdict.FAULT:
            raise ServiceUnavailableError("The disk has too little room left to take uploads.")
