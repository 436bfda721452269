"""The config, failed log-ins and counts, in memory."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from vidcore.config import Config
from vidcore.errors import NotFoundError
from vidcore.lifecycle import Status
from vidcore.ports.store import Backlog, Books, ConfigStore, LoginFailures, Statistics
from vidcore.testing.memory_tables import LoginFailure, Session, check_known
from vidcore.videos import Video


class InMemoryConfig(ConfigStore):
    """The config of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def find(self) -> Config | None:
        """Give the config, or None on a platform that was never started."""
        return self._session.tables.config

    async def get(self) -> Config:
        """Give the config. Raises NotFoundError on a platform that was never started."""
        config = await self.find()
        if config is None:
            raise NotFoundError("stored", "config")
        return config

    async def save(self, config: Config) -> None:
        """Remember the config."""
        tables = self._session.changing
        check_known(tables, config.updated_by)
        tables.config = config


class InMemoryLoginFailures(LoginFailures):
    """The failed log-ins of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, *, name: str, address: str, at: datetime) -> None:
        """Remember a failure."""
        failure = LoginFailure(name=name, address=address, at=at)
        self._session.changing.failures.append(failure)

    async def moments(
        self, *, name: str, address: str, since: datetime
    ) -> tuple[Sequence[datetime], Sequence[datetime]]:
        """Give the failures after `since` for the name, and those from the address."""
        recent = [failure for failure in self._session.tables.failures if failure.at > since]
        by_name = [failure.at for failure in recent if failure.name == name]
        by_address = [failure.at for failure in recent if failure.address == address]
        return by_name, by_address

    async def forget(self, *, name: str) -> None:
        """Forget the failures for a name, since its owner has logged in."""
        tables = self._session.changing
        tables.failures = [failure for failure in tables.failures if failure.name != name]

    async def forget_before(self, moment: datetime) -> None:
        """Forget the failures up to `moment`."""
        tables = self._session.changing
        tables.failures = [failure for failure in tables.failures if failure.at > moment]


class InMemoryBooks(Books):
    """The counts of one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def statistics(self) -> Statistics:
        """Count accounts and videos."""
        tables = self._session.tables
        by_status = Counter(video.status for video in tables.videos.values())
        return Statistics(
            total_users=len(tables.users),
            active_users=sum(user.is_active for user in tables.users.values()),
            videos_by_status={status: by_status[status] for status in Status},
            storage_used_bytes=sum(video.file_size_bytes for video in tables.videos.values()),
        )

    async def backlog(self, now: datetime) -> Backlog:
        """Count what is under way at `now`, and what is done."""
        tables = self._session.tables
        by_status = Counter(video.status for video in tables.videos.values())
        waiting = [video for video in tables.videos.values() if video.is_waiting(now)]
        live = [u for u in tables.uploads.values() if u.is_live(now) and u.video_id is None]
        return Backlog(
            waiting=len(waiting),
            ready_since=min((_ready_since(video) for video in waiting), default=None),
            processing=by_status[Status.PENDING] + by_status[Status.PROCESSING] - len(waiting),
            completed=by_status[Status.COMPLETED],
            failed=by_status[Status.FAILED],
            uploads=len(live),
            reserved_bytes=sum(upload.reserved_bytes for upload in live),
        )

    async def completed_counts(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Give the number of completed videos of each of these members."""
        counts = Counter(
            video.uploaded_by
            for video in self._session.tables.videos.values()
            if video.status is Status.COMPLETED
        )
        return {user_id: counts[user_id] for user_id in user_ids}

    async def source_ids(self) -> frozenset[str]:
        """Give the upload areas' names that uploads or videos still need."""
        tables = self._session.tables
        arriving = {str(upload.id) for upload in tables.uploads.values() if upload.video_id is None}
        sources = {video.source for video in tables.videos.values() if video.source is not None}
        return frozenset(arriving | sources)

    async def reset_quotas(self, week: datetime) -> int:
        """Begin the week that starts at `week` for all that still count an earlier; say how many."""
        tables = self._session.changing
        late = [user for user in tables.users.values() if user.last_upload_reset < week]
        for user in late:
            tables.users[user.id] = attrs.evolve(
                user, weekly_upload_bytes=0, last_upload_reset=week
            )
        return len(late)

    async def claim_run(self, name: str, window: str) -> bool:
        """Say whether this is the first call for `name` in `window`, or a later one than any yet."""
        tables = self._session.changing
        if tables.runs.get(name, "") >= window:
            return False
        tables.runs[name] = window
        return True


def _ready_since(video: Video) -> datetime:
    if video.status is Status.PROCESSING and video.lease_until is not None:
        return video.lease_until
    return video.ready_at
