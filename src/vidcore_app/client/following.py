"""The processing of a video, followed to its end."""

import asyncio
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs

from vidcore_app.client.api import Api, Video
from vidcore_app.client.patience import Patience
from vidcore_app.client.persisting import persist
from vidcore_app.client.watching import Watcher

SOON: Final = 0.25  # seconds between two looks while something changes
LATE: Final = 5.0  # seconds between two looks when nothing has changed for long
SLOWER: Final = 1.5


@attrs.frozen(kw_only=True)
class Following:
    """Looks at a video until nothing more will happen to it."""

    api: Api
    file: Path
    patience: Patience
    watcher: Watcher

    async def __call__(self, video_id: UUID) -> Video:
        """Give the video, completed or failed.

        Raises GaveUpError when the service is out of reach, NotLoggedInError, RefusedError if it has been
        removed, and UnexpectedAnswerError.
        """
        pause, before = SOON, None
        while True:
            video = await persist(
                lambda: self.api.video(video_id),
                self.patience,
                lambda reason, seconds: self.watcher.waiting(
                    self.file, reason=reason, seconds=seconds
                ),
            )
            self.patience.progressed()
            self.watcher.processing(
                self.file, status=video.processing_status, share=video.processing_progress
            )
            if video.is_final:
                return video
            pause = SOON if video != before else min(LATE, pause * SLOWER)
            before = video
            await asyncio.sleep(pause)
