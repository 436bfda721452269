"""The objects of the contract, made from those of the domain."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Generic, Literal, TypeVar
from uuid import UUID

import attrs
import orjson
from cattrs import Converter

from vidcore.config import Config
from vidcore.invitations import Invitation, InvitationStatus
from vidcore.lifecycle import Status
from vidcore.pages import Page
from vidcore.ports.storage import MediaStore
from vidcore.ports.store import CategoryEntry
from vidcore.use_cases.accounts import Session
from vidcore.use_cases.administration import PlatformStatistics
from vidcore.use_cases.inviting import OpenInvitation
from vidcore.users import Account, Profile, Role

S = TypeVar("S")
T = TypeVar("T")

_CONVERTER: Final = Converter()


def to_json(answer: object) -> bytes:
    """Give an answer as JSON; times end in Z."""
    return orjson.dumps(_CONVERTER.unstructure(answer), option=orjson.OPT_UTC_Z)


@attrs.frozen(kw_only=True)
class PageAnswer(Generic[T]):
    """One page of a list; with `next_cursor` as `cursor`, the next one is asked for; null: there is none."""

    items: list[T]
    total: int
    page: int
    page_size: int
    pages: int
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[S], present: Callable[[S], T]) -> "PageAnswer[T]":
        """Present each item of a page."""
        return cls(
            items=[present(item) for item in page.items],
            total=page.total,
            page=page.page,
            page_size=page.page_size,
            pages=page.pages,
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
        )


@attrs.frozen(kw_only=True)
class UserAnswer:
    """User: an account, to its owner and to admins."""

    id: UUID
    email: str
    username: str
    role: Role
    is_active: bool
    created_at: datetime
    weekly_upload_bytes: int
    weekly_upload_limit_bytes: int
    last_upload_reset: datetime
    quota_resets_at: datetime

    @classmethod
    def of(cls, account: Account) -> "UserAnswer":
        """Present an account."""
        user = account.user
        return cls(
            id=user.id,
            email=user.email,
            username=user.username,
            role=user.role,
            is_active=user.is_active,
            created_at=user.created_at,
            weekly_upload_bytes=account.weekly_upload_bytes,
            weekly_upload_limit_bytes=account.weekly_upload_limit_bytes,
            last_upload_reset=account.last_upload_reset,
            quota_resets_at=account.quota_resets_at,
        )


@attrs.frozen(kw_only=True)
class ProfileAnswer:
    """UserProfile: an account, to every member."""

    id: UUID
    username: str
    created_at: datetime
    video_count: int

    @classmethod
    def of(cls, profile: Profile) -> "ProfileAnswer":
        """Present a profile."""
        user = profile.user
        return cls(
            id=user.id,
            username=user.username,
            created_at=user.created_at,
            video_count=profile.video_count,
        )


@attrs.frozen(kw_only=True)
class SessionAnswer:
    """A token, and whose it is; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    user: UserAnswer

    @classmethod
    def of(cls, session: Session) -> "SessionAnswer":
        """Present a session."""
        return cls(
            access_token=session.token.value,
            expires_in=session.token.expires_in,
            user=UserAnswer.of(session.account),
        )


@attrs.frozen(kw_only=True)
class InvitationAnswer:
    """Invitation."""

    id: UUID
    email: str
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    used: bool
    used_at: datetime | None
    status: InvitationStatus

    @classmethod
    def of(cls, invitation: Invitation, now: datetime) -> "InvitationAnswer":
        """Present an invitation as it stands at `now`."""
        return cls(
            id=invitation.id,
            email=invitation.email,
            created_by=invitation.created_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            used=invitation.used_at is not None,
            used_at=invitation.used_at,
            status=invitation.status(now),
        )


@attrs.frozen(kw_only=True)
class IssuedInvitationAnswer(InvitationAnswer):
    """Invitation, with what can be seen only once."""

    token: str
    link: str


@attrs.frozen(kw_only=True)
class ValidInvitationAnswer:
    """An invitation that can be registered with; `invited_by` is null if that account is gone, or was none."""

    valid: Literal[True] = True
    email: str
    invited_by: str | None
    expires_at: datetime

    @classmethod
    def of(cls, found: OpenInvitation) -> "ValidInvitationAnswer":
        """Show what a guest may know."""
        return cls(
            email=found.invitation.email,
            invited_by=found.invited_by,
            expires_at=found.invitation.expires_at,
        )


@attrs.frozen(kw_only=True)
class CategoryAnswer:
    """Category; `video_count` counts completed videos."""

    id: UUID
    name: str
    slug: str
    created_by: UUID | None
    created_at: datetime
    video_count: int

    @classmethod
    def of(cls, entry: CategoryEntry) -> "CategoryAnswer":
        """Present a category."""
        category = entry.category
        return cls(
            id=category.id,
            name=category.name,
            slug=category.slug,
            created_by=category.created_by,
            created_at=category.created_at,
            video_count=entry.video_count,
        )


@attrs.frozen(kw_only=True)
class CategoriesAnswer:
    """All categories, by name."""

    items: list[CategoryAnswer]


@attrs.frozen(kw_only=True)
class StatisticsAnswer:
    """The platform's numbers."""

    total_users: int
    active_users: int
    total_videos: int
    videos_by_status: dict[str, int]
    storage_used_bytes: int
    storage_free_bytes: int
    processing_queue_length: int

    @classmethod
    def of(cls, statistics: PlatformStatistics) -> "StatisticsAnswer":
        """Present the numbers; the queue is what is pending or being processed."""
        counted = statistics.counted
        by_status = {status: counted.videos_by_status.get(status, 0) for status in Status}
        return cls(
            total_users=counted.total_users,
            active_users=counted.active_users,
            total_videos=sum(by_status.values()),
            videos_by_status={status.value: n for status, n in by_status.items()},
            storage_used_bytes=counted.storage_used_bytes,
            storage_free_bytes=statistics.storage_free_bytes,
            processing_queue_length=by_status[Status.PENDING] + by_status[Status.PROCESSING],
        )


@attrs.frozen(kw_only=True)
class ConfigAnswer:
    """Config; sizes in bytes."""

    max_file_size_bytes: int
    weekly_upload_limit_bytes: int
    video_storage_path: str
    updated_at: datetime
    updated_by: UUID | None

    @classmethod
    def of(cls, config: Config, media: MediaStore) -> "ConfigAnswer":
        """Present the config, with the place that the storage chose where none is stored."""
        return cls(
            max_file_size_bytes=config.max_file_size_bytes,
            weekly_upload_limit_bytes=config.weekly_upload_limit_bytes,
            video_storage_path=config.video_storage_path or media.default_root(),
            updated_at=config.updated_at,
            updated_by=config.updated_by,
        )


@attrs.frozen(kw_only=True)
class HealthAnswer:
    """The process serves."""

    status: Literal["ok"] = "ok"


@attrs.frozen(kw_only=True)
class ReadinessAnswer:
    """Whether everything that is needed is in reach: `checks` says "ok" or what is wrong.

    Degraded is a service that plays, but takes no uploads, for want of disk.
    """

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, str]
