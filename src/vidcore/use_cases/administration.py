"""What admins see and set for the whole platform."""

from uuid import UUID

import attrs

from vidcore.config import Config
from vidcore.ports.clock import Clock
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.ports.store import Statistics, Store
from vidcore.use_cases.recognizing import own_account


@attrs.frozen(kw_only=True)
class PlatformStatistics:
    """What is counted in the store, and the free bytes on disk."""

    counted: Statistics
    storage_free_bytes: int


@attrs.frozen(kw_only=True)
class ShowStatistics:
    """Show the platform's numbers."""

    store: Store
    uploads: UploadArea

    async def __call__(self) -> PlatformStatistics:
        """Count now."""
        async with self.store.read() as uow:
            counted = await uow.books.statistics()
        return PlatformStatistics(
            counted=counted, storage_free_bytes=await self.uploads.free_bytes()
        )


@attrs.frozen(kw_only=True)
class ShowConfig:
    """Show the stored settings."""

    store: Store

    async def __call__(self) -> Config:
        """Give the config."""
        async with self.store.read() as uow:
            return await uow.config.get()


@attrs.frozen(kw_only=True)
class ChangeConfig:
    """Change the stored settings, in force from the next request on."""

    store: Store
    media: MediaStore
    clock: Clock

    async def __call__(
        self,
        *,
        by: UUID,
        max_file_size_bytes: int | None = None,
        weekly_upload_limit_bytes: int | None = None,
        video_storage_path: str | None = None,
    ) -> Config:
        """Give the changed config; None leaves a setting as it is.

        Raises InvalidValueError; NotAuthenticatedError if who changes it is gone.
        """
        async with self.store.write() as uow:
            await own_account(uow, by)
            changed = (await uow.config.get()).changed(
                by=by,
                now=self.clock.now(),
                max_file_size_bytes=max_file_size_bytes,
                weekly_upload_limit_bytes=weekly_upload_limit_bytes,
                video_storage_path=video_storage_path,
            )
            if video_storage_path is not None:
                root = await self.media.prepare_root(video_storage_path)
                changed = attrs.evolve(changed, video_storage_path=root)
            await uow.config.save(changed)
            await uow.commit()
        return changed
