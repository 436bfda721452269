"""What members do with videos: find, show, edit, delete, try again."""

from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry, VideoQuery
from vidcore.details import Unset
from vidcore.pages import Page, PageRequest
from vidcore.ports.clock import Clock
from vidcore.ports.queue import ProcessingQueue
from vidcore.ports.store import Store
from vidcore.use_cases.estimating import EstimateRemaining
from vidcore.use_cases.removal import RemoveFiles
from vidcore.users import User


@attrs.frozen(kw_only=True)
class ListVideos:
    """Show a member the videos."""

    store: Store
    estimate: EstimateRemaining

    async def __call__(
        self, *, actor: User, query: VideoQuery, request: PageRequest
    ) -> Page[VideoEntry]:
        """Give one page of what `actor` may see."""
        seen_by = None if actor.is_admin else actor.id
        async with self.store.read() as uow:
            page = await uow.videos.page(attrs.evolve(query, seen_by=seen_by), request)
            return attrs.evolve(page, items=await self.estimate(uow, page.items))


@attrs.frozen(kw_only=True)
class ListVideosOfMember:
    """Show the videos of one member."""

    store: Store
    list_videos: ListVideos

    async def __call__(
        self, *, actor: User, user_id: UUID, request: PageRequest
    ) -> Page[VideoEntry]:
        """Give one page, newest first. Raises NotFoundError if there is no such member."""
        query = VideoQuery(uploaded_by=user_id)
        page = await self.list_videos(actor=actor, query=query, request=request)
        if not page.total:  # whoever has videos is there
            async with self.store.read() as uow:
                await uow.users.get(user_id)
        return page


@attrs.frozen(kw_only=True)
class ShowVideo:
    """Show a member one video."""

    store: Store
    estimate: EstimateRemaining

    async def __call__(self, *, actor: User, video_id: UUID) -> VideoEntry:
        """Give the video. Raises NotFoundError, also for what `actor` may not see."""
        async with self.store.read() as uow:
            entry = await uow.videos.entry(video_id)
            entry.video.check_visible_to(actor)
            (estimated,) = await self.estimate(uow, [entry])
        return estimated


@attrs.frozen(kw_only=True)
class EditVideo:
    """Change what is said of a video."""

    store: Store
    estimate: EstimateRemaining

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
            (estimated,) = await self.estimate(uow, [entry])
            await uow.commit()
        return estimated


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
    estimate: EstimateRemaining

    async def __call__(self, *, actor: User, video_id: UUID) -> VideoEntry:
        """Give the video, pending. Raises NotFoundError, PermissionDeniedError, VideoNotReadyError."""
        async with self.store.write() as uow:
            video = await uow.videos.get(video_id)
            video.check_editable_by(actor)
            retried = video.retried(self.clock.now())
            await uow.videos.save(retried)
            await self.queue.enlist(uow, retried)
            entry = await uow.videos.entry(video_id)
            (estimated,) = await self.estimate(uow, [entry])
            await uow.commit()
        await self.queue.announce(video_id)
        return estimated


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
