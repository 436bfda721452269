"""Hypothesis strategies: any entity that the domain can make, with the bounds of its rules likely.

Texts are what `vidcore.text` lets through, sizes go up to 2**53 - 1, moments are aware and in UTC.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

import attrs
from hypothesis import strategies as st

from vidcore.categories import NAME_MAX, Category, slugify
from vidcore.config import BYTES_MAX, Config
from vidcore.details import DESCRIPTION_MAX, TITLE_MAX, VideoDetails
from vidcore.invitations import Invitation, hash_token
from vidcore.lifecycle import Status
from vidcore.media import Plan, Storyboard, Transfer
from vidcore.quota import WEEK, week_start
from vidcore.testing.identity import numbered_id
from vidcore.uploads import FINGERPRINT_MAX, Upload
from vidcore.users import Role, User
from vidcore.videos import Video
from vidcore.webhooks import Delivery, DeliveryStatus, WebhookEvent

MICROSECOND: Final = timedelta(microseconds=1)
FIRST: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
LAST: Final = datetime(2099, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - hypothesis adds the zone


def _near_week_edge(moment: datetime, by: timedelta) -> datetime:
    return week_start(moment) + WEEK + by


def moments() -> st.SearchStrategy[datetime]:
    """Make moments of this century in UTC, many within a microsecond of a week's edge."""
    anywhere = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
    near = st.builds(
        _near_week_edge, anywhere, st.sampled_from([-MICROSECOND, timedelta(), MICROSECOND])
    )
    return anywhere | near


def zones() -> st.SearchStrategy[timezone]:
    """Make fixed zones, from 14 hours west to 14 hours east of Greenwich."""
    return st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def ids() -> st.SearchStrategy[UUID]:
    """Make UUIDv7s."""
    return st.integers(0, 1 << 40).map(numbered_id)


def sizes() -> st.SearchStrategy[int]:
    """Make sizes in bytes, 0 to 2**53 - 1."""
    return st.integers(0, BYTES_MAX) | st.sampled_from([0, 1, 2**31 - 1, 2**31, BYTES_MAX])


def texts(at_most: int, *, at_least: int = 0) -> st.SearchStrategy[str]:
    """Make trimmed texts that any database can store, of `at_least` to `at_most` characters."""
    characters = st.characters(codec="utf-8", exclude_characters="\x00")
    return (
        st.text(characters, min_size=at_least, max_size=at_most)
        .map(str.strip)
        .filter(lambda text: len(text) >= at_least)
    )


def usernames() -> st.SearchStrategy[str]:
    """Make usernames of every allowed length."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
    return st.text(letters, min_size=3, max_size=32)


def emails() -> st.SearchStrategy[str]:
    """Make e-mail addresses, some beyond ASCII, up to 254 characters."""
    characters = st.characters(
        categories=("L", "N", "Pd", "Sm"), exclude_characters="@", max_codepoint=0x2FFF
    )
    part = st.text(characters, min_size=1, max_size=126)
    return st.builds("{}@{}x".format, part, part)


def users() -> st.SearchStrategy[User]:
    """Make accounts of either role, active or not, at any point of a week's quota."""
    return st.builds(
        User,
        id=ids(),
        email=emails(),
        username=usernames(),
        password_hash=texts(200),
        role=st.sampled_from(Role),
        is_active=st.booleans(),
        created_at=moments(),
        token_epoch=st.integers(0, 2**31 - 1),
        weekly_upload_bytes=sizes(),
        last_upload_reset=moments(),
    )


def invitations() -> st.SearchStrategy[Invitation]:
    """Make invitations by nobody, in every status."""
    return st.builds(
        Invitation,
        id=ids(),
        email=emails(),
        token_hash=texts(40).map(hash_token),
        created_by=st.none(),
        created_at=moments(),
        expires_at=moments(),
        used_at=st.none() | moments(),
    )


def category_names() -> st.SearchStrategy[str]:
    """Make names of categories, in any script."""
    return texts(NAME_MAX, at_least=1)


def categories() -> st.SearchStrategy[Category]:
    """Make categories by nobody, with the slugs of their names."""
    return st.builds(
        lambda id, name, created_at: Category(  # noqa: A006 - the field's name
            id=id, name=name, slug=slugify(name), created_by=None, created_at=created_at
        ),
        ids(),
        category_names(),
        moments(),
    )


def details() -> st.SearchStrategy[VideoDetails]:
    """Make what an uploader says of a video, without a category."""
    return st.builds(
        VideoDetails,
        title=texts(TITLE_MAX, at_least=1),
        description=st.none() | texts(DESCRIPTION_MAX),
        category_id=st.none(),
    )


def uploads(user_id: UUID) -> st.SearchStrategy[Upload]:
    """Make uploads of one member, of both kinds, live or not."""
    return st.builds(
        Upload,
        id=ids(),
        user_id=st.just(user_id),
        filename=texts(250, at_least=1).map("{}.mp4".format),
        details=st.none() | details(),
        size_bytes=st.none() | sizes(),
        fingerprint=st.none() | texts(FINGERPRINT_MAX, at_least=1),
        reserved_bytes=sizes(),
        resumable=st.booleans(),
        created_at=moments(),
        expires_at=moments(),
        unchecked_from=st.none() | sizes(),
        video_id=st.none() | ids(),
    )


def deliveries() -> st.SearchStrategy[Delivery]:
    """Make deliveries of any event, in any status."""
    return st.builds(
        Delivery,
        id=ids(),
        event=st.sampled_from(WebhookEvent),
        url=texts(200).map("https://example.org/{}".format),
        payload=texts(300),
        status=st.sampled_from(DeliveryStatus),
        attempt=st.integers(0, 2**31 - 1),
        answer=st.none() | texts(100),
        created_at=moments(),
        ready_at=moments(),
        ended_at=st.none() | moments(),
    )


def plans() -> st.SearchStrategy[Plan]:
    """Make plans, not only those that `vidcore.media.plan` makes."""
    return st.builds(
        Plan,
        video_index=st.integers(0, 99),
        audio_index=st.none() | st.integers(0, 99),
        width=st.integers(2, 1920),
        height=st.integers(2, 1920),
        matrix=st.sampled_from(["bt709", "bt2020", "smpte170m"]),
        duration=st.none() | st.floats(0, 43_200),
        copy_video=st.booleans(),
        copy_audio=st.booleans(),
        deinterlace=st.booleans(),
        cap_frame_rate=st.booleans(),
        tone_map=st.none() | st.sampled_from(Transfer),
        plays_at_once=st.booleans(),
        reasons=st.lists(texts(80), max_size=4).map(tuple),
    )


def storyboards() -> st.SearchStrategy[Storyboard]:
    """Make layouts, not only those that `vidcore.media.storyboard_of` makes."""
    return st.builds(
        Storyboard,
        duration=st.floats(0.001, 43_200),
        interval=st.floats(0.001, 43_200),
        count=st.integers(1, 144),
        columns=st.integers(1, 12),
        tile_width=st.integers(2, 160),
        tile_height=st.integers(2, 90),
    )


def videos(uploaded_by: UUID) -> st.SearchStrategy[Video]:
    """Make videos of one member, without a category; any field may have any value it can hold."""
    optional = st.none() | texts(200)
    storyboard = st.just((None, None)) | st.tuples(texts(200, at_least=1), storyboards())
    with_storyboard = storyboard.map(
        lambda pair: {"storyboard": pair[0], "storyboard_layout": pair[1]}
    )
    video = st.builds(
        Video,
        id=ids(),
        title=texts(TITLE_MAX, at_least=1),
        description=st.none() | texts(DESCRIPTION_MAX),
        original_filename=texts(250, at_least=1).map("{}.mp4".format),
        file_size_bytes=sizes(),
        duration_seconds=st.none() | st.floats(0, 43_200),
        width=st.none() | st.integers(0, 8192),
        height=st.none() | st.integers(0, 8192),
        uploaded_by=st.just(uploaded_by),
        category_id=st.none(),
        sha256=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
        view_count=sizes(),
        status=st.sampled_from(Status),
        progress=st.floats(0, 1),
        error_message=optional,
        error_log=optional,
        created_at=moments(),
        source=optional,
        media=optional,
        thumbnail=optional,
        plan=st.none() | plans(),
        attempt=st.integers(0, 2**31 - 1),
        tries=st.integers(0, 3),
        ready_at=moments(),
        due_at=moments(),
        holder=st.none() | texts(40),
        claimed_at=st.none() | moments(),
        lease_until=st.none() | moments(),
    )
    return st.builds(lambda made, shown: attrs.evolve(made, **shown), video, with_storyboard)


def configs() -> st.SearchStrategy[Config]:
    """Make configs that nobody has changed."""
    return st.builds(
        Config,
        max_file_size_bytes=sizes(),
        weekly_upload_limit_bytes=sizes(),
        video_storage_path=st.none() | texts(200).map("/{}".format),
        updated_at=moments(),
        updated_by=st.none(),
    )
