"""Every field of every object of the contract, from the domain to JSON, and back by another road.

What is expected is written out by hand, from the contract; times are read by `fromisoformat`.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
from cattrs import Converter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters_http.presenting import (
    CategoryAnswer,
    ConfigAnswer,
    InvitationAnswer,
    PageAnswer,
    ProfileAnswer,
    SessionAnswer,
    StatisticsAnswer,
    UserAnswer,
    ValidInvitationAnswer,
    to_json,
)
from adapters_http.presenting_videos import VideoPresenter, ViewsAnswer
from vidcore.catalogue import VideoEntry
from vidcore.categories import Category
from vidcore.config import Config
from vidcore.estimates import Forecast
from vidcore.invitations import Invitation
from vidcore.lifecycle import Status
from vidcore.media import Plan
from vidcore.pages import Page
from vidcore.ports.store import CategoryEntry, Statistics
from vidcore.ports.tokens import AccessToken, MediaGrant
from vidcore.testing import strategies
from vidcore.testing.identity import numbered_id
from vidcore.testing.storage import InMemoryMedia
from vidcore.testing.tokens import InMemoryMediaTokens
from vidcore.use_cases.accounts import Session
from vidcore.use_cases.administration import PlatformStatistics
from vidcore.use_cases.inviting import OpenInvitation
from vidcore.users import Account, Profile, User
from vidcore.videos import Video

SUNDAY = datetime(1970, 1, 4, tzinfo=UTC)
WEEK = timedelta(days=7)
USERS = strategies.users()
OWNER = numbered_id(1)
accounts = st.builds(
    Account,
    user=USERS,
    weekly_upload_limit_bytes=strategies.sizes(),
    now=strategies.moments(),
)
any_examples = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


reader = Converter()
reader.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
reader.register_structure_hook(UUID, lambda text, _: UUID(text))


def read_json(answer: object) -> Any:
    """Give what a client parses, after another client has made the same answer of it."""
    parsed = json.loads(to_json(answer))
    assert reader.structure(parsed, type(answer)) == answer
    return parsed


def told(moment: datetime | None) -> str | None:
    """Give a moment of UTC as the contract tells it."""
    if moment is None:
        return None
    fraction = f".{moment.microsecond:06}" if moment.microsecond else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def user_object(account: Account) -> dict[str, Any]:
    user = account.user
    this_week = SUNDAY + (account.now - SUNDAY) // WEEK * WEEK
    counts = user.last_upload_reset >= this_week
    return {
        "id": str(user.id),
        "email": user.email,
        "username": user.username,
        "role": user.role.value,
        "is_active": user.is_active,
        "created_at": told(user.created_at),
        "weekly_upload_bytes": user.weekly_upload_bytes if counts else 0,
        "weekly_upload_limit_bytes": account.weekly_upload_limit_bytes,
        "last_upload_reset": told(user.last_upload_reset if counts else this_week),
        "quota_resets_at": told(this_week + WEEK),
    }


@any_examples
@given(account=accounts)
def test_an_account_arrives_in_full_and_nothing_secret_with_it(account: Account) -> None:
    assert read_json(UserAnswer.of(account)) == user_object(account)


@any_examples
@given(user=USERS, video_count=strategies.sizes())
def test_a_profile_arrives_and_shows_no_address(user: User, video_count: int) -> None:
    assert read_json(ProfileAnswer.of(Profile(user=user, video_count=video_count))) == {
        "id": str(user.id),
        "username": user.username,
        "created_at": told(user.created_at),
        "video_count": video_count,
    }


@any_examples
@given(account=accounts, value=st.text("abc._-", min_size=1), expires_in=strategies.sizes())
def test_a_session_arrives(account: Account, value: str, expires_in: int) -> None:
    session = Session(token=AccessToken(value=value, expires_in=expires_in), account=account)

    assert read_json(SessionAnswer.of(session)) == {
        "access_token": value,
        "token_type": "bearer",
        "expires_in": expires_in,
        "user": user_object(account),
    }


@any_examples
@given(
    invitation=strategies.invitations(),
    created_by=st.none() | strategies.ids(),
    now=strategies.moments(),
)
def test_an_invitation_arrives_without_its_hash(
    invitation: Invitation, created_by: UUID | None, now: datetime
) -> None:
    invitation = attrs.evolve(invitation, created_by=created_by)
    status = "expired" if invitation.expires_at <= now else "pending"

    assert read_json(InvitationAnswer.of(invitation, now)) == {
        "id": str(invitation.id),
        "email": invitation.email,
        "created_by": None if created_by is None else str(created_by),
        "created_at": told(invitation.created_at),
        "expires_at": told(invitation.expires_at),
        "used": invitation.used_at is not None,
        "used_at": told(invitation.used_at),
        "status": status if invitation.used_at is None else "used",
    }


@any_examples
@given(invitation=strategies.invitations(), invited_by=st.none() | st.text("abc._-", min_size=3))
def test_an_open_invitation_arrives_with_who_invited(
    invitation: Invitation, invited_by: str | None
) -> None:
    found = OpenInvitation(invitation=invitation, invited_by=invited_by)

    assert read_json(ValidInvitationAnswer.of(found)) == {
        "valid": True,
        "email": invitation.email,
        "invited_by": invited_by,
        "expires_at": told(invitation.expires_at),
    }


@any_examples
@given(
    category=strategies.categories(),
    created_by=st.none() | strategies.ids(),
    video_count=strategies.sizes(),
)
def test_a_category_arrives(category: Category, created_by: UUID | None, video_count: int) -> None:
    category = attrs.evolve(category, created_by=created_by)

    assert read_json(
        CategoryAnswer.of(CategoryEntry(category=category, video_count=video_count))
    ) == {
        "id": str(category.id),
        "name": category.name,
        "slug": category.slug,
        "created_by": None if created_by is None else str(created_by),
        "created_at": told(category.created_at),
        "video_count": video_count,
    }


def seconds_up(forecast: Forecast | None) -> int | None:
    if forecast is None or forecast.remaining is None:
        return None
    return -(-forecast.remaining // timedelta(seconds=1))


def shown(plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    mode = {(True, True): "remux", (True, False): "audio", (False, True): "video"}
    return {
        "mode": mode.get((plan.copy_video, plan.copy_audio or plan.audio_index is None), "encode"),
        "width": plan.width,
        "height": plan.height,
        "reasons": [*plan.reasons],
    }


@any_examples
@given(
    video=strategies.videos(OWNER),
    uploader_name=strategies.usernames(),
    category=st.none() | strategies.categories(),
    viewer=USERS,
    now=strategies.moments(),
    forecast=st.none()
    | st.builds(
        Forecast,
        position=st.none() | st.integers(1, 9999),
        remaining=st.none() | st.timedeltas(timedelta(), timedelta(days=30)),
    ),
)
def test_a_video_arrives_and_its_signed_addresses_only_when_it_is_completed(  # noqa: PLR0913, PLR0917 - what is made up
    video: Video,
    uploader_name: str,
    category: Category | None,
    viewer: User,
    now: datetime,
    forecast: Forecast | None,
) -> None:
    video = attrs.evolve(video, category_id=None if category is None else category.id)
    tokens = InMemoryMediaTokens()
    present = VideoPresenter(viewer=viewer, tokens=tokens, now=now)

    answer = read_json(
        present(
            VideoEntry(
                video=video, uploader_name=uploader_name, category=category, forecast=forecast
            )
        )
    )

    completed = video.status.value == "completed"
    plays = f"/api/videos/{video.id}/stream?token=media.1"
    stream = plays if completed else None
    insider = viewer.id == video.uploaded_by or viewer.role.value == "admin"
    assert answer == {
        "id": str(video.id),
        "title": video.title,
        "description": video.description,
        "original_filename": video.original_filename,
        "file_size_bytes": video.file_size_bytes,
        "duration_seconds": video.duration_seconds,
        "width": video.width,
        "height": video.height,
        "uploaded_by": str(OWNER),
        "uploader": {"id": str(OWNER), "username": uploader_name},
        "category_id": None if category is None else str(category.id),
        "category": None
        if category is None
        else {"id": str(category.id), "name": category.name, "slug": category.slug},
        "view_count": video.view_count,
        "processing_status": video.status.value,
        "processing_progress": video.progress,
        "error_message": video.error_message,
        "created_at": told(video.created_at),
        "stream_url": stream,
        "thumbnail_url": stream and stream.replace("/stream", "/thumbnail"),
        "storyboard_url": (
            stream.replace("/stream", "/storyboard") if stream and video.storyboard else None
        ),
        "play_url": None if video.playable_source is None and not completed else plays,
        "processing_plan": shown(video.plan) if insider else None,
        "queue_position": forecast.position if insider and forecast else None,
        "processing_eta_seconds": seconds_up(forecast) if insider else None,
    }
    if completed:
        assert tokens.read("media.1", now) == MediaGrant(
            video_id=video.id,
            user_id=viewer.id,
            epoch=viewer.token_epoch,
            expires_at=now + timedelta(hours=6),
        )


@any_examples
@given(
    by_status=st.dictionaries(st.sampled_from(Status), st.integers(0, 2**31)),
    numbers=st.tuples(*[strategies.sizes()] * 4),
)
def test_statistics_arrive_with_every_status_counted(
    by_status: dict[Status, int], numbers: tuple[int, int, int, int]
) -> None:
    total, active, used, free = numbers
    counted = Statistics(
        total_users=total,
        active_users=active,
        videos_by_status=by_status,
        storage_used_bytes=used,
    )
    expected = {"pending": 0, "processing": 0, "completed": 0, "failed": 0}
    expected |= {status.value: number for status, number in by_status.items()}

    answer = StatisticsAnswer.of(PlatformStatistics(counted=counted, storage_free_bytes=free))

    assert read_json(answer) == {
        "total_users": total,
        "active_users": active,
        "total_videos": sum(by_status.values()),
        "videos_by_status": expected,
        "storage_used_bytes": used,
        "storage_free_bytes": free,
        "processing_queue_length": expected["pending"] + expected["processing"],
    }


@any_examples
@given(config=strategies.configs(), updated_by=st.none() | strategies.ids())
def test_a_config_arrives_with_the_place_that_is_really_used(
    config: Config, updated_by: UUID | None
) -> None:
    config = attrs.evolve(config, updated_by=updated_by)

    assert read_json(ConfigAnswer.of(config, InMemoryMedia())) == {
        "max_file_size_bytes": config.max_file_size_bytes,
        "weekly_upload_limit_bytes": config.weekly_upload_limit_bytes,
        "video_storage_path": config.video_storage_path or "/memory/videos",
        "updated_at": told(config.updated_at),
        "updated_by": None if updated_by is None else str(updated_by),
    }


@any_examples
@given(
    items=st.lists(st.integers(0, 9), max_size=5),
    total=strategies.sizes(),
    page=st.integers(1, 10**9),
    page_size=st.integers(1, 100),
)
def test_a_page_arrives_with_the_number_of_all_pages(
    items: list[int], total: int, page: int, page_size: int
) -> None:
    found = Page(items=tuple(items), total=total, page=page, page_size=page_size)

    answer = PageAnswer.of(found, lambda n: ViewsAnswer(view_count=n))

    assert json.loads(to_json(answer)) == {
        "items": [{"view_count": n} for n in items],
        "total": total,
        "page": page,
        "page_size": page_size,
        "pages": total // page_size + (total % page_size > 0),
        "next_cursor": None,
    }
