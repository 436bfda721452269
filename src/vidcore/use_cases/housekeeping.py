"""What the platform does by itself: its first start, and the work of the schedule.

>>> import asyncio
>>> from vidcore.testing.memory_store import InMemoryStore
>>> from vidcore.use_cases.housekeeping import NeedsAdmin
>>> needs_admin = NeedsAdmin(store=InMemoryStore())
>>> asyncio.run(needs_admin())
True
"""

from datetime import datetime
from typing import Final

import attrs

from vidcore.checkup import ORPHAN_GRACE
from vidcore.config import Config
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource
from vidcore.ports.passwords import PasswordHasher
from vidcore.ports.storage import UploadArea
from vidcore.ports.store import Store
from vidcore.quota import week_start
from vidcore.throttle import WINDOW
from vidcore.users import Role, User, check_email, check_password, check_username
from vidcore.webhooks import DELIVERED_KEPT, UNDELIVERED_KEPT

WEEKLY_RESET: Final = "weekly-quota-reset"
TIDYING: Final = "tidy-up"


@attrs.frozen(kw_only=True)
class MakeConfig:
    """Make the config of a platform that has none."""

    store: Store
    clock: Clock

    async def __call__(self, *, max_file_size_bytes: int, weekly_upload_limit_bytes: int) -> None:
        """Store the first values, unless there are some. Raises InvalidValueError."""
        async with self.store.write() as uow:
            if await uow.config.find() is not None:
                return
            first = Config.first(
                max_file_size_bytes=max_file_size_bytes,
                weekly_upload_limit_bytes=weekly_upload_limit_bytes,
                now=self.clock.now(),
            )
            await uow.config.save(first)
            await uow.commit()


@attrs.frozen(kw_only=True)
class MakeAdmin:
    """Make an admin without an invitation, as only who runs the platform can."""

    store: Store
    passwords: PasswordHasher
    ids: IdSource
    clock: Clock

    async def __call__(self, *, username: str, email: str, password: str) -> User:
        """Give the new admin. Raises InvalidValueError, UsernameTakenError, EmailTakenError."""
        user = User.register(
            id=self.ids.new(),
            email=check_email(email),
            username=check_username(username),
            password_hash=await self.passwords.hash(check_password(password)),
            role=Role.ADMIN,
            now=self.clock.now(),
        )
        async with self.store.write() as uow:
            await uow.users.add(user)
            await uow.commit()
        return user


@attrs.frozen(kw_only=True)
class NeedsAdmin:
    """Find out whether the platform has an active admin yet."""

    store: Store

    async def __call__(self) -> bool:
        """Say whether there is none."""
        async with self.store.read() as uow:
            return not await uow.users.active_admin_ids()


@attrs.frozen(kw_only=True)
class ResetWeek:
    """Begin the week in the books. The quota's rule follows from the clock and does not need it."""

    store: Store
    clock: Clock

    async def __call__(self) -> int:
        """Reset the counts of earlier weeks, once a week among all processes; say how many."""
        week = week_start(self.clock.now())
        async with self.store.write() as uow:
            if not await uow.books.claim_run(WEEKLY_RESET, week.isoformat()):
                return 0
            reset = await uow.books.reset_quotas(week)
            await uow.commit()
        return reset


@attrs.frozen(kw_only=True)
class TidyUp:
    """Remove what is over: expired uploads, bytes that nothing refers to, old failed log-ins.

    And what webhooks were told 7 days ago, or could not be told for 30.
    """

    store: Store
    uploads: UploadArea
    clock: Clock

    async def __call__(self, *, hourly: bool = False) -> int:
        """Tidy, and give the number of uploads whose bytes were removed.

        If it is done `hourly`, one of all processes does it in an hour.
        """
        now = self.clock.now()
        async with self.store.write() as uow:
            hour = now.replace(minute=0, second=0, microsecond=0).isoformat()
            if hourly and not await uow.books.claim_run(TIDYING, hour):
                return 0
            expired = await uow.uploads.expired(now)
            for upload in expired:
                await uow.uploads.remove(upload.id)
            await uow.login_failures.forget_before(now - WINDOW)
            await uow.deliveries.forget(
                delivered_before=now - DELIVERED_KEPT, others_before=now - UNDELIVERED_KEPT
            )
            await uow.commit()
        over = {str(upload.id) for upload in expired if upload.video_id is None}
        over |= await self._orphans(now - ORPHAN_GRACE)
        for name in over:
            await self.uploads.discard(name)
        return len(over)

    async def _orphans(self, before: datetime) -> set[str]:
        names = await self.uploads.names(before)
        async with self.store.read() as uow:
            return set(names) - await uow.books.source_ids()
