"""The objects of the contract, as JSON."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import orjson
import pytest

from adapters_http.presenting import (
    ConfigAnswer,
    InvitationAnswer,
    PageAnswer,
    ProfileAnswer,
    SessionAnswer,
    StatisticsAnswer,
    UserAnswer,
    to_json,
)
from adapters_http.presenting_videos import SIGNED_FOR, ShelfAnswer, VideoPresenter
from vidcore.catalogue import VideoEntry
from vidcore.cursors import Cursor
from vidcore.lifecycle import Status
from vidcore.orders import Order, Place
from vidcore.pages import Page
from vidcore.ports.store import Statistics
from vidcore.ports.tokens import AccessToken
from vidcore.testing.examples import (
    NOW,
    SUNDAY,
    example_category,
    example_completed,
    example_config,
    example_invitation,
    example_user,
    example_video,
)
from vidcore.testing.storage import InMemoryMedia
from vidcore.testing.tokens import InMemoryMediaTokens
from vidcore.use_cases.accounts import Session
from vidcore.use_cases.administration import PlatformStatistics
from vidcore.users import Account, Profile

USER = example_user(1, weekly_upload_bytes=5)
ACCOUNT = Account(user=USER, weekly_upload_limit_bytes=10, now=NOW)


def as_json(answer: object) -> Any:
    return orjson.loads(to_json(answer))


@attrs.frozen
class Moment:
    at: datetime


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), "2026-03-04T05:06:07Z"),
        (datetime(2026, 3, 4, 5, 6, 7, 80, tzinfo=UTC), "2026-03-04T05:06:07.000080Z"),
        (
            datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(0), "GMT")),
            "2026-03-04T05:06:07Z",
        ),
    ],
)
def test_times_are_in_utc_with_a_z(at: datetime, expected: str) -> None:
    assert as_json(Moment(at)) == {"at": expected}


def test_a_page_presents_each_of_its_items() -> None:
    page = Page(items=(ACCOUNT,), total=21, page=3, page_size=10)

    shown = as_json(PageAnswer.of(page, UserAnswer.of))

    assert shown == {
        "items": [as_json(UserAnswer.of(ACCOUNT))],
        "total": 21,
        "page": 3,
        "page_size": 10,
        "pages": 3,
        "next_cursor": None,
    }


def test_a_page_shows_the_cursor_of_the_next_as_text() -> None:
    cursor = Cursor(
        sort="view_count", order=Order.ASC, place=Place(key=7, id=ACCOUNT.user.id), page=2
    )
    page = Page[Account](items=(), total=21, page=1, page_size=10, next_cursor=cursor)

    shown = as_json(PageAnswer.of(page, UserAnswer.of))

    assert Cursor.parse(shown["next_cursor"]) == cursor


def test_an_account_shows_this_weeks_quota_and_no_secret() -> None:
    shown = as_json(UserAnswer.of(ACCOUNT))

    assert shown["weekly_upload_bytes"] == 5
    assert shown["quota_resets_at"] == "2026-03-08T00:00:00Z"
    assert "example$" not in str(shown)
    later = attrs.evolve(ACCOUNT, now=SUNDAY + timedelta(days=7))
    assert as_json(UserAnswer.of(later))["weekly_upload_bytes"] == 0


def test_a_profile_shows_no_address() -> None:
    shown = as_json(ProfileAnswer.of(Profile(user=USER, video_count=4)))

    assert set(shown) == {"id", "username", "created_at", "video_count"}


def test_a_session_carries_its_token() -> None:
    session = Session(token=AccessToken(value="t", expires_in=60), account=ACCOUNT)

    assert as_json(SessionAnswer.of(session)) == {
        "access_token": "t",
        "token_type": "bearer",
        "expires_in": 60,
        "user": as_json(UserAnswer.of(ACCOUNT)),
    }


def test_an_invitation_stands_as_it_does_at_the_moment() -> None:
    pending = example_invitation(1)
    used = example_invitation(2, used_at=NOW)

    assert as_json(InvitationAnswer.of(pending, NOW))["status"] == "pending"
    assert as_json(InvitationAnswer.of(pending, pending.expires_at))["status"] == "expired"
    shown = as_json(InvitationAnswer.of(used, used.expires_at))
    assert (shown["status"], shown["used"]) == ("used", True)
    assert "token_hash" not in shown


def test_the_addresses_of_a_video_are_signed_for_the_viewer_for_six_hours() -> None:
    tokens = InMemoryMediaTokens()
    viewer = example_user(2, token_epoch=3)
    entry = VideoEntry(video=example_completed(9, USER), uploader_name="Max", category=None)

    shown = VideoPresenter(viewer=viewer, tokens=tokens, now=NOW)(entry)

    assert shown.stream_url is not None
    assert shown.thumbnail_url is not None
    grant = tokens.read(shown.stream_url.partition("=")[2], NOW)
    assert (grant.video_id, grant.user_id, grant.epoch) == (entry.video.id, viewer.id, 3)
    assert grant.expires_at == NOW + SIGNED_FOR == NOW + timedelta(hours=6)
    assert shown.thumbnail_url.endswith(shown.stream_url.partition("?")[2])


def test_an_unfinished_video_is_signed_for_nobody() -> None:
    entry = VideoEntry(
        video=example_video(9, USER), uploader_name="Max", category=example_category(1)
    )

    shown = VideoPresenter(viewer=USER, tokens=InMemoryMediaTokens(), now=NOW)(entry)

    assert (shown.stream_url, shown.thumbnail_url) == (None, None)
    assert shown.category == ShelfAnswer(
        id=example_category(1).id, name="Category 1", slug="category-1"
    )


def test_statistics_name_every_status() -> None:
    counted = Statistics(
        total_users=3,
        active_users=2,
        videos_by_status={Status.PENDING: 4, Status.PROCESSING: 1, Status.COMPLETED: 2},
        storage_used_bytes=99,
    )

    shown = as_json(StatisticsAnswer.of(PlatformStatistics(counted=counted, storage_free_bytes=7)))

    assert shown["videos_by_status"] == {
        "pending": 4,
        "processing": 1,
        "completed": 2,
        "failed": 0,
    }
    assert (shown["total_videos"], shown["processing_queue_length"]) == (7, 5)


def test_the_config_shows_the_path_that_is_in_force() -> None:
    media = InMemoryMedia()

    unset = ConfigAnswer.of(example_config(), media)
    chosen = ConfigAnswer.of(example_config(video_storage_path="/other"), media)

    assert unset.video_storage_path == media.default_root()
    assert chosen.video_storage_path == "/other"
