"""What is remembered: repositories, and the unit of work that changes them together.

Everything that is read in a `write` unit of work is held for it until its end: nobody else changes it
meanwhile. That is what makes the rules of the core, which look first and then decide, safe.
"""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs

from vidcore.catalogue import VideoEntry, VideoQuery
from vidcore.categories import Category
from vidcore.config import Config
from vidcore.estimates import Line
from vidcore.invitations import Invitation, InvitationStatus
from vidcore.lifecycle import Status
from vidcore.media import Mode
from vidcore.paces import Tally
from vidcore.pages import Page, PageRequest
from vidcore.ports.deliveries import Deliveries
from vidcore.text import check_search
from vidcore.uploads import Upload
from vidcore.users import Role, User
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class UserQuery:
    """Which accounts are wanted; None does not narrow. `q` is looked for in name and e-mail.

    Raises InvalidValueError for a `q` that no text can contain.
    """

    q: str | None = attrs.field(default=None, converter=check_search)
    role: Role | None = None
    is_active: bool | None = None


class Users(Protocol):
    """The accounts, newest first."""

    @abstractmethod
    async def add(self, user: User) -> None:
        """Remember a new account. Raises UsernameTakenError or EmailTakenError."""
        ...

    @abstractmethod
    async def get(self, user_id: UUID) -> User:
        """Give an account. Raises NotFoundError."""
        ...

    @abstractmethod
    async def find(self, login: str) -> User | None:
        """Give the account of a username or an e-mail address, in any case."""
        ...

    @abstractmethod
    async def save(self, user: User) -> None:
        """Remember a changed account. Raises NotFoundError if it is gone."""
        ...

    @abstractmethod
    async def remove(self, user_id: UUID) -> None:
        """Forget an account and its uploads. Its videos must be gone. Raises NotFoundError."""
        ...

    @abstractmethod
    async def page(self, query: UserQuery, request: PageRequest) -> Page[User]:
        """Give one page of accounts."""
        ...

    @abstractmethod
    async def after(self, last: UUID | None, *, limit: int) -> Sequence[User]:
        """Give the first accounts, at most `limit`, whose ids come after `last`; with None, all do."""
        ...

    @abstractmethod
    async def active_admin_ids(self) -> frozenset[UUID]:
        """Give the ids of all active admins; in a `write` unit of work, all of them are held."""
        ...


class Invitations(Protocol):
    """The invitations, newest first."""

    @abstractmethod
    async def add(self, invitation: Invitation) -> None:
        """Remember a new invitation."""
        ...

    @abstractmethod
    async def get(self, invitation_id: UUID) -> Invitation:
        """Give an invitation. Raises NotFoundError."""
        ...

    @abstractmethod
    async def find(self, token_hash: str) -> Invitation | None:
        """Give the invitation of a token's hash."""
        ...

    @abstractmethod
    async def save(self, invitation: Invitation) -> None:
        """Remember a changed invitation. Raises NotFoundError if it is gone."""
        ...

    @abstractmethod
    async def remove(self, invitation_id: UUID) -> None:
        """Forget an invitation. Raises NotFoundError."""
        ...

    @abstractmethod
    async def page(
        self, status: InvitationStatus | None, now: datetime, request: PageRequest
    ) -> Page[Invitation]:
        """Give one page of invitations that have `status` at `now`."""
        ...


@attrs.frozen(kw_only=True)
class CategoryEntry:
    """A category and the number of completed videos in it."""

    category: Category
    video_count: int


class Categories(Protocol):
    """The categories, by name."""

    @abstractmethod
    async def add(self, category: Category) -> None:
        """Remember a new category. Raises CategoryExistsError."""
        ...

    @abstractmethod
    async def get(self, category_id: UUID) -> Category:
        """Give a category. Raises NotFoundError."""
        ...

    @abstractmethod
    async def save(self, category: Category) -> None:
        """Remember a renamed category. Raises CategoryExistsError, NotFoundError."""
        ...

    @abstractmethod
    async def remove(self, category_id: UUID) -> None:
        """Forget a category; its videos stay, without one. Raises NotFoundError."""
        ...

    @abstractmethod
    async def listing(self) -> Sequence[CategoryEntry]:
        """Give all categories, in the order of their `category_key`."""
        ...


class Videos(Protocol):
    """The videos."""

    @abstractmethod
    async def add(self, video: Video) -> None:
        """Remember a new video. Raises UnknownReferenceError for a category that is not there."""
        ...

    @abstractmethod
    async def get(self, video_id: UUID) -> Video:
        """Give a video. Raises NotFoundError."""
        ...

    @abstractmethod
    async def entry(self, video_id: UUID) -> VideoEntry:
        """Give a video as a list shows it. Raises NotFoundError."""
        ...

    @abstractmethod
    async def save(self, video: Video) -> None:
        """Remember a changed video. Raises NotFoundError, UnknownReferenceError."""
        ...

    @abstractmethod
    async def remove(self, video_id: UUID) -> None:
        """Forget a video. Raises NotFoundError."""
        ...

    @abstractmethod
    async def page(self, query: VideoQuery, request: PageRequest) -> Page[VideoEntry]:
        """Give one page of videos; equal keys are in the order of their ids, in the same direction."""
        ...

    @abstractmethod
    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Video]:
        """Give the first videos, at most `limit`, whose ids come after `last`; with None, all do."""
        ...

    @abstractmethod
    async def of_uploader(self, user_id: UUID) -> Sequence[Video]:
        """Give all videos of a member, in any status, by id."""
        ...

    @abstractmethod
    async def next_claimable(self, now: datetime) -> Video | None:
        """Give the earliest due of those that `Video.is_claimable`, and nobody else has in hand."""
        ...

    @abstractmethod
    async def last_turns(self, user_id: UUID, *, limit: int) -> Sequence[Video]:
        """Give a member's videos in their `Video.is_first_turn`, the last `limit` by due time and id.

        None is held: workers may take them meanwhile. Who asks holds the member, so that no other joins.
        """
        ...

    @abstractmethod
    async def first_due(self) -> datetime | None:
        """Give the earliest due time of all that are pending, if any is."""
        ...

    @abstractmethod
    async def postpone(self, dues: Mapping[UUID, datetime]) -> None:
        """Give videos these due times, by id, unless they wait for their first attempt no more.

        Those that somebody else has in hand keep theirs, too: that is waited for by none.
        """
        ...

    @abstractmethod
    async def line(self, video_ids: Collection[UUID], now: datetime) -> Line:
        """Give the turns of those videos that wait at `now`, and all that are being processed.

        Those wait that are pending, ready or not, or abandoned; by due time, then id. Of what waits
        ahead, a video's work is that of its plan (`planned_work`). Nothing is held.
        """
        ...

    @abstractmethod
    async def abandoned(self, now: datetime) -> Sequence[Video]:
        """Give the videos whose worker was lost at `now` (`Video.is_abandoned`), by id."""
        ...

    @abstractmethod
    async def held_by(self, holder: str) -> Sequence[Video]:
        """Give the videos that are being processed, and whose `holder` it is, by id."""
        ...


class Uploads(Protocol):
    """The uploads under way, and those that became a video lately."""

    @abstractmethod
    async def add(self, upload: Upload) -> None:
        """Remember a new upload."""
        ...

    @abstractmethod
    async def get(self, upload_id: UUID) -> Upload:
        """Give an upload. Raises NotFoundError."""
        ...

    @abstractmethod
    async def save(self, upload: Upload) -> None:
        """Remember a changed upload. Raises NotFoundError if it is gone."""
        ...

    @abstractmethod
    async def remove(self, upload_id: UUID) -> None:
        """Forget an upload. Raises NotFoundError."""
        ...

    @abstractmethod
    async def after(self, last: UUID | None, *, limit: int) -> Sequence[Upload]:
        """Give the first uploads, at most `limit`, whose ids come after `last`; with None, all do."""
        ...

    @abstractmethod
    async def reserved_bytes(self, now: datetime, user_id: UUID | None = None) -> int:
        """Give the bytes that uploads live at `now` hold: a member's, or with None, all."""
        ...

    @abstractmethod
    async def unfinished(self, user_id: UUID, now: datetime) -> Sequence[Upload]:
        """Give a member's resumable uploads that are live at `now`, by id."""
        ...

    @abstractmethod
    async def expired(self, now: datetime) -> Sequence[Upload]:
        """Give the uploads whose time is over at `now`, those that became videos too, by id."""
        ...


class ConfigStore(Protocol):
    """The one stored Config."""

    @abstractmethod
    async def find(self) -> Config | None:
        """Give the config, or None on a platform that was never started."""
        ...

    @abstractmethod
    async def get(self) -> Config:
        """Give the config. Raises NotFoundError on a platform that was never started."""
        ...

    @abstractmethod
    async def save(self, config: Config) -> None:
        """Remember the config."""
        ...


class LoginFailures(Protocol):
    """The moments of failed log-ins, by the name that was tried and the address they came from."""

    @abstractmethod
    async def add(self, *, name: str, address: str, at: datetime) -> None:
        """Remember a failure."""
        ...

    @abstractmethod
    async def moments(
        self, *, name: str, address: str, since: datetime
    ) -> tuple[Sequence[datetime], Sequence[datetime]]:
        """Give the failures after `since` for the name, and those from the address.

        In a `write` unit of work both are held, even where there are none: whoever else looks so for
        that name or that address waits for its end. It looks once, before it holds anything else.
        """
        ...

    @abstractmethod
    async def forget(self, *, name: str) -> None:
        """Forget the failures for a name, since its owner has logged in."""
        ...

    @abstractmethod
    async def forget_before(self, moment: datetime) -> None:
        """Forget the failures up to `moment`."""
        ...


@attrs.frozen(kw_only=True)
class Statistics:
    """Numbers for admins; `storage_used_bytes` is the sum of all videos' sizes."""

    total_users: int
    active_users: int
    videos_by_status: dict[Status, int]
    storage_used_bytes: int


@attrs.frozen(kw_only=True)
class Backlog:
    """What is under way: videos, and the live uploads that have not become one.

    `waiting` videos are pending or abandoned, `ready_since` is when the first of them could have been
    claimed, `processing` those that live leases hold. `reserved_bytes` are the uploads'.
    """

    waiting: int
    ready_since: datetime | None
    processing: int
    completed: int
    failed: int
    uploads: int
    reserved_bytes: int


class Tallies(Protocol):
    """What came of attempts, by the mode of their plan."""

    @abstractmethod
    async def listing(self) -> Sequence[Tally]:
        """Give all tallies that were ever saved."""
        ...

    @abstractmethod
    async def get(self, mode: Mode | None) -> Tally:
        """Give the tally of a mode, one of zeros if there is none. It is held even then."""
        ...

    @abstractmethod
    async def save(self, tally: Tally) -> None:
        """Remember a tally that was got in this unit of work."""
        ...


class Books(Protocol):
    """What is counted over everything, and done once for all."""

    @abstractmethod
    async def statistics(self) -> Statistics:
        """Count accounts and videos."""
        ...

    @abstractmethod
    async def backlog(self, now: datetime) -> Backlog:
        """Count what is under way at `now`, and what is done, quickly even among 100,000 videos."""
        ...

    @abstractmethod
    async def completed_counts(self, user_ids: Collection[UUID]) -> dict[UUID, int]:
        """Give the number of completed videos of each of these members."""
        ...

    @abstractmethod
    async def source_ids(self) -> frozenset[str]:
        """Give the upload areas' names that uploads or videos still need."""
        ...

    @abstractmethod
    async def reset_quotas(self, week: datetime) -> int:
        """Begin the week that starts at `week` for all that still count an earlier; say how many."""
        ...

    @abstractmethod
    async def claim_run(self, name: str, window: str) -> bool:
        """Say whether this is the first call for the scheduled work `name` in `window`.

        Windows are moments in ISO 8601, all in UTC: one before the last that was claimed is over (but of
        two that are claimed at the same moment, both may be). The claim is undone with the unit of work,
        so that work which fails is done by the next.
        """
        ...


class UnitOfWork(Protocol):
    """One consistent view of everything that is remembered, and one change of it."""

    users: Users
    invitations: Invitations
    categories: Categories
    videos: Videos
    uploads: Uploads
    config: ConfigStore
    login_failures: LoginFailures
    tallies: Tallies
    deliveries: Deliveries
    books: Books

    @abstractmethod
    async def commit(self) -> None:
        """Make all changes last, at once. Without it they never were."""
        ...


class Store(Protocol):
    """Opens units of work. Raises ServiceUnavailableError while the database is out of reach."""

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that only looks."""
        ...

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that may change; left without `commit`, it changes nothing."""
        ...

    @abstractmethod
    async def check(self) -> None:
        """Raise ServiceUnavailableError unless the database answers and has the newest schema."""
        ...
