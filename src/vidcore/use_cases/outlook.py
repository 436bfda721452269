"""What would happen to an upload, asked before anything is sent."""

from datetime import datetime

import attrs

from vidcore.errors import FileTooLargeError, QuotaExceededError, StorageFullError
from vidcore.ports.clock import Clock
from vidcore.ports.store import Store
from vidcore.uploads import check_size
from vidcore.use_cases.uploading import AdmitUpload, quota_of
from vidcore.users import User


@attrs.frozen(kw_only=True)
class Outlook:
    """Whether a file would be admitted now, and the limits; `refusal` is None if it would be."""

    refusal: FileTooLargeError | QuotaExceededError | StorageFullError | None
    available_bytes: int
    max_file_size_bytes: int
    quota_resets_at: datetime


@attrs.frozen(kw_only=True)
class CheckUpload:
    """Say what would happen to a file of some size, by the very rule that decides on uploads."""

    store: Store
    admit: AdmitUpload
    clock: Clock

    async def __call__(self, *, actor: User, size: int) -> Outlook:
        """Give the outlook, and hold nothing. Raises InvalidValueError for what is no size."""
        check_size(size)
        refusal = None
        async with self.store.read() as uow:
            user = await uow.users.get(actor.id)
            config = await uow.config.get()
            quota = await quota_of(uow, user, config, now=self.clock.now())
            try:
                await self.admit.decide(uow, user, at_least=size, at_most=size)
            except (FileTooLargeError, QuotaExceededError, StorageFullError) as error:
                refusal = error
        return Outlook(
            refusal=refusal,
            available_bytes=quota.available,
            max_file_size_bytes=config.max_file_size_bytes,
            quota_resets_at=quota.resets_at,
        )
