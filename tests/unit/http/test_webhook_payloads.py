import orjson
import pytest

from adapters_http.webhook_payloads import JsonEventPresenter
from vidcore.catalogue import VideoEntry
from vidcore.testing.examples import (
    NOW,
    SUNDAY,
    example_category,
    example_completed,
    example_failed,
    example_user,
)
from vidcore.users import Account
from vidcore.videos import Video
from vidcore.webhooks import WebhookEvent

ADA = example_user(1)
PRESENTER = JsonEventPresenter()


@pytest.mark.parametrize(
    ("event", "video"),
    [
        (WebhookEvent.VIDEO_COMPLETED, example_completed(2, ADA, storyboard="s/2.jpg")),
        (WebhookEvent.VIDEO_FAILED, example_failed(2, ADA)),
    ],
)
def test_a_video_is_shown_as_to_admins_without_addresses(event: WebhookEvent, video: Video) -> None:
    entry = VideoEntry(video=video, uploader_name="ada", category=example_category(3))

    text = PRESENTER.of_video(event, entry, NOW)

    told = orjson.loads(text)
    assert (told["type"], told["timestamp"]) == (event.value, "2026-03-04T05:06:07.890123Z")
    data = told["data"]
    assert data["id"] == str(video.id)
    assert data["uploader"] == {"id": str(ADA.id), "username": "ada"}
    assert data["processing_status"] == video.status.value
    assert data["error_message"] == video.error_message
    assert (data["processing_plan"] is None) == (video.plan is None)
    for name in ("stream_url", "thumbnail_url", "storyboard_url", "play_url"):
        assert data[name] is None
    for secret in ("token=", "moov atom", "videos/2.mp4", "error_log", "source"):
        assert secret not in text


def test_a_member_is_shown_as_to_admins() -> None:
    account = Account(user=ADA, weekly_upload_limit_bytes=10, now=NOW)

    text = PRESENTER.of_account(WebhookEvent.USER_REGISTERED, account)

    told = orjson.loads(text)
    assert told["type"] == "user.registered"
    assert told["data"]["username"] == ADA.username
    assert told["data"]["email"] == ADA.email
    assert told["data"]["last_upload_reset"] == SUNDAY.isoformat().replace("+00:00", "Z")
    assert "password" not in text
