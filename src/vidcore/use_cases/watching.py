"""Finding the files of a video for somebody who may watch it."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import attrs

from vidcore.errors import NotAuthenticatedError
from vidcore.lifecycle import Status
from vidcore.media import Storyboard
from vidcore.ports.clock import Clock
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.ports.store import Store
from vidcore.ports.tokens import MediaTokens
from vidcore.sessions import BELIEVED_FOR
from vidcore.use_cases.recognizing import Recognize
from vidcore.users import User
from vidcore.videos import Video

CAPACITY: Final = 1_000  # videos; some 3 MB


class PublishedVideos:
    """The completed videos that were just looked at, each believed for a moment: players ask for ranges.

    Nothing moves the files of a completed video, and every member may watch it. What may be a moment old is
    its title, and that it is there: once it is removed, so are its files, and there is nothing to send.
    """

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[timedelta, Video]] = {}  # longest remembered first

    def recall(self, video_id: UUID, elapsed: timedelta) -> Video | None:
        """Give the video if it was looked at a moment before `elapsed`, which never steps back."""
        known = self._known.get(video_id)
        if known is None or elapsed - known[0] >= BELIEVED_FOR:
            return None
        return known[1]

    def remember(self, video: Video, elapsed: timedelta) -> None:
        """Keep the video if it is completed; the longest remembered makes room."""
        self._known.pop(video.id, None)
        if video.status is Status.COMPLETED:
            self._known[video.id] = elapsed, video
        if len(self._known) > CAPACITY:
            del self._known[next(iter(self._known))]


@attrs.frozen(kw_only=True)
class OpenMedia:
    """Find a video that somebody may watch, and then its files: absolute paths."""

    store: Store
    uploads: UploadArea
    media: MediaStore
    tokens: MediaTokens
    recognize: Recognize
    clock: Clock
    published: PublishedVideos = attrs.field(factory=PublishedVideos, eq=False, repr=False)

    async def for_member(self, *, actor: User, video_id: UUID) -> Video:
        """Give the video. Raises NotFoundError, also for what `actor` may not see."""
        elapsed = self.clock.elapsed()
        video = self.published.recall(video_id, elapsed)
        if video is None:
            async with self.store.read() as uow:
                video = await uow.videos.get(video_id)
            self.published.remember(video, elapsed)
        video.check_visible_to(actor)
        return video

    async def by_token(self, *, token: str, video_id: UUID) -> Video:
        """Give the video to whoever has a signed address, while its member may still watch.

        Raises NotAuthenticatedError, AccountInactiveError, and what `for_member` raises.
        """
        grant = self.tokens.read(token, self.clock.now())
        if grant.video_id != video_id:
            raise NotAuthenticatedError("This address is signed for another video.")
        user = await self.recognize(user_id=grant.user_id, epoch=grant.epoch)
        return await self.for_member(actor=user, video_id=video_id)

    def stream(self, video: Video) -> str:
        """Give the path of the MP4: the published one, or before that an upload that plays as it is.

        Raises VideoNotReadyError, VideoProcessingError.
        """
        if video.playable_source is not None:
            return self.uploads.locate(video.playable_source)
        return self.media.locate(video.published_files()[0])

    def thumbnail(self, video: Video) -> str:
        """Give the path of the JPEG. Raises VideoNotReadyError, VideoProcessingError."""
        return self.media.locate(video.published_files()[1])

    def storyboard(self, video: Video) -> tuple[str, Storyboard]:
        """Give the path of the JPEG, and what is where in it.

        Raises NotFoundError, VideoNotReadyError, VideoProcessingError.
        """
        location, board = video.published_storyboard()
        return self.media.locate(location), board
