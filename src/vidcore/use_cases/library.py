"""What members do with videos: find, show, watch, edit, delete, try again."""

from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry, VideoQuery
from vidcore.details import Unset
from vidcore.errors import NotAuthenticatedError, NotFoundError
from vidcore.pages import Page, PageRequest
from vidcore.ports.clock import Clock
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.storage import MediaStore
from vidcore.ports.store import Store
from vidcore.ports.tokens import MediaTokens
from vidcore.use_cases.accounts import check_session
from vidcore.use_cases.removal import RemoveFiles
from vidcore.users import User
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class ListVideos:
    """Show a member the videos."""

    store: Store

    async def __call__(
        self, *, actor: User, query: VideoQuery, request: PageRequest
    ) -> Page[VideoEntry]:
        """Give one page of what `actor` may see."""
        seen_by = None if actor.is_admin else actor.id
        async with self.store.read() as uow:
            return await uow.videos.page(attrs.evolve(query, seen_by=seen_by), request)


@attrs.frozen(kw_only=True)
class ListVideosOfMember:
    """Show the videos of one member."""

    store: Store
    list_videos: ListVideos

    async def __call__(
        self, *, actor: User, user_id: UUID, request: PageRequest
    ) -> Page[VideoEntry]:
        """Give one page, newest first. Raises NotFoundError if there is no such member."""
        async with self.store.read() as uow:
            await uow.users.get(user_id)
        query = VideoQuery(uploaded_by=user_id)
        return await self.list_videos(actor=actor, query=query, request=request)


@attrs.frozen(kw_only=True)
class ShowVideo:
    """Show a member one video."""

    store: Store

    async def __call__(self, *, actor: User, video_id: UUID) -> VideoEntry:
        """Give the video. Raises NotFoundError, also for what `actor` may not see."""
        async with self.store.read() as uow:
            entry = await uow.videos.entry(video_id)
        entry.video.check_visible_to(actor)
        return entry


@attrs.frozen(kw_only=True)
class EditVideo:
    """Change what is said of a video."""

    store: Store

    async def __call__(
        self,
        *,
        actor: User,
        video_id: UUID,
        title: str | Unset = Unset.UNSET,
        description: str | Unset | None = Unset.UNSET,
        category_id: UUID | Unset | None = Unset.UNSET,
    ) -> VideoEntry:
        """Give the changed video.

        Raises NotFoundError, PermissionDeniedError, InvalidValueError, UnknownReferenceError.
        """
        async with self.store.write() as uow:
            video = await uow.videos.get(video_id)
            video.check_editable_by(actor)
            edited = video.edited(title=title, description=description, category_id=category_id)
            await uow.videos.save(edited)
            entry = await uow.videos.entry(video_id)
            await uow.commit()
        return entry


@attrs.frozen(kw_only=True)
class DeleteVideo:
    """Delete a video with its files; a running transcode is stopped."""

    store: Store
    remove_files: RemoveFiles

    async def __call__(self, *, actor: User, video_id: UUID) -> None:
        """Delete. Raises NotFoundError, PermissionDeniedError."""
        async with self.store.write() as uow:
            video = await uow.videos.get(video_id)
            video.check_editable_by(actor)
            await uow.videos.remove(video_id)
            await uow.commit()
        await self.remove_files(video)


@attrs.frozen(kw_only=True)
class RetryVideo:
    """Process a failed video again."""

    store: Store
    queue: ProcessingQueue
    clock: Clock

    async def __call__(self, *, actor: User, video_id: UUID) -> VideoEntry:
        """Give the video, pending. Raises NotFoundError, PermissionDeniedError, VideoNotReadyError."""
        async with self.store.write() as uow:
            video = await uow.videos.get(video_id)
            video.check_editable_by(actor)
            await uow.videos.save(video.retried(self.clock.now()))
            entry = await uow.videos.entry(video_id)
            await uow.commit()
        await self.queue.announce(video_id)
        return entry


@attrs.frozen(kw_only=True)
class CountView:
    """Count that a member has watched a video."""

    store: Store

    async def __call__(self, *, actor: User, video_id: UUID) -> int:
        """Give the new number of views. Raises NotFoundError."""
        async with self.store.write() as uow:
            video = await uow.videos.get(video_id)
            video.check_visible_to(actor)
            viewed = video.viewed()
            await uow.videos.save(viewed)
            await uow.commit()
        return viewed.view_count


@attrs.frozen(kw_only=True)
class PlayableMedia:
    """A video whose files may be sent: absolute paths of MP4 and JPEG."""

    video: Video
    media: str
    thumbnail: str


@attrs.frozen(kw_only=True)
class OpenMedia:
    """Find the files of a video for somebody who may watch it."""

    store: Store
    media: MediaStore
    tokens: MediaTokens
    clock: Clock

    async def for_member(self, *, actor: User, video_id: UUID) -> PlayableMedia:
        """Give the files. Raises NotFoundError, VideoNotReadyError, VideoProcessingError."""
        async with self.store.read() as uow:
            video = await uow.videos.get(video_id)
        return self._open(video, actor)

    async def by_token(self, *, token: str, video_id: UUID) -> PlayableMedia:
        """Give the files to whoever has a signed address, while its member may still watch.

        Raises NotAuthenticatedError, AccountInactiveError, and what `for_member` raises.
        """
        grant = self.tokens.read(token, self.clock.now())
        if grant.video_id != video_id:
            raise NotAuthenticatedError("This address is signed for another video.")
        async with self.store.read() as uow:
            try:
                user = await uow.users.get(grant.user_id)
            except NotFoundError:
                raise NotAuthenticatedError("This account is gone.") from None
            check_session(user, grant.epoch)
            video = await uow.videos.get(video_id)
        return self._open(video, user)

    def _open(self, video: Video, user: User) -> PlayableMedia:
        video.check_visible_to(user)
        media, thumbnail = video.published_files()
        return PlayableMedia(
            video=video,
            media=self.media.locate(media),
            thumbnail=self.media.locate(thumbnail),
        )
